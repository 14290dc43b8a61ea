#include "core/engine/model/notebook_reference.h"

#include <ATen/ATen.h>
#include <cmath>
#include <limits>

#include "core/architecture/tensor_names.h"
#include "core/base/error.h"

namespace tritlab {
namespace {

// Straight-through: the value is blended, the gradient is the identity's.
at::Tensor straightThrough(const at::Tensor& x, const at::Tensor& quantized, double lambda) {
    return x + (quantized - x).detach() * lambda;
}

at::Tensor quantizedWeight(const at::Tensor& w) {
    const at::Tensor scale = 1.0 / w.abs().mean().clamp_min(1e-5);
    return (w * scale).round().clamp(-1, 1) / scale;
}

at::Tensor quantizedActivation(const at::Tensor& x) {
    const at::Tensor scale = 127.0 / x.abs().amax(-1, true).clamp_min(1e-5);
    return (x * scale).round().clamp(-128, 127) / scale;
}

// x [B, H, T, D]
at::Tensor rotated(const at::Tensor& x, double theta) {
    const std::int64_t length = x.size(2), half = x.size(3) / 2;
    const at::Tensor inverse = at::pow(theta, at::arange(half, at::kFloat) / static_cast<double>(-half));
    const at::Tensor angle = at::outer(at::arange(length, at::kFloat), inverse);
    const at::Tensor cosine = at::cat({angle.cos(), angle.cos()}, -1), sine = at::cat({angle.sin(), angle.sin()}, -1);
    const at::Tensor turned = at::cat({-x.slice(-1, half), x.slice(-1, 0, half)}, -1);
    return x * cosine + turned * sine;
}

}  // namespace

NotebookReference::NotebookReference(const ModelConfig& config, std::map<std::string, at::Tensor> weights)
    : config_(config), weights_(std::move(weights)) {
    const bool notebook = config.normPlacement == NormPlacement::Post && config.activation == Activation::ReluSquared &&
                          !config.gatedFfn && !config.subNorms && config.tieEmbeddings &&
                          config.heads == config.kvHeads && !config.qkNorms && !hasBiases(config) &&
                          config.ropeScaling == RopeScaling();
    if (!notebook)
        throw Error("the reference computes the notebook's block alone", "architecture",
                    "Choose architecture notebook");
}

at::Tensor NotebookReference::linear(const at::Tensor& x, const std::string& name, double lambda) const {
    const at::Tensor& w = weights_.at(name + ".weight");
    if (!config_.ternaryLinears) return at::matmul(x, w.t());
    return at::matmul(straightThrough(x, quantizedActivation(x), lambda),
                      straightThrough(w, quantizedWeight(w), lambda).t());
}

at::Tensor NotebookReference::norm(const at::Tensor& x, const std::string& name) const {
    return x / (x.pow(2).mean(-1, true) + config_.normEps).sqrt() * weights_.at(name + ".weight");
}

at::Tensor NotebookReference::attention(const at::Tensor& x, const std::string& block, double lambda) const {
    const std::int64_t rows = x.size(0), length = x.size(1), headSize = config_.headSize;
    const auto heads = [&](const char* name) {
        return linear(x, block + "self_attn." + name, lambda)
            .view({rows, length, config_.heads, headSize})
            .transpose(1, 2);
    };
    const at::Tensor q = rotated(heads("q_proj"), config_.ropeTheta), k = rotated(heads("k_proj"), config_.ropeTheta);
    at::Tensor scores = at::matmul(q, k.transpose(-2, -1)) / std::sqrt(static_cast<double>(headSize));
    const at::Tensor future = at::triu(at::ones({length, length}, at::kBool), 1);
    scores = scores.masked_fill(future, -std::numeric_limits<double>::infinity());
    const at::Tensor mixed = at::matmul(at::softmax(scores, -1), heads("v_proj"));
    return linear(mixed.transpose(1, 2).contiguous().view({rows, length, -1}), block + "self_attn.o_proj", lambda);
}

at::Tensor NotebookReference::logits(const at::Tensor& tokens, double lambda) const {
    const at::Tensor& embedding = weights_.at("model.embed_tokens.weight");
    at::Tensor x = at::embedding(embedding, tokens);
    for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
        const std::string block = layerPrefix(layer);
        x = norm(x + attention(x, block, lambda), block + "input_layernorm");
        const at::Tensor up = at::relu(linear(x, block + "mlp.up_proj", lambda)).pow(2);
        x = norm(x + linear(up, block + "mlp.down_proj", lambda), block + "post_attention_layernorm");
    }
    return at::matmul(norm(x, "model.norm"), embedding.t());
}

at::Tensor NotebookReference::loss(const at::Tensor& tokens, const at::Tensor& targets, double lambda) const {
    return at::cross_entropy_loss(logits(tokens, lambda).flatten(0, 1), targets.flatten());
}

}  // namespace tritlab
