// AdamW (Loshchilov & Hutter 2019), as torch.optim.AdamW computes it, in one pass over parameter, gradient and both
// moments, with the clipping factor folded in. fp32; scalars in double. Off the CPU LibTorch's own fused update does
// it. It does not choose learning rates: schedules do.
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <vector>

#include "core/config/run_config.h"
#include "core/engine/model/language_model.h"

namespace tritlab {

// L2 norm over all gradients, in double, summed in an order that no thread count changes.
double gradientNorm(const std::vector<Parameter>& parameters);

// One parameter's moments, of its shape.
struct Moments {
    at::Tensor first, second;
};

class AdamW {
public:
    struct Options {
        double beta1 = 0.9, beta2 = 0.95, eps = 1e-8;
        DecayGroups decayGroups = DecayGroups::ShadowWeights;
    };
    // The parameters outlive it. Decay group "shadow weights": the BitLinear weights, and in a dense model the linears
    // that they stand for, so that a dense baseline is decayed alike; never embeddings, head and norms.
    AdamW(std::vector<Parameter>& parameters, const Options& options);

    [[nodiscard]] double gradientNorm() const { return tritlab::gradientNorm(*parameters_); }
    // One update with the gradients times `gradientScale`. A parameter without a gradient stays as it is.
    void step(double learningRate, double weightDecay, double gradientScale);
    void clearGradients();

    [[nodiscard]] std::int64_t steps() const { return steps_; }  // updates done: the t of the bias correction
    void setSteps(std::int64_t steps) { steps_ = steps; }
    [[nodiscard]] std::vector<Moments>& moments() { return moments_; }
    [[nodiscard]] bool decays(std::size_t parameter) const { return decays_[parameter]; }

private:
    void stepByOps(double learningRate, double weightDecay, double gradientScale);
    std::vector<Parameter>* parameters_;
    Options options_;
    std::vector<Moments> moments_;
    std::vector<bool> decays_;
    std::int64_t steps_ = 0;
};

// Factor that brings a gradient of norm `norm` down to `limit` (torch.nn.utils.clip_grad_norm_: limit / (norm + 1e-6),
// at most 1). limit 0: no clipping.
double clipFactor(double norm, double limit);

}  // namespace tritlab
