// A few steps of a tiny model on made-up text: what the ways to train (the CPU's kernels, LibTorch's ops, a device) are
// compared by.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/engine/model/language_model.h"
#include "core/engine/optimizer/adamw.h"
#include "tests/core/engine/layers/tensors.h"

namespace tritlab::test {

inline ModelConfig tinyConfig(bool block2b4t) {
    ModelConfig config;
    config.vocabSize = 96;
    config.hiddenSize = 64;
    config.layers = 2;
    config.heads = 4;
    config.kvHeads = block2b4t ? 2 : 4;
    config.headSize = 16;
    config.ffnSize = 160;
    config.contextLength = 32;
    config.gatedFfn = config.subNorms = block2b4t;
    config.normPlacement = block2b4t ? NormPlacement::Pre : NormPlacement::Post;
    config.activation = Activation::ReluSquared;
    return config;
}

// A batch that can be learnt: each token follows from the one before; some targets do not count; two documents a row.
struct TinyBatch {
    static constexpr std::int64_t rows = 4, length = 32;
    at::Tensor tokens, targets, documentStart;
    explicit TinyBatch(std::uint64_t seed, std::int64_t vocab) {
        tokens = randomTokens({rows, length}, vocab, seed);
        auto* token = tokens.data_ptr<std::int64_t>();
        for (std::int64_t i = 0; i < tokens.numel(); ++i)
            if (i % length % 8 != 0) token[i] = (5 * token[i - 1] + 3) % vocab;
        targets = (5 * tokens + 3).remainder(vocab);
        targets.narrow(1, length - 3, 3).fill_(-1);
        documentStart = at::zeros({rows, length}, at::kInt);
        documentStart.narrow(1, length / 2, length / 2).fill_(length / 2);
    }
};

struct Trained {
    std::vector<double> losses;
    std::vector<at::Tensor> gradients;  // of the first step
    double firstNorm = 0;
    at::Tensor codes;  // of the last ternary weight, before the first step
};

// Steps on made-up batches, two documents a row.
inline Trained trainTiny(const ModelConfig& config, Precision precision, double lambda, int steps,
                         at::Device device = at::kCPU) {
    LanguageModel model(config, precision, device);
    model.initialize(Initialization::Normal, 0.05, 7);
    AdamW optimizer(model.parameters(), {});
    Trained result;
    for (std::size_t i = 0; i < model.parameters().size(); ++i)
        if (model.parameters()[i].ternary) result.codes = model.ternaryWeight(i).codes.to(at::kCPU, false, true);
    for (int step = 0; step < steps; ++step) {
        const TinyBatch batch(static_cast<std::uint64_t>(step), config.vocabSize);
        const auto scored = static_cast<double>(batch.targets.ge(0).sum().item<std::int64_t>());
        const at::Tensor loss = model.lossSum(batch.tokens, batch.targets, batch.documentStart, lambda);
        loss.backward(at::full({}, 1 / scored, loss.options()));
        result.losses.push_back(loss.item<double>() / scored);
        const double norm = optimizer.gradientNorm();
        if (step == 0) {
            result.firstNorm = norm;
            for (const Parameter& parameter : model.parameters())
                result.gradients.push_back(parameter.value.grad().to(at::kCPU, false, true));
        }
        optimizer.step(1e-3, 0.1, clipFactor(norm, 1.0));
        optimizer.clearGradients();
        model.weightsChanged();
    }
    return result;
}

// How far two trainings are apart: gradients of the first step as a share of each one's largest, losses as shares.
struct Apart {
    double gradients = 0, losses = 0;
    Apart(const Trained& found, const Trained& reference) {
        for (std::size_t i = 0; i < reference.gradients.size(); ++i)
            gradients = std::max(gradients, relativeDifference(found.gradients[i], reference.gradients[i]));
        for (std::size_t i = 0; i < reference.losses.size(); ++i)
            losses = std::max(losses, std::abs(found.losses[i] - reference.losses[i]) / reference.losses[i]);
    }
};

// What two ways of training may be apart over twenty steps. Where activations are quantized, a rounding of the last bit
// moves one to the next of 255 steps now and then, and the steps after it carry that on.
struct TinyCase {
    bool block2b4t = false;
    Precision precision = Precision::Fp32;
    double lambda = 0;
    [[nodiscard]] std::string name() const {
        return std::string(block2b4t ? "2b4t" : "notebook") + (precision == Precision::Fp32 ? " fp32" : " bf16") +
               (lambda == 0   ? " dense"
                : lambda == 1 ? " ternary"
                              : " blended");
    }
    [[nodiscard]] double gradients() const { return precision == Precision::Bf16 ? 6e-2 : lambda == 0 ? 1e-5 : 5e-3; }
    [[nodiscard]] double losses() const {
        return precision == Precision::Bf16 ? (lambda < 1 ? 1e-2 : 3e-2) : lambda == 0 ? 1e-5 : 5e-3;
    }
};
inline std::vector<TinyCase> tinyCases() {
    std::vector<TinyCase> cases;
    for (const bool block2b4t : {false, true})
        for (const Precision precision : {Precision::Fp32, Precision::Bf16})
            for (const double lambda : {0.0, 0.5, 1.0}) cases.push_back({block2b4t, precision, lambda});
    return cases;
}

}  // namespace tritlab::test
