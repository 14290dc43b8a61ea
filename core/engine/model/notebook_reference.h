// The slow, obvious reference: the notebook's model in plain fp32 ATen operations, nothing fused, nothing cached, every
// weight quantized at each use, gradients by autograd alone. Quantizers and norms as docs/formats-and-formulas.md gives
// them (Quantizers, Blocks); rotate-half RoPE. Tests compare the fast model with it, and `bench train --mode reference`
// times it.
#pragma once

#include <ATen/core/Tensor.h>
#include <map>
#include <string>

#include "core/model/model_config.h"

namespace tritlab {

class NotebookReference {
public:
    // The notebook's block alone: norms after the residual, ungated squared ReLU, no sub-norms, tied head.
    // weights: fp32 leaves by the names of tensorSpecs(). Throws Error for another block.
    NotebookReference(const ModelConfig& config, std::map<std::string, at::Tensor> weights);
    // fp32 [B, T, V]; lambda as LanguageModel::logits: the operands are blended at every lambda.
    [[nodiscard]] at::Tensor logits(const at::Tensor& tokens, double lambda) const;
    // Mean nats a token.
    [[nodiscard]] at::Tensor loss(const at::Tensor& tokens, const at::Tensor& targets, double lambda) const;

private:
    [[nodiscard]] at::Tensor linear(const at::Tensor& x, const std::string& name, double lambda) const;
    [[nodiscard]] at::Tensor norm(const at::Tensor& x, const std::string& name) const;
    [[nodiscard]] at::Tensor attention(const at::Tensor& x, const std::string& block, double lambda) const;
    ModelConfig config_;
    std::map<std::string, at::Tensor> weights_;
};

}  // namespace tritlab
