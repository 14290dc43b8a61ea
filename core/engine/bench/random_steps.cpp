#include "core/engine/bench/random_steps.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/zeros_like.h>
#include <chrono>

#include "core/base/measure.h"
#include "core/base/profile.h"
#include "core/engine/loop/training_device.h"

namespace tritlab {

RandomSteps::RandomSteps(const RandomStepsSetup& setup)
    : rows_(setup.rows), length_(setup.length), device_(setup.device),
      model_(setup.model, setup.precision, setup.device), optimizer_(model_.parameters(), setup.optimizer),
      pass_(setup.reference ? referencePass(model_) : fastPass(model_)),
      generator_(at::detail::createCPUGenerator(setup.seed)) {
    model_.initialize(setup.initialization, setup.initStd, setup.seed);
    model_.setRecompute(setup.recompute);
    for (std::int64_t i = 0; i < setup.heldGradients; ++i)
        for (const Parameter& parameter : model_.parameters())
            held_.push_back(at::zeros_like(parameter.value.detach()));
}

double RandomSteps::micro(double lambda) {
    const at::Tensor stream = at::randint(0, model_.config().vocabSize, {rows_, length_ + 1}, generator_, at::kLong);
    const auto start = std::chrono::steady_clock::now();
    loss_ = pass_(stream.slice(1, 0, length_).contiguous(), stream.slice(1, 1).contiguous(), lambda);
    finishWork(device_);
    return secondsSince(start);
}

double RandomSteps::update(double learningRate, double weightDecay, double clip) {
    const auto start = std::chrono::steady_clock::now();
    {
        const ProfileScope scope("optimizer");
        optimizer_.step(learningRate, weightDecay, clipFactor(optimizer_.gradientNorm(), clip));
    }
    optimizer_.clearGradients();
    model_.weightsChanged();
    finishWork(device_);
    return secondsSince(start);
}

}  // namespace tritlab
