// The architectures that a run can be configured with: one entry each, with the defaults of every field that depends on
// it. The field table (core/config) asks this table; a person may change each part of the block afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/architecture/activation.h"

namespace tritlab {

enum class Architecture { Notebook, Module7, B2B4T, Llama, Qwen2, Qwen3 };
enum class NormPlacement { Pre, Post };       // before each sub-layer; after the residual sum
enum class AttentionBias { None, Qkv, All };  // of no linear of the attention, of q, k and v, of the output's too
// Notebook: kaiming_uniform(a = sqrt 5), embedding N(0, 0.02). Normal: N(0, std). DepthScaled: output projections
// divided by sqrt(2 layers).
enum class Initialization { Notebook, Normal, DepthScaled };

struct AttentionBiasInfo {
    AttentionBias bias;
    const char* key;    // in configs and --set
    const char* title;  // to be translated, context "Field"
};

struct ArchitectureInfo {
    Architecture architecture;
    const char* key;    // in configs and --set
    const char* title;  // to be translated, context "Field"

    // The block.
    NormPlacement normPlacement;
    Activation activation;
    bool gatedFfn;
    bool subNorms;  // RMS norms before the attention's output and the feed-forward's down projection
    AttentionBias attentionBias;
    bool qkNorms;  // an RMS norm of each query and key head before the rotation
    bool tieEmbeddings;
    bool ternaryLinears;
    double normEps;
    double ropeTheta;
    Initialization initialization;
    std::int64_t headSize;              // 0: hidden size / heads
    std::int64_t queryHeadsPerKeyHead;  // where it divides the heads; 1: every head has keys of its own

    // The recipe: peak learning rate and warm-up steps by hidden size.
    double (*learningRate)(std::int64_t hiddenSize);
    std::int64_t (*warmupSteps)(std::int64_t hiddenSize);
    double lrFloor;  // share of the peak
    double weightDecay;
};

std::span<const ArchitectureInfo> architectures();
const ArchitectureInfo& architectureInfo(Architecture architecture);
std::span<const AttentionBiasInfo> attentionBiases();
const AttentionBiasInfo& attentionBiasInfo(AttentionBias bias);
const AttentionBiasInfo* findAttentionBias(std::string_view key);  // nullptr: none has this key

}  // namespace tritlab
