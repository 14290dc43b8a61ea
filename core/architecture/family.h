// Model families: blocks that other programs have under a name of their own, one entry each. What reads and writes
// config.json and GGUF asks this table; a block of no family leaves as a folder that TritLab alone reads.
#pragma once

#include <span>
#include <string_view>

#include "core/architecture/architecture.h"

namespace tritlab {

// How a file orders the rows of a query or key head: [2, d/2], halves that are rotated against each other
// (transformers, and here), or [d/2, 2], pairs side by side.
enum class RopeLayout { Halves, Pairs };

struct FamilyInfo {
    const char* name;       // model_type of config.json, general.architecture of GGUF
    const char* className;  // transformers' class

    // The block, which is pre-norm with a gated feed-forward in each; a run made from such a model has this
    // architecture.
    Architecture architecture;
    bool subNorms;
    bool qkNorms;
    AttentionBias attentionBias;
    // Of config.json: attention_bias gives every linear of the attention a bias; mlp_bias those of the feed-forward.
    bool attentionBiasKey, mlpBiasKey;
    bool windowIsOptIn;  // sliding_window counts only where use_sliding_window is true

    // Where a file does not say: config.json's and GGUF's defaults differ.
    Activation activation;  // of config.json
    double normEps, ropeTheta;
    std::int64_t headSize;  // of config.json; 0: hidden size / heads
    std::int64_t contextLength;
    bool ternaryLinears;  // of GGUF

    // GGUF.
    RopeLayout rowOrder;
    bool weightScales;    // NAME.scale holds what a linear's weights are multiplied with
    bool ownOutputHead;   // llama.cpp's graph can have one besides the embedding
    bool anyHeadSize;     // the heads together need not be as wide as the hidden size
    bool optionalBiases;  // llama.cpp's graph adds the biases that a file has
    bool ropeDivisors;    // llama.cpp's graph divides the rotation's frequencies by rope_freqs.weight
    Activation graph;     // what llama.cpp computes, whatever a file says
    bool oneActivation;   // every model has that one, so that a file need not name it
};

std::span<const FamilyInfo> families();
const FamilyInfo* findFamily(std::string_view name);  // nullptr: none is called so
std::string_view familyNames();                       // "bitnet and llama", for messages

}  // namespace tritlab
