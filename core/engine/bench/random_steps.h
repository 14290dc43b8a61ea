// Training steps on random tokens, timed: what the bench and the calibration measure.
#pragma once

#include <ATen/core/Generator.h>
#include <cstdint>
#include <vector>

#include "core/engine/loop/training_pass.h"
#include "core/engine/optimizer/adamw.h"

namespace tritlab {

struct RandomStepsSetup {
    ModelConfig model;
    Precision precision = Precision::Bf16;
    Initialization initialization = Initialization::Notebook;
    double initStd = 0.02;
    std::uint64_t seed = 1;
    AdamW::Options optimizer;
    std::int64_t rows = 1, length = 1;  // of a micro-batch
    bool recompute = false;             // activation checkpointing
    bool reference = false;             // the slow pass; the model has to be of the notebook's block
    at::Device device = at::kCPU;
    std::int64_t heldGradients = 0;  // kept beside those that are summed (core/config/accumulation.h): of zeros here
};

// Called on the compute thread.
class RandomSteps {
public:
    explicit RandomSteps(const RandomStepsSetup& setup);
    RandomSteps(const RandomSteps&) = delete;
    RandomSteps& operator=(const RandomSteps&) = delete;
    // Forward and backward of the next micro-batch; gives its seconds.
    double micro(double lambda);
    // Clipping and AdamW; gives their seconds.
    double update(double learningRate, double weightDecay, double clip);
    [[nodiscard]] double loss() const { return loss_; }  // of the last micro-batch, mean nats a token
    [[nodiscard]] LanguageModel& model() { return model_; }

private:
    std::int64_t rows_, length_;
    at::Device device_;
    LanguageModel model_;
    AdamW optimizer_;
    TrainingPass pass_;
    at::Generator generator_;
    std::vector<at::Tensor> held_;
    double loss_ = 0;
};

}  // namespace tritlab
