// One transformer block: attention and feed-forward around the residual stream, in the arrangement that ModelConfig
// gives.
#pragma once

#include <ATen/core/Tensor.h>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/engine/layers/attention.h"
#include "core/engine/layers/bit_linear.h"
#include "core/model/model_config.h"

namespace tritlab {

// Finds a parameter's fp32 leaf by the name of its tensor.
using ParameterLookup = std::function<at::Tensor(const std::string& name)>;

// What a forward needs to know beyond its input.
struct ForwardContext {
    QkvShape shape;
    RopeTable rope;
    at::Tensor documentStart, documentMask;  // the mask only off the CPU: made once, shared by all blocks
    double lambda = 1;
    std::uint64_t version = 0;
};

// Linears with one input. Those of one kind run as one product; with a norm of its own before each linear each runs
// alone.
class Projection {
public:
    Projection(const ModelConfig& config, const ParameterLookup& parameter, const std::vector<std::string>& names,
               at::ScalarType type);
    // x [N, inputWidth] -> the linears' outputs side by side.
    at::Tensor forward(const at::Tensor& x, const Prologue& prologue, const at::Tensor& normWeight,
                       const ForwardContext& context);

    struct Part {
        std::vector<std::string> names;
        std::unique_ptr<BitLinear> group;
        at::Tensor inputNorm;  // undefined without
    };
    [[nodiscard]] const std::vector<Part>& parts() const { return parts_; }

private:
    std::vector<Part> parts_;
    float inputNormEps_;
};

class Block {
public:
    Block(const ModelConfig& config, std::int64_t layer, const ParameterLookup& parameter, at::ScalarType type);
    at::Tensor forward(const at::Tensor& x, const ForwardContext& context);  // [N, D] -> [N, D]
    [[nodiscard]] std::vector<const Projection*> projections() const { return {&qkv_, &output_, &up_, &down_}; }

private:
    [[nodiscard]] Prologue norm() const;
    // Query and key heads of qkv [N, width] each normed on its own, the values as they are.
    [[nodiscard]] at::Tensor withNormedHeads(const at::Tensor& qkv) const;

    ModelConfig config_;
    at::Tensor attentionNorm_, feedForwardNorm_, queryNorm_, keyNorm_, attentionSubNorm_, feedForwardSubNorm_;
    Projection qkv_, output_, up_, down_;
};

}  // namespace tritlab
