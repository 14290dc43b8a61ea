// The weights of one model as the packed engine runs them.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

#include "core/infer/packed_matrix.h"
#include "core/infer/packed_model.h"
#include "core/infer/thread_pool.h"

namespace tritlab {

// Norm weights and biases are padded with zeros to lengthOf(width).
struct PackedLinearPart {
    PackedMatrix matrix;
    std::vector<float> inputNorm;  // where ModelConfig::inputNormPerLinear, else empty
    std::vector<float> bias;       // [rows]; empty without
};

struct PackedLayer {
    std::vector<float> firstNorm, secondNorm;         // before attention and feed-forward, or (Post) after each
    std::vector<float> queryNorm, keyNorm;            // [head size], before the rotation; empty without
    std::vector<float> attentionSubNorm, ffnSubNorm;  // empty without sub-norms
    PackedLinearPart query, key, value, output, gate, up, down;  // gate: empty where the feed-forward has none
};

struct ModelParts {
    ModelDescription description;
    CacheFormat cache = CacheFormat::F32;
    PackedMatrix embedding;
    std::optional<PackedMatrix> head;  // none: tied to the embedding
    std::vector<float> finalNorm;
    std::vector<PackedLayer> layers;

    [[nodiscard]] const PackedMatrix& headMatrix() const { return head ? *head : embedding; }
    [[nodiscard]] std::int64_t residentBytes() const;
    [[nodiscard]] std::int64_t bytesPerToken() const;
};

// A linear of a layer by the name of its module.
struct NamedLinear {
    const char* module;  // "self_attn.q_proj"
    PackedLinearPart PackedLayer::*part;
    std::int64_t rows, columns;
};
std::vector<NamedLinear> linearsOf(const ModelConfig& config);
// A norm of a layer by the name of its tensor.
struct NamedNorm {
    const char* tensor;  // "input_layernorm.weight"
    std::vector<float> PackedLayer::*weight;
    std::int64_t width;
};
std::vector<NamedNorm> normsOf(const ModelConfig& config);
// Throws Error naming file or key where the sizes make no model that this engine runs.
void checkSizes(const ModelConfig& config, const std::string& where);
ModelParts loadParts(const std::filesystem::path& folder, const PackedOptions& options, ThreadPool& pool);
ModelParts randomParts(const ModelConfig& config, const PackedOptions& options, std::uint64_t seed, ThreadPool& pool);

}  // namespace tritlab
