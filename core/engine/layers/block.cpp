#include "core/engine/layers/block.h"

#include <ATen/ops/add.h>
#include <ATen/ops/cat.h>

#include "core/architecture/tensor_names.h"
#include "core/engine/layers/prologue_node.h"

namespace tritlab {

namespace {

std::vector<std::string> withPrefix(std::int64_t layer, const char* part, std::initializer_list<const char*> names) {
    std::vector<std::string> full;
    for (const char* name : names) full.push_back(layerPrefix(layer) + part + "." + name);
    return full;
}

std::vector<std::string> upNames(const ModelConfig& config, std::int64_t layer) {
    return config.gatedFfn ? withPrefix(layer, "mlp", {"gate_proj", "up_proj"}) : withPrefix(layer, "mlp", {"up_proj"});
}

}  // namespace

Projection::Projection(const ModelConfig& config, const ParameterLookup& parameter,
                       const std::vector<std::string>& names, at::ScalarType type)
    : inputNormEps_(static_cast<float>(config.inputNormEps)) {
    for (std::size_t first = 0; first < names.size();) {
        const bool ternary = isTernary(config, names[first]), alone = ternary && config.inputNormPerLinear;
        Part part;
        std::vector<at::Tensor> weights, biases;
        do {
            part.names.push_back(names[first]);
            weights.push_back(parameter(names[first] + ".weight"));
            if (hasBias(config, names[first])) biases.push_back(parameter(names[first] + ".bias"));
            ++first;
        } while (first < names.size() && !alone && isTernary(config, names[first]) == ternary);
        part.group = std::make_unique<BitLinear>(
            std::move(weights), type, ternary ? std::optional(config.quantizer) : std::nullopt, std::move(biases));
        if (alone) part.inputNorm = parameter(part.names[0] + ".rms_norm.weight");
        parts_.push_back(std::move(part));
    }
}

at::Tensor Projection::forward(const at::Tensor& x, const Prologue& prologue, const at::Tensor& normWeight,
                               const ForwardContext& context) {
    std::vector<at::Tensor> outputs;
    at::Tensor prepared;  // the prologue's result, where a linear has a norm of its own after it
    for (const Part& part : parts_) {
        if (!part.inputNorm.defined()) {
            outputs.push_back(part.group->forward(x, prologue, normWeight, context.lambda, context.version));
            continue;
        }
        if (!prepared.defined()) prepared = applyPrologue(x, prologue, normWeight);
        const Prologue own{.norm = true, .eps = inputNormEps_};
        outputs.push_back(part.group->forward(prepared, own, part.inputNorm, context.lambda, context.version));
    }
    return outputs.size() == 1 ? outputs[0] : at::cat(outputs, 1);
}

Block::Block(const ModelConfig& config, std::int64_t layer, const ParameterLookup& parameter, at::ScalarType type)
    : config_(config), qkv_(config, parameter, withPrefix(layer, "self_attn", {"q_proj", "k_proj", "v_proj"}), type),
      output_(config, parameter, withPrefix(layer, "self_attn", {"o_proj"}), type),
      up_(config, parameter, upNames(config, layer), type),
      down_(config, parameter, withPrefix(layer, "mlp", {"down_proj"}), type) {
    const std::string prefix = layerPrefix(layer);
    attentionNorm_ = parameter(prefix + "input_layernorm.weight");
    feedForwardNorm_ = parameter(prefix + "post_attention_layernorm.weight");
    if (config.qkNorms) {
        queryNorm_ = parameter(prefix + "self_attn.q_norm.weight");
        keyNorm_ = parameter(prefix + "self_attn.k_norm.weight");
    }
    if (config.subNorms) {
        attentionSubNorm_ = parameter(prefix + "self_attn.attn_sub_norm.weight");
        feedForwardSubNorm_ = parameter(prefix + "mlp.ffn_sub_norm.weight");
    }
}

Prologue Block::norm() const { return {.norm = true, .eps = static_cast<float>(config_.normEps)}; }

at::Tensor Block::withNormedHeads(const at::Tensor& qkv) const {
    const std::int64_t rows = qkv.size(0), queries = config_.heads * config_.headSize,
                       keys = config_.kvHeads * config_.headSize;
    const auto normed = [&](std::int64_t first, std::int64_t width, const at::Tensor& weight) {
        const at::Tensor heads = qkv.narrow(1, first, width).reshape({-1, config_.headSize});
        return applyPrologue(heads, norm(), weight).view({rows, width});
    };
    return at::cat(
        {normed(0, queries, queryNorm_), normed(queries, keys, keyNorm_), qkv.narrow(1, queries + keys, keys)}, 1);
}

at::Tensor Block::forward(const at::Tensor& x, const ForwardContext& context) {
    const bool pre = config_.normPlacement == NormPlacement::Pre;
    const Prologue before = pre ? norm() : Prologue{}, subNorm = config_.subNorms ? norm() : Prologue{};
    Prologue activation = subNorm;
    activation.activation = config_.activation;
    activation.gated = config_.gatedFfn;

    at::Tensor qkv = qkv_.forward(x, before, pre ? attentionNorm_ : at::Tensor(), context);
    if (config_.qkNorms) qkv = withNormedHeads(qkv);
    const at::Tensor mixed = attention(qkv, context.shape, context.rope, context.documentStart, context.documentMask);
    at::Tensor stream = at::add(x, output_.forward(mixed, subNorm, attentionSubNorm_, context));
    if (!pre) stream = applyPrologue(stream, norm(), attentionNorm_);

    const at::Tensor up = up_.forward(stream, before, pre ? feedForwardNorm_ : at::Tensor(), context);
    stream = at::add(stream, down_.forward(up, activation, feedForwardSubNorm_, context));
    return pre ? stream : applyPrologue(stream, norm(), feedForwardNorm_);
}

}  // namespace tritlab
