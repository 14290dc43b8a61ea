// ModelConfig: the architecture as data. One class of model spans the notebook's, Module 7's, 2B4T's, LLaMA's and
// Qwen's blocks.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/quantizer.h"
#include "core/architecture/rope.h"
#include "core/config/run_config.h"

namespace tritlab {

struct ModelConfig {
    std::int64_t vocabSize = 0;
    std::int64_t hiddenSize = 0;
    std::int64_t layers = 0;
    std::int64_t heads = 0;
    std::int64_t kvHeads = 0;
    std::int64_t headSize = 0;  // hidden / heads unless a file says otherwise
    std::int64_t ffnSize = 0;
    std::int64_t contextLength = 0;  // longest sequence it was made for
    double ropeTheta = 10000;
    RopeScaling ropeScaling;
    double normEps = 1e-5;
    NormPlacement normPlacement = NormPlacement::Pre;
    Activation activation = Activation::ReluSquared;
    bool gatedFfn = true;
    bool subNorms = true;  // attn_sub_norm before o_proj, ffn_sub_norm before down_proj
    bool qkNorms = false;  // q_norm and k_norm [head size]: of each query and key head, before the rotation
    AttentionBias attentionBias = AttentionBias::None;
    bool mlpBias = false;  // of gate, up and down
    bool tieEmbeddings = true;
    bool ternaryLinears = true;  // false: dense linears (lambda = 0)
    bool inputNormPerLinear =
        false;  // Hugging Face's use_rms_norm: an RMS norm (NAME.rms_norm.weight [in]) before each BitLinear
    double inputNormEps = 1e-6;  // of those
    WeightQuantizer quantizer;   // of the ternary linears
    // Linears that stay dense all the same, by name ("model.layers.0.mlp.up_proj").
    std::vector<std::string> denseModules;
    bool operator==(const ModelConfig&) const = default;
};

ModelConfig modelConfig(const RunConfig& config, std::int64_t vocabSize);

// Name and shape of every tensor, in the order of model.safetensors. Hugging Face's names:
//   model.embed_tokens.weight [V, D], model.layers.N.{input_layernorm, post_attention_layernorm}.weight [D] (for Post
//   placement the norm after attention and the norm after the feed-forward, in that order),
//   model.layers.N.self_attn.{q,k,v,o}_proj.weight, model.layers.N.self_attn.{q,k}_norm.weight [head size],
//   model.layers.N.self_attn.attn_sub_norm.weight, model.layers.N.mlp.{gate,up,down}_proj.weight,
//   model.layers.N.mlp.ffn_sub_norm.weight, model.norm.weight, lm_head.weight where untied. A linear that has a bias is
//   followed by NAME.bias [out].
struct TensorSpec {
    std::string name;
    std::vector<std::int64_t> shape;
    bool ternary = false;  // a BitLinear's shadow weight
};
std::vector<TensorSpec> tensorSpecs(const ModelConfig& config);
// Whether a linear of the blocks, by its name, is a BitLinear.
bool isTernary(const ModelConfig& config, const std::string& linear);
// Whether a linear of the blocks has a bias, by its name or the name of its module within a layer ("mlp.up_proj").
bool hasBias(const ModelConfig& config, std::string_view linear);
bool hasBiases(const ModelConfig& config);  // any of them
// Names of all linears of the blocks ("model.layers.0.self_attn.q_proj"), ternary or not, in that order.
std::vector<std::string> linearNames(const ModelConfig& config);
std::int64_t elementCount(const TensorSpec& spec);  // of one tensor
std::int64_t parameterCount(const ModelConfig& config);
// For numbers that a file gives. Throws Error, naming `where`: a size that is not positive, key/value heads that do not
// divide the heads, an odd head size, an epsilon, a rotation or its scaling that is no sound number, more parameters
// than any machine holds (2^50).
void requireComputable(const ModelConfig& config, const std::string& where);

}  // namespace tritlab
