#include "core/engine/optimizer/adamw.h"

#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <algorithm>
#include <cmath>

#include "core/engine/layers/tensor_kernels.h"
#include "core/kernels/adamw_kernels.h"

namespace tritlab {
namespace {

constexpr std::int64_t blockSize = 1 << 15;  // elements; partial sums are per block, so the order of summing is fixed

// A linear of a block: what would be a BitLinear in a ternary model.
bool isBlockLinear(const std::string& name) { return name.ends_with("_proj.weight"); }

}  // namespace

double clipFactor(double norm, double limit) { return limit > 0 ? std::min(1.0, limit / (norm + 1e-6)) : 1.0; }

AdamW::AdamW(std::vector<Parameter>& parameters, const Options& options) : parameters_(&parameters), options_(options) {
    for (const Parameter& parameter : parameters) {
        const at::Tensor value = parameter.value.detach();
        moments_.push_back({at::zeros_like(value), at::zeros_like(value)});
        decays_.push_back(options.decayGroups == DecayGroups::Everything || parameter.ternary ||
                          isBlockLinear(parameter.name));
    }
}

namespace {

double normByOps(const std::vector<Parameter>& parameters) {
    std::vector<at::Tensor> squares;  // one a parameter, so that the device is waited for once
    for (const Parameter& parameter : parameters)
        if (parameter.value.grad().defined())
            squares.push_back(
                at::linalg_vector_norm(parameter.value.grad(), 2, std::nullopt, false, at::kDouble).square());
    return squares.empty() ? 0 : std::sqrt(at::stack(squares).sum().item<double>());
}

}  // namespace

double gradientNorm(const std::vector<Parameter>& parameters) {
    if (!parameters.empty() && usesTensorOps(parameters.front().value)) return normByOps(parameters);
    double sum = 0;
    std::vector<double> partial;
    for (const Parameter& parameter : parameters) {
        if (!parameter.value.grad().defined()) continue;
        const at::Tensor gradient = parameter.value.grad().contiguous();
        const float* data = gradient.const_data_ptr<float>();
        const std::int64_t count = gradient.numel(), blocks = (count + blockSize - 1) / blockSize;
        partial.assign(static_cast<std::size_t>(blocks), 0.0);
        at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t block = begin; block < end; ++block) {
                const std::int64_t first = block * blockSize;
                partial[static_cast<std::size_t>(block)] = squaredSum(data + first, std::min(blockSize, count - first));
            }
        });
        for (const double part : partial) sum += part;
    }
    return std::sqrt(sum);
}

// LibTorch's fused update, a call for each decay group. It divides gradients by a scale.
void AdamW::stepByOps(double learningRate, double weightDecay, double gradientScale) {
    const at::NoGradGuard guard;
    const at::Tensor like = parameters_->front().value.detach();
    const at::Tensor step = at::full({}, static_cast<double>(steps_), like.options()),
                     scale = at::full({}, 1 / gradientScale, like.options());
    for (const bool decayed : {false, true}) {
        std::vector<at::Tensor> values, gradients, first, second;
        for (std::size_t i = 0; i < parameters_->size(); ++i) {
            const at::Tensor& value = (*parameters_)[i].value;
            if (decays_[i] != decayed || !value.grad().defined()) continue;
            values.push_back(value.detach());
            gradients.push_back(value.grad().contiguous());
            first.push_back(moments_[i].first);
            second.push_back(moments_[i].second);
        }
        if (values.empty()) continue;
        const std::vector<at::Tensor> steps(values.size(), step);
        at::_fused_adamw_(values, gradients, first, second, {}, steps, learningRate, options_.beta1, options_.beta2,
                          decayed ? weightDecay : 0.0, options_.eps, false, false,
                          gradientScale == 1 ? std::nullopt : std::optional(scale));
    }
}

void AdamW::step(double learningRate, double weightDecay, double gradientScale) {
    ++steps_;
    if (!parameters_->empty() && usesTensorOps(parameters_->front().value))
        return stepByOps(learningRate, weightDecay, gradientScale);
    const auto t = static_cast<double>(steps_);
    AdamWScalars scalars{};
    scalars.gradientScale = static_cast<float>(gradientScale);
    scalars.beta1 = static_cast<float>(options_.beta1);
    scalars.beta2 = static_cast<float>(options_.beta2);
    scalars.rest1 = static_cast<float>(1 - options_.beta1);
    scalars.rest2 = static_cast<float>(1 - options_.beta2);
    scalars.stepSize = static_cast<float>(learningRate / (1 - std::pow(options_.beta1, t)));
    scalars.rootCorrection2 = static_cast<float>(std::sqrt(1 - std::pow(options_.beta2, t)));
    scalars.eps = static_cast<float>(options_.eps);
    for (std::size_t i = 0; i < parameters_->size(); ++i) {
        const at::Tensor& value = (*parameters_)[i].value;
        if (!value.grad().defined()) continue;
        scalars.keep = static_cast<float>(1 - (decays_[i] ? learningRate * weightDecay : 0.0));
        const at::Tensor gradient = value.grad().contiguous();
        auto* w = static_cast<float*>(value.data_ptr());
        auto* m = moments_[i].first.data_ptr<float>();
        auto* v = moments_[i].second.data_ptr<float>();
        const float* g = gradient.const_data_ptr<float>();
        at::parallel_for(0, value.numel(), blockSize, [&](std::int64_t begin, std::int64_t end) {
            adamwUpdate(w + begin, g + begin, m + begin, v + begin, end - begin, scalars);
        });
    }
}

void AdamW::clearGradients() {
    for (Parameter& parameter : *parameters_) parameter.value.mutable_grad().reset();
}

}  // namespace tritlab
