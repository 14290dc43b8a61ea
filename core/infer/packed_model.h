// The packed ternary engine: weights at 2 bits (or 1.6), int8 activations per token exactly as in training, no
// LibTorch.
//
// What is the same as in training at lambda = 1 in fp32: everything to the last hidden state, to the bit. The weights'
// codes and absmeans, the activations' codes, the integer sums, y = sum * (absmean * inverse scale), and, since both
// sum them in one order, norms, rotation, softmax and attention. The head's sums (and those of dense linears) run in
// another order. What differs from a run in bf16: the residual stream, the linears' outputs and the queries stay fp32
// here.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/types.h"
#include "core/interop/model_folder.h"
#include "core/kernels/kernels.h"

namespace tritlab {

// Of embedding, head and dense linears. AsStored loses nothing: bf16 stays bf16, and what GGUF holds in groups stays in
// them (then what is multiplied with it is coded to int8 by the same groups, as in llama.cpp); everything else becomes
// fp32. Compact: as stored where that takes two bytes a weight or fewer, else bf16. Int8 has one fp32 scale a row. A
// head that is tied to the embedding is the same matrix.
enum class DenseStorage { AsStored, Compact, F32, Bf16, Int8 };

// The defaults lose nothing; what chat takes, chatOptions() says.
struct PackedOptions {
    int threads = 0;                                  // 0: one for each core
    DenseStorage embedding = DenseStorage::AsStored;  // and the head
    DenseStorage denseLinears = DenseStorage::AsStored;
    TernaryFormat ternary = TernaryFormat::TwoBit;
    CacheFormat cache = CacheFormat::F32;  // of keys and values, in sessions of this model
    bool shadowWeights = false;            // a ternary model's master weights as they are, dense: lambda = 0
};

// One model, shared by sessions; immutable after load. Sessions of one model take turns on its threads.
class PackedModel {
public:
    // Any model folder (checkpoint, export, Hugging Face), or one that save() wrote, whose formats then count instead
    // of the options'. Throws Error naming file and tensor for anything cut, altered or misshapen.
    static std::shared_ptr<const PackedModel> load(const std::filesystem::path& folder,
                                                   const PackedOptions& options = {});
    // Random weights of a shape, packed as they are made: for measuring speed.
    static std::shared_ptr<const PackedModel> random(const ModelConfig& config, const PackedOptions& options,
                                                     std::uint64_t seed = 1);
    virtual ~PackedModel() = default;
    // Writes a packed folder (core/infer/packed_file.h), whole or not at all, which load() maps instead of reading:
    // config.json, packed.safetensors and, where `tokenizer` names one, tokenizer.model.
    virtual void save(const std::filesystem::path& folder, const std::filesystem::path& tokenizer = {}) const = 0;
    [[nodiscard]] virtual const ModelDescription& description() const = 0;
    [[nodiscard]] virtual const PackedOptions& options() const = 0;
    [[nodiscard]] virtual int threads() const = 0;
    [[nodiscard]] virtual KernelSet kernelSet() const = 0;
    [[nodiscard]] virtual std::int64_t residentBytes() const = 0;  // of the weights
    [[nodiscard]] virtual std::int64_t bytesPerToken() const = 0;  // of weights, read from memory for one decoded token
    // Bytes a second at which all threads together can read this model's weights and do nothing else: the median of
    // some passes.
    [[nodiscard]] virtual double measureReadSpeed(int passes) const = 0;
};

// Keys, values and position of one sequence. One thread at a time; sessions of one model may be used from several.
class PackedSession {
public:
    // Throws Error for a context length below 1 or too large for memory. Memory is taken up as the context fills.
    static std::unique_ptr<PackedSession> create(std::shared_ptr<const PackedModel> model, std::int64_t contextLength);
    virtual ~PackedSession() = default;
    // Appends tokens and gives the logits [vocab] after the last one; valid until the next call. The same tokens give
    // the same bits however they are cut into calls. Throws Error, and appends nothing, when there is no token, one
    // outside the vocabulary, or no room in the context.
    virtual std::span<const float> feed(std::span<const TokenId> tokens) = 0;
    // The same with the logits after each token, index 0 first.
    virtual void feed(std::span<const TokenId> tokens,
                      const std::function<void(std::int64_t index, std::span<const float> logits)>& each) = 0;
    [[nodiscard]] virtual std::int64_t position() const = 0;
    [[nodiscard]] virtual std::int64_t contextLength() const = 0;
    [[nodiscard]] virtual std::int64_t bytesPerPosition() const = 0;  // of keys and values
    virtual void rewind(std::int64_t position) = 0;  // forgets what came after: prefix reuse between turns

    // One token to each of several sessions of one model at once: the weights are read once for all. Gives each one's
    // logits as feed() does, with the same bits.
    static void feedTogether(std::span<PackedSession* const> sessions, std::span<const TokenId> tokens,
                             const std::function<void(std::size_t session, std::span<const float> logits)>& each);
};

}  // namespace tritlab
