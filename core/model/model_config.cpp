#include "core/model/model_config.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <string_view>

#include "core/architecture/tensor_names.h"
#include "core/base/error.h"

namespace tritlab {
namespace {

struct LinearShape {
    std::string name;
    std::int64_t out, in;
};

std::vector<LinearShape> attentionLinears(const ModelConfig& config, std::int64_t layer) {
    const std::string prefix = layerPrefix(layer) + "self_attn.";
    const std::int64_t query = config.heads * config.headSize, keyValue = config.kvHeads * config.headSize;
    return {{prefix + "q_proj", query, config.hiddenSize},
            {prefix + "k_proj", keyValue, config.hiddenSize},
            {prefix + "v_proj", keyValue, config.hiddenSize},
            {prefix + "o_proj", config.hiddenSize, query}};
}

std::vector<LinearShape> feedForwardLinears(const ModelConfig& config, std::int64_t layer) {
    const std::string prefix = layerPrefix(layer) + "mlp.";
    std::vector<LinearShape> out;
    if (config.gatedFfn) out.push_back({prefix + "gate_proj", config.ffnSize, config.hiddenSize});
    out.push_back({prefix + "up_proj", config.ffnSize, config.hiddenSize});
    out.push_back({prefix + "down_proj", config.hiddenSize, config.ffnSize});
    return out;
}

RopeScaling scalingOf(const RunConfig& config) {
    RopeScaling scaling;
    scaling.kind = config.ropeScaling;
    if (scaling.kind != RopeScaling::Kind::None) scaling.factor = config.ropeFactor;
    if (scaling.kind != RopeScaling::Kind::Llama3) return scaling;
    scaling.lowFreqFactor = config.ropeLowFreqFactor;
    scaling.highFreqFactor = config.ropeHighFreqFactor;
    scaling.originalContext = config.ropeOriginalContext;
    return scaling;
}

}  // namespace

ModelConfig modelConfig(const RunConfig& config, std::int64_t vocabSize) {
    ModelConfig model;
    model.vocabSize = vocabSize;
    model.hiddenSize = config.hiddenSize;
    model.layers = config.layers;
    model.heads = config.heads;
    model.kvHeads = config.kvHeads;
    model.headSize = config.widthOfHead();
    model.ffnSize = config.ffnSize;
    model.contextLength = config.sequenceLength;
    model.ropeTheta = config.ropeTheta;
    model.ropeScaling = scalingOf(config);
    model.normEps = config.normEps;
    model.normPlacement = config.normPlacement;
    model.activation = config.activation;
    model.gatedFfn = config.gatedFfn;
    model.subNorms = config.subNorms;
    model.qkNorms = config.qkNorms;
    model.attentionBias = config.attentionBias;
    model.mlpBias = config.mlpBias;
    model.tieEmbeddings = config.tieEmbeddings;
    model.ternaryLinears = config.ternaryLinears;
    return model;
}

std::vector<TensorSpec> tensorSpecs(const ModelConfig& config) {
    std::vector<TensorSpec> specs;
    const std::set<std::string_view> dense(config.denseModules.begin(), config.denseModules.end());  // may be all
    const auto addLinear = [&](const LinearShape& linear) {
        const bool ternary = config.ternaryLinears && !dense.contains(linear.name);
        if (ternary && config.inputNormPerLinear) specs.push_back({linear.name + ".rms_norm.weight", {linear.in}});
        specs.push_back({linear.name + ".weight", {linear.out, linear.in}, ternary});
        if (hasBias(config, linear.name)) specs.push_back({linear.name + ".bias", {linear.out}});
    };
    specs.push_back({"model.embed_tokens.weight", {config.vocabSize, config.hiddenSize}});
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        const std::string prefix = layerPrefix(layer);
        specs.push_back({prefix + "input_layernorm.weight", {config.hiddenSize}});
        for (const LinearShape& linear : attentionLinears(config, layer)) addLinear(linear);
        if (config.qkNorms)
            for (const char* name : {"self_attn.q_norm.weight", "self_attn.k_norm.weight"})
                specs.push_back({prefix + name, {config.headSize}});
        if (config.subNorms)
            specs.push_back({prefix + "self_attn.attn_sub_norm.weight", {config.heads * config.headSize}});
        specs.push_back({prefix + "post_attention_layernorm.weight", {config.hiddenSize}});
        for (const LinearShape& linear : feedForwardLinears(config, layer)) addLinear(linear);
        if (config.subNorms) specs.push_back({prefix + "mlp.ffn_sub_norm.weight", {config.ffnSize}});
    }
    specs.push_back({"model.norm.weight", {config.hiddenSize}});
    if (!config.tieEmbeddings) specs.push_back({"lm_head.weight", {config.vocabSize, config.hiddenSize}});
    return specs;
}

bool isTernary(const ModelConfig& config, const std::string& linear) {
    const auto& dense = config.denseModules;
    return config.ternaryLinears && std::find(dense.begin(), dense.end(), linear) == dense.end();
}

bool hasBias(const ModelConfig& config, std::string_view linear) {
    if (linear.find("mlp.") != std::string_view::npos) return config.mlpBias;
    switch (config.attentionBias) {
        case AttentionBias::None: return false;
        case AttentionBias::Qkv: return !linear.ends_with("o_proj");
        case AttentionBias::All: return true;
    }
    return false;
}

bool hasBiases(const ModelConfig& config) { return config.mlpBias || config.attentionBias != AttentionBias::None; }

std::vector<std::string> linearNames(const ModelConfig& config) {
    std::vector<std::string> names;
    for (std::int64_t layer = 0; layer < config.layers; ++layer) {
        for (const LinearShape& linear : attentionLinears(config, layer)) names.push_back(linear.name);
        for (const LinearShape& linear : feedForwardLinears(config, layer)) names.push_back(linear.name);
    }
    return names;
}

std::int64_t elementCount(const TensorSpec& spec) {
    std::int64_t count = 1;
    for (const std::int64_t length : spec.shape) count *= length;
    return count;
}

std::int64_t parameterCount(const ModelConfig& config) {
    std::int64_t count = 0;
    for (const TensorSpec& spec : tensorSpecs(config)) count += elementCount(spec);
    return count;
}

void requireComputable(const ModelConfig& config, const std::string& where) {
    const auto refuse = [&](const std::string& what) {
        throw Error("describes a model that cannot be computed: " + what, where,
                    "Check that the file is whole and belongs to a model");
    };
    for (const std::int64_t size : {config.vocabSize, config.hiddenSize, config.layers, config.heads, config.kvHeads,
                                    config.headSize, config.ffnSize, config.contextLength})
        if (size < 1) refuse("a size is " + std::to_string(size));
    if (config.heads % config.kvHeads != 0) refuse("the key/value heads do not divide the query heads");
    if (config.headSize % 2 != 0) refuse("the head size is odd, and rotary embeddings need pairs");
    if (!std::isfinite(config.ropeTheta) || config.ropeTheta <= 0) refuse("its rotation's base is no positive number");
    const RopeScaling& scaling = config.ropeScaling;
    if (!std::isfinite(scaling.factor) || scaling.factor <= 0)
        refuse("the factor of its rotation's scaling is no positive number");
    if (!(scaling.lowFreqFactor > 0 && scaling.lowFreqFactor < scaling.highFreqFactor &&
          std::isfinite(scaling.highFreqFactor) && scaling.originalContext > 0))
        refuse("the scaling of its rotation has no range of frequencies to blend over");
    for (const double eps : {config.normEps, config.inputNormEps})
        if (!std::isfinite(eps) || eps < 0) refuse("the epsilon of a norm is no number from 0 on");
    // In floating point, where nothing overflows: of the linears and the embeddings, which are all but all.
    const auto real = [](std::int64_t size) { return static_cast<double>(size); };
    const double layer = 2 * real(config.heads + config.kvHeads) * real(config.headSize) + 3 * real(config.ffnSize);
    const double parameters = real(config.hiddenSize) * (real(config.layers) * layer + 2 * real(config.vocabSize));
    if (parameters > 0x1.0p50) refuse("it has more than 2^50 parameters");
}

}  // namespace tritlab
