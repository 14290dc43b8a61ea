// The language model for training: one class for the notebook's, Module 7's, 2B4T's and LLaMA's blocks. Needs LibTorch.
// What it does not do: generation with a cache (core/infer) and the optimizer (core/engine/optimizer).
#pragma once

#include <ATen/core/Tensor.h>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/config/run_config.h"
#include "core/interop/model_folder.h"
#include "core/model/model_config.h"

namespace tritlab {

struct Parameter {
    std::string name;      // as in tensorSpecs()
    at::Tensor value;      // fp32 leaf, requires grad
    bool ternary = false;  // a BitLinear's shadow weight
};

// A shadow weight as the forward of lambda = 1 uses it. Quantized once per parameter version.
struct TernaryWeight {
    at::Tensor codes;  // int8 [out, in] in {-1, 0, 1}
    float scale = 0;
};

class LanguageModel {
public:
    // device: where weights and activations lie, and with them all that is computed. The door to the ops of CUDA is
    // core/device/plugin.h.
    LanguageModel(const ModelConfig& config, Precision precision, at::Device device = at::kCPU);
    ~LanguageModel();
    LanguageModel(const LanguageModel&) = delete;
    LanguageModel& operator=(const LanguageModel&) = delete;

    [[nodiscard]] const ModelConfig& config() const;
    [[nodiscard]] Precision precision() const;
    [[nodiscard]] at::Device device() const;
    // same seed, same bits, any thread count
    void initialize(Initialization initialization, double std, std::uint64_t seed);
    void load(const ModelWeights& weights, WeightStorage storage);

    // Activation checkpointing, off at first: a block keeps its input alone and runs again in the backward. Same losses
    // to the bit.
    void setRecompute(bool recompute);

    // In the order of tensorSpecs(). After writing to any value call weightsChanged().
    [[nodiscard]] std::vector<Parameter>& parameters();
    void weightsChanged();  // increments the parameter version
    [[nodiscard]] std::uint64_t version() const;
    // index into parameters(), a ternary one
    [[nodiscard]] const TernaryWeight& ternaryWeight(std::size_t parameter) const;

    // tokens, targets and documentStart lie on the CPU, as batches do; what comes back lies on the model's device.
    // tokens: int64 [B, T]. documentStart: int32 [B, T] (Batch), or undefined where no row crosses a document border.
    // lambda: 0 dense, 1 integer product, between: blended. Dense models ignore it.
    // [B, T, D] after the final norm
    at::Tensor hidden(const at::Tensor& tokens, const at::Tensor& documentStart, double lambda);
    at::Tensor logits(const at::Tensor& tokens, const at::Tensor& documentStart, double lambda);  // fp32 [B, T, V]
    // Sum of nats over targets >= 0 (int64 [B, T]); in chunks, never B x T x V in memory. fp32 scalar.
    at::Tensor lossSum(const at::Tensor& tokens, const at::Tensor& targets, const at::Tensor& documentStart,
                       double lambda);

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tritlab
