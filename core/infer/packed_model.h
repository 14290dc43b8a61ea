// The packed ternary engine: weights at 2 bits, int8 activations per token exactly as in training, no LibTorch.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/interop/model_folder.h"

namespace tritlab {

struct PackedOptions {
    int threads = 0;  // 0: all cores
};

// One model, shared by sessions; immutable after load. At lambda = 1 its integer sums equal the training forward's to the bit.
// Dense linears (ternaryLinears false, denseModules) run in bf16 weights with fp32 sums.
class PackedModel {
public:
    // Any model folder (checkpoint, export, Hugging Face). Throws Error naming file and tensor for anything cut, altered or misshapen.
    static std::shared_ptr<const PackedModel> load(const std::filesystem::path& folder, const PackedOptions& options = {});
    virtual ~PackedModel() = default;
    [[nodiscard]] virtual const ModelDescription& description() const = 0;
    [[nodiscard]] virtual std::int64_t residentBytes() const = 0;
    [[nodiscard]] virtual std::int64_t bytesPerToken() const = 0;  // read from memory for one decoded token
};

// Keys, values and position of one sequence.
class PackedSession {
public:
    static std::unique_ptr<PackedSession> create(std::shared_ptr<const PackedModel> model, std::int64_t contextLength);
    virtual ~PackedSession() = default;
    // Appends tokens and gives the logits [vocab] after the last one; valid until the next call. Throws Error when the context is full.
    virtual std::span<const float> feed(std::span<const TokenId> tokens) = 0;
    [[nodiscard]] virtual std::int64_t position() const = 0;
    [[nodiscard]] virtual std::int64_t contextLength() const = 0;
    virtual void rewind(std::int64_t position) = 0;  // forgets what came after: prefix reuse between turns
};

}  // namespace tritlab
