// From a model folder, or from random numbers, to packed weights.
#include "core/infer/model_parts.h"

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>
#include <mutex>

#include "core/architecture/tensor_names.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/formats/safetensors.h"
#include "core/kernels/quantizers.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

// Runs the tasks on the pool and throws the first error of any.
void runTasks(ThreadPool& pool, const std::vector<std::function<void()>>& tasks) {
    std::exception_ptr error;
    std::mutex mutex;
    pool.run(static_cast<std::int64_t>(tasks.size()), [&](std::int64_t task, int) {
        try {
            tasks[static_cast<std::size_t>(task)]();
        } catch (...) {
            const std::lock_guard lock(mutex);
            if (!error) error = std::current_exception();
        }
    });
    if (error) std::rethrow_exception(error);
}

DenseFormat denseFormat(DenseStorage storage, DType stored) {
    switch (storage) {
        case DenseStorage::AsStored: return stored == DType::BF16 ? DenseFormat::Bf16Short : DenseFormat::F32;
        case DenseStorage::F32: return DenseFormat::F32;
        case DenseStorage::Compact:
        case DenseStorage::Bf16: return DenseFormat::Bf16Short;
        case DenseStorage::Int8: return DenseFormat::Int8;
    }
    return DenseFormat::F32;
}

class FolderLoader {
public:
    FolderLoader(const fs::path& folder, const PackedOptions& options, const ModelDescription& description)
        : folder_(folder), options_(options), description_(description), weights_(folder) {
        weights_.requireTensorsOf(description);
    }

    // A norm's weight, or a bias.
    [[nodiscard]] std::vector<float> vector(const std::string& name, std::int64_t width) const {
        std::vector<float> values = finite(name, {width});
        values.resize(static_cast<std::size_t>(lengthOf(width)), 0.f);
        return values;
    }
    [[nodiscard]] PackedMatrix dense(const std::string& name, std::int64_t rows, std::int64_t columns,
                                     DenseStorage storage) const {
        if (storage == DenseStorage::AsStored || storage == DenseStorage::Compact)
            if (const auto grouped = weights_.grouped(name, {rows, columns})) {
                requireFinite(grouped->scales, name);
                requireFinite(grouped->minimums, name);
                return packGroupedMatrix(*grouped, rows, columns);
            }
        DType stored = weights_.storedType(name, {rows, columns});
        const std::vector<float> values = finite(name, {rows, columns});
        // What was bf16 before it became f16, as converters write it, still is: half the memory, and nothing lost.
        if (stored == DType::F16 &&
            std::ranges::all_of(values, [](float value) { return bf16ToFloat(floatToBf16(value)) == value; }))
            stored = DType::BF16;
        return packDenseMatrix(denseFormat(storage, stored), rows, columns, [&](std::int64_t row, float* out) {
            std::copy_n(values.data() + row * columns, columns, out);
        });
    }
    [[nodiscard]] PackedLinearPart linear(const std::string& module, std::int64_t rows, std::int64_t columns) const {
        PackedLinearPart part;
        const std::string name = module + ".weight";
        if (!isTernary(description_.config, module) || options_.shadowWeights) {
            part.matrix = dense(name, rows, columns, options_.denseLinears);
        } else if (description_.storage == WeightStorage::Master) {
            part.matrix = packed(quantizeWeights(description_.config.quantizer, finite(name, {rows, columns})), name,
                                 rows, columns);
        } else {
            const TernaryWeights stored = weights_.ternaryLinear(module, rows, columns, description_.storage);
            requireFinite(stored.scales, module + ".weight_scale");
            part.matrix = packed(stored, name, rows, columns);
        }
        if (description_.config.inputNormPerLinear && isTernary(description_.config, module))
            part.inputNorm = vector(module + ".rms_norm.weight", columns);
        if (hasBias(description_.config, module)) part.bias = vector(module + ".bias", rows);
        return part;
    }

private:
    [[nodiscard]] PackedMatrix packed(const TernaryWeights& quantized, const std::string& name, std::int64_t rows,
                                      std::int64_t columns) const {
        const auto scales = static_cast<std::int64_t>(quantized.scales.size());
        if (scales == 1 || scales == rows)
            return packTernaryMatrix(options_.ternary, quantized.codes, rows, columns, quantized.scales);
        const std::int64_t group = rows * columns / scales;
        if (group != 64 && group != 128)
            throw Error("has a scale for every " + std::to_string(group) + " weights", name,
                        "One a tensor, one a row, and groups of 64 and 128 columns are known");
        return packGroupedMatrix({{2, group, false}, quantized.codes, quantized.scales, {}}, rows, columns);
    }
    void requireFinite(std::span<const float> values, const std::string& name) const {
        // x - x is 0 for finite numbers only, and stays so when summed.
        float poison = 0;
        for (const float value : values) poison += value - value;
        if (!(poison == 0.f)) notFinite(name);
    }
    [[noreturn]] void notFinite(const std::string& name) const {
        throw Error("tensor '" + name + "' holds values that are no finite numbers", folder_.string(),
                    "The file was altered, or the training diverged: use an earlier checkpoint");
    }
    [[nodiscard]] std::vector<float> finite(const std::string& name, const std::vector<std::int64_t>& shape) const {
        std::vector<float> values = weights_.floats(name, shape);
        requireFinite(values, name);
        return values;
    }

    fs::path folder_;
    const PackedOptions& options_;
    const ModelDescription& description_;
    ModelWeights weights_;
};

PackedMatrix randomTernaryMatrix(std::int64_t rows, std::int64_t columns, TernaryFormat format, std::uint64_t seed,
                                 std::uint64_t stream) {
    PackedMatrix matrix;
    matrix.rows = rows;
    matrix.columns = columns;
    matrix.ternary = format;
    matrix.data = Memory::zeroed(matrix.tiles() * matrix.tileBytes());
    matrix.absmean = 1.f / std::sqrt(static_cast<float>(columns));
    const auto bytes = matrix.data.writableSpan<std::uint8_t>();
    for (std::size_t i = 0; i < bytes.size(); i += 8) {
        std::uint64_t bits = randomBits(seed, stream, i);
        for (std::size_t j = i; j < i + 8; ++j, bits >>= 8) {
            const auto value = static_cast<int>(bits & 0xff);
            bytes[j] = static_cast<std::uint8_t>(format == TernaryFormat::FiveTrits
                                                     ? value % 243
                                                     : value % 3 | value / 3 % 3 << 2 | value / 9 % 3 << 4 |
                                                           value / 27 % 3 << 6);
        }
    }
    return matrix;
}

// Of variance 1 / columns, about normal as trained weights are: sums of four uniform numbers.
PackedMatrix randomDenseMatrix(std::int64_t rows, std::int64_t columns, DenseFormat format, std::uint64_t seed,
                               std::uint64_t stream) {
    // four of variance 2^32 / 12 have that of 2^32 / 3
    const float scale = std::sqrt(3.f / static_cast<float>(columns)) / 65536.f;
    return packDenseMatrix(format, rows, columns, [=](std::int64_t row, float* out) {
        for (std::int64_t column = 0; column < columns; ++column) {
            const std::uint64_t bits = randomBits(seed, stream, static_cast<std::uint64_t>(row * columns + column));
            const auto sum = static_cast<std::int64_t>((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) +
                                                       (bits >> 48));
            out[column] = static_cast<float>(sum - 2 * 65535) * scale;
        }
    });
}

std::vector<float> ones(std::int64_t width) {
    std::vector<float> weight(static_cast<std::size_t>(lengthOf(width)), 0.f);
    std::fill_n(weight.begin(), width, 1.f);
    return weight;
}

}  // namespace

std::vector<NamedLinear> linearsOf(const ModelConfig& config) {
    const std::int64_t hidden = config.hiddenSize, ffn = config.ffnSize;
    const std::int64_t query = config.heads * config.headSize, keyValue = config.kvHeads * config.headSize;
    std::vector<NamedLinear> linears{{"self_attn.q_proj", &PackedLayer::query, query, hidden},
                                     {"self_attn.k_proj", &PackedLayer::key, keyValue, hidden},
                                     {"self_attn.v_proj", &PackedLayer::value, keyValue, hidden},
                                     {"self_attn.o_proj", &PackedLayer::output, hidden, query},
                                     {"mlp.up_proj", &PackedLayer::up, ffn, hidden},
                                     {"mlp.down_proj", &PackedLayer::down, hidden, ffn}};
    if (config.gatedFfn) linears.push_back({"mlp.gate_proj", &PackedLayer::gate, ffn, hidden});
    return linears;
}

std::vector<NamedNorm> normsOf(const ModelConfig& config) {
    std::vector<NamedNorm> norms{{"input_layernorm.weight", &PackedLayer::firstNorm, config.hiddenSize},
                                 {"post_attention_layernorm.weight", &PackedLayer::secondNorm, config.hiddenSize}};
    if (config.qkNorms) {
        norms.push_back({"self_attn.q_norm.weight", &PackedLayer::queryNorm, config.headSize});
        norms.push_back({"self_attn.k_norm.weight", &PackedLayer::keyNorm, config.headSize});
    }
    if (config.subNorms) {
        norms.push_back(
            {"self_attn.attn_sub_norm.weight", &PackedLayer::attentionSubNorm, config.heads * config.headSize});
        norms.push_back({"mlp.ffn_sub_norm.weight", &PackedLayer::ffnSubNorm, config.ffnSize});
    }
    return norms;
}

void checkSizes(const ModelConfig& config, const std::string& where) {
    const auto require = [&](bool right, const std::string& what) {
        if (!right) throw Error(what, where, "Check that the folder holds a model this program can read");
    };
    constexpr std::int64_t widest = 262144;  // the ternary kernels' sums are exact up to here
    require(config.vocabSize >= 1 && config.layers >= 1 && config.contextLength >= 1, "a size of the model is below 1");
    require(config.hiddenSize >= 1 && config.hiddenSize <= widest, "hidden_size is not between 1 and 262144");
    require(config.ffnSize >= 1 && config.ffnSize <= widest, "intermediate_size is not between 1 and 262144");
    require(config.heads >= 1 && config.kvHeads >= 1 && config.heads % config.kvHeads == 0,
            "num_key_value_heads does not divide num_attention_heads");
    require(config.headSize >= 2 && config.headSize % 2 == 0 && config.headSize <= 4096,
            "head_dim is odd or not between 2 and 4096");
    require(config.heads <= widest / config.headSize, "the attention heads together are wider than 262144");
    require(std::isfinite(config.ropeTheta) && config.ropeTheta > 0, "rope_theta is not above 0");
    require(std::isfinite(config.normEps) && config.normEps >= 0, "rms_norm_eps is below 0");
}

std::int64_t ModelParts::residentBytes() const {
    std::int64_t bytes =
        embedding.bytes() + (head ? head->bytes() : 0) + static_cast<std::int64_t>(finalNorm.size() * 4);
    for (const PackedLayer& layer : layers)
        for (const NamedLinear& linear : linearsOf(description.config)) bytes += (layer.*linear.part).matrix.bytes();
    return bytes;
}

std::int64_t ModelParts::bytesPerToken() const {
    const std::int64_t lookup = embedding.bytes() / embedding.rows;
    return residentBytes() - (head ? embedding.bytes() : 0) + lookup;
}

ModelParts loadParts(const fs::path& folder, const PackedOptions& options, ThreadPool& pool) {
    ModelParts parts;
    parts.cache = options.cache;
    parts.description = readModelDescription(folder);
    const ModelConfig& config = parts.description.config;
    checkSizes(config, isGgufModel(folder) ? folder.string() : (folder / "config.json").string());
    if (options.shadowWeights && parts.description.storage != WeightStorage::Master)
        throw Error("holds packed weights only: it has no full-precision form", folder.string(),
                    "Choose the checkpoint or export that it was packed from");
    const FolderLoader loader(folder, options, parts.description);
    parts.finalNorm = loader.vector("model.norm.weight", config.hiddenSize);
    parts.layers.resize(static_cast<std::size_t>(config.layers));
    // The largest first.
    const auto perToken = [&](const char* name) {
        return loader.dense(name, config.vocabSize, config.hiddenSize, options.embedding);
    };
    std::vector<std::function<void()>> tasks{[&] { parts.embedding = perToken("model.embed_tokens.weight"); }};
    if (!config.tieEmbeddings) tasks.emplace_back([&] { parts.head = perToken("lm_head.weight"); });
    for (std::int64_t index = 0; index < config.layers; ++index) {
        PackedLayer& layer = parts.layers[static_cast<std::size_t>(index)];
        const std::string prefix = layerPrefix(index);
        for (const NamedNorm& norm : normsOf(config))
            layer.*norm.weight = loader.vector(prefix + norm.tensor, norm.width);
        for (const NamedLinear& linear : linearsOf(config))
            tasks.emplace_back([&loader, &layer, linear, prefix] {
                layer.*linear.part = loader.linear(prefix + linear.module, linear.rows, linear.columns);
            });
    }
    runTasks(pool, tasks);
    return parts;
}

ModelParts randomParts(const ModelConfig& config, const PackedOptions& options, std::uint64_t seed, ThreadPool& pool) {
    checkSizes(config, "the shape");
    ModelParts parts;
    parts.cache = options.cache;
    parts.description.config = config;
    parts.description.origin = "random";
    const DenseFormat embedding = denseFormat(options.embedding, DType::BF16),
                      dense = denseFormat(options.denseLinears, DType::BF16);
    std::uint64_t stream = 0;
    parts.finalNorm = ones(config.hiddenSize);
    parts.layers.resize(static_cast<std::size_t>(config.layers));
    std::vector<std::function<void()>> tasks;
    tasks.emplace_back([&, stream] {
        parts.embedding = randomDenseMatrix(config.vocabSize, config.hiddenSize, embedding, seed, stream);
    });
    if (!config.tieEmbeddings)
        tasks.emplace_back([&, stream = ++stream] {
            parts.head = randomDenseMatrix(config.vocabSize, config.hiddenSize, embedding, seed, stream);
        });
    for (std::size_t index = 0; index < parts.layers.size(); ++index) {
        PackedLayer& layer = parts.layers[index];
        for (const NamedNorm& norm : normsOf(config)) layer.*norm.weight = ones(norm.width);
        for (const NamedLinear& linear : linearsOf(config)) {
            const std::string name = layerPrefix(index) + linear.module;
            const bool ternary = isTernary(config, name);
            if (ternary && config.inputNormPerLinear) (layer.*linear.part).inputNorm = ones(linear.columns);
            if (hasBias(config, linear.module))
                (layer.*linear.part).bias.resize(static_cast<std::size_t>(lengthOf(linear.rows)), 0.f);
            tasks.emplace_back([&, linear, ternary, stream = ++stream] {
                (layer.*linear.part).matrix =
                    ternary ? randomTernaryMatrix(linear.rows, linear.columns, options.ternary, seed, stream)
                            : randomDenseMatrix(linear.rows, linear.columns, dense, seed, stream);
            });
        }
    }
    runTasks(pool, tasks);
    return parts;
}

}  // namespace tritlab
