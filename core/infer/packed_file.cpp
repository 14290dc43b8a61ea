#include "core/infer/packed_file.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <deque>
#include <functional>

#include "core/architecture/tensor_names.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/number.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr const char* fileName = "packed.safetensors";
constexpr const char* formatName = "tritlab-packed";
// 2: Bf16Short; 3: biases, norms of queries and keys, groups, ternary rows with a scale each
constexpr std::int64_t version = 3;

DType denseType(DenseFormat format) {
    switch (format) {
        case DenseFormat::F32: return DType::F32;
        case DenseFormat::Bf16: return DType::BF16;
        case DenseFormat::Int8: return DType::I8;
        case DenseFormat::Bf16Short: return DType::U8;
    }
    return DType::F32;
}

std::vector<std::int64_t> tileShape(const PackedMatrix& matrix) {
    if (matrix.ternary) return {matrix.tiles(), ternaryBlocks(*matrix.ternary, matrix.columns), 64};
    if (matrix.grouped) return {matrix.tiles(), matrix.tileBytes()};
    const std::int64_t quads = roundUp(matrix.columns, 4) / 4;
    if (matrix.dense == DenseFormat::Bf16) return {matrix.tiles(), quads, 2, 16, 2};
    if (matrix.dense == DenseFormat::Bf16Short) return {matrix.tiles(), matrix.tileBytes()};
    return {matrix.tiles(), quads, 4, 16};
}

DType typeOf(const PackedMatrix& matrix) {
    return matrix.ternary || matrix.grouped ? DType::U8 : denseType(matrix.dense);
}

// Bits, columns of a group, minimums, half: NAME.groups of a matrix in groups.
std::array<std::int64_t, 4> groupNumbers(const GroupedFormat& format) {
    return {format.bits, format.columns, format.minimums ? 1 : 0, format.half ? 1 : 0};
}

const char* ternaryName(TernaryFormat format) { return format == TernaryFormat::TwoBit ? "2bit" : "5trits"; }

// The earliest form that has a place for everything in the model: what an older program would read wrongly it refuses.
std::int64_t versionFor(const ModelConfig& config, bool scalesByRowOrGroup) {
    return config.qkNorms || hasBiases(config) || scalesByRowOrGroup ? 3 : 2;
}

// The model's matrices, and its norms and biases, by their tensors' names. Parts may be const or not.
template <class Parts, class OnMatrix, class OnVector>
void forTensors(Parts& parts, const OnMatrix& onMatrix, const OnVector& onVector) {
    const ModelConfig& config = parts.description.config;
    onMatrix("model.embed_tokens.weight", parts.embedding, config.vocabSize, config.hiddenSize, false);
    if (parts.head) onMatrix("lm_head.weight", *parts.head, config.vocabSize, config.hiddenSize, false);
    onVector("model.norm.weight", parts.finalNorm, config.hiddenSize);
    for (std::size_t index = 0; index < parts.layers.size(); ++index) {
        auto& layer = parts.layers[index];
        const std::string prefix = layerPrefix(index);
        for (const NamedNorm& norm : normsOf(config)) onVector(prefix + norm.tensor, layer.*norm.weight, norm.width);
        for (const NamedLinear& linear : linearsOf(config)) {
            auto& part = layer.*linear.part;
            const std::string module = prefix + linear.module;
            const bool ternary = isTernary(config, module);
            onMatrix(module + ".weight", part.matrix, linear.rows, linear.columns, ternary);
            if (ternary && config.inputNormPerLinear)
                onVector(module + ".rms_norm.weight", part.inputNorm, linear.columns);
            if (hasBias(config, linear.module)) onVector(module + ".bias", part.bias, linear.rows);
        }
    }
}

// Of each tensor's name and bytes, in the order of names.
std::string hashOf(const std::map<std::string, std::span<const std::byte>>& tensors) {
    Hasher hasher;
    for (const auto& [name, bytes] : tensors) {
        hasher.add(name);
        hasher.add({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    return hasher.hex();
}

class PackedReader {
public:
    explicit PackedReader(const fs::path& path)
        : file_(std::make_shared<const SafetensorsFile>(path)), path_(path.string()) {
        const auto& metadata = file_->metadata();
        const auto entry = [&](const char* key) {
            const auto found = metadata.find(key);
            if (found == metadata.end()) fail(std::string("has no '") + key + "' in its metadata");
            return found->second;
        };
        if (entry("format") != formatName) fail("is no packed model of this program");
        const auto number = parseInt(entry("version"));
        if (!number || *number < 1) fail("has an unknown version '" + entry("version") + "'");
        if (*number > version)
            throw Error("is written in form " + entry("version") + ", this program knows " + std::to_string(version),
                        path_, "Use the newer program, or pack the model again", ErrorKind::TooNew);
        ternary_ =
            entry("ternary") == ternaryName(TernaryFormat::TwoBit) ? TernaryFormat::TwoBit : TernaryFormat::FiveTrits;
        if (entry("ternary") != ternaryName(ternary_))
            fail("has ternary weights of an unknown form '" + entry("ternary") + "'");
        std::map<std::string, std::span<const std::byte>> tensors;
        for (const auto& [name, view] : file_->tensors()) tensors.emplace(name, view.bytes);
        if (hashOf(tensors) != entry("hash")) fail("was altered or damaged: its hash is another");
    }

    void matrix(const std::string& name, PackedMatrix& matrix, std::int64_t rows, std::int64_t columns,
                bool ternary) const {
        const TensorView& view = file_->tensor(name);
        matrix.rows = rows;
        matrix.columns = columns;
        const bool grouped = has(name + ".groups");
        if (grouped) {
            matrix.grouped = groups(name + ".groups");
        } else if (ternary) {
            matrix.ternary = ternary_;
            matrix.absmean = floats(name + ".absmean", 1)[0];
            if (!std::isfinite(matrix.absmean)) fail("tensor " + name + ".absmean is no finite number");
        } else {
            for (const DenseFormat format :
                 {DenseFormat::F32, DenseFormat::Bf16, DenseFormat::Int8, DenseFormat::Bf16Short})
                if (denseType(format) == view.type) matrix.dense = format;
        }
        if (view.type != typeOf(matrix))
            fail("tensor " + name + " is of type " + dtypeName(view.type) + ", which the model cannot have there");
        static_cast<void>(file_->tensor(name, tileShape(matrix)));  // throws where the shape is another
        if (reinterpret_cast<std::uintptr_t>(view.bytes.data()) % 64 != 0)
            fail("tensor " + name + " does not lie at a multiple of 64 bytes");
        matrix.data = Memory::view(file_, view.bytes);
        if (grouped) return;
        if (ternary ? has(name + ".row_scales") : matrix.dense == DenseFormat::Int8) {
            const std::vector<float> scales = floats(name + ".row_scales", matrix.tiles() * tileRows);
            matrix.rowScales = Memory::zeroed(static_cast<std::int64_t>(scales.size()) * 4);
            std::copy(scales.begin(), scales.end(), matrix.rowScales.writable<float>());
        }
        if (!ternary && matrix.dense == DenseFormat::Bf16Short) exceptions(name, matrix);
    }

    void vector(const std::string& name, std::vector<float>& values, std::int64_t width) const {
        values = floats(name, width);
        values.resize(static_cast<std::size_t>(lengthOf(width)), 0.f);
    }

private:
    [[noreturn]] void fail(const std::string& what) const {
        throw Error(what, path_, "Pack the model again from its checkpoint");
    }
    [[nodiscard]] std::vector<float> floats(const std::string& name, std::int64_t count) const {
        return toFloats(file_->tensor(name, {count}), path_ + ": " + name);
    }
    [[nodiscard]] bool has(const std::string& name) const { return file_->tensors().contains(name); }
    [[nodiscard]] GroupedFormat groups(const std::string& name) const {
        const TensorView& view = file_->tensor(name, {4});
        std::array<std::int64_t, 4> numbers{};
        if (view.type != DType::I64) fail("tensor " + name + " is not of type I64");
        std::memcpy(numbers.data(), view.bytes.data(), sizeof numbers);
        const GroupedFormat format{static_cast<int>(numbers[0]), numbers[1], numbers[2] != 0, numbers[3] != 0};
        const bool known = (format.bits == 2 || format.bits == 4 || format.bits == 8) && format.columns >= 16 &&
                           format.columns <= 128 && std::has_single_bit(static_cast<std::uint64_t>(format.columns));
        if (!known || groupNumbers(format) != numbers) fail("tensor " + name + " names a form that is not known here");
        return format;
    }
    // Copied, since they need not lie at a multiple of their size, and checked: a product writes to their rows.
    void exceptions(const std::string& name, PackedMatrix& matrix) const {
        const TensorView& starts = file_->tensor(name + ".exception_starts", {matrix.tiles() + 1});
        if (starts.type != DType::I64) fail("tensor " + name + ".exception_starts is not of type I64");
        matrix.exceptionStarts = copied(starts);
        const std::span all(matrix.exceptionStarts.as<std::int64_t>(), static_cast<std::size_t>(matrix.tiles() + 1));
        const std::int64_t count = all.back();
        if (all.front() != 0 || count < 0 || count > matrix.rows * matrix.columns || !std::ranges::is_sorted(all))
            fail("tensor " + name + ".exception_starts does not rise from 0");
        if (count == 0) return;
        const TensorView& entries =
            file_->tensor(name + ".exceptions", {count, static_cast<std::int64_t>(sizeof(Bf16Exception))});
        if (entries.type != DType::U8) fail("tensor " + name + ".exceptions is not of type U8");
        matrix.exceptions = copied(entries);
        for (const Bf16Exception& exception :
             std::span(matrix.exceptions.as<Bf16Exception>(), static_cast<std::size_t>(count)))
            if (exception.column >= matrix.columns || exception.row >= tileRows)
                fail("tensor " + name + ".exceptions names a weight outside of its tile");
    }
    static Memory copied(const TensorView& view) {
        Memory memory = Memory::zeroed(static_cast<std::int64_t>(view.bytes.size()));
        std::ranges::copy(view.bytes, memory.writable<std::byte>());
        return memory;
    }

    std::shared_ptr<const SafetensorsFile> file_;
    std::string path_;
    TernaryFormat ternary_ = TernaryFormat::TwoBit;
};

}  // namespace

bool isPackedFolder(const fs::path& folder) {
    return fs::exists(folder / fileName) && !fs::exists(folder / "model.safetensors") &&
           !fs::exists(folder / "model.safetensors.index.json");
}

void writePackedFile(const ModelParts& parts, const fs::path& path) {
    // Matrices first: all of them are multiples of 64 bytes, so that each begins at one.
    std::vector<TensorToWrite> tensors, small;
    std::optional<TernaryFormat> ternary;
    std::deque<std::array<std::int64_t, 4>> groups;  // that `small` points to
    bool scalesByRowOrGroup = false;
    const auto onMatrix = [&](const std::string& name, const PackedMatrix& matrix, std::int64_t, std::int64_t, bool) {
        tensors.push_back({name, typeOf(matrix), tileShape(matrix), matrix.data.as<std::byte>()});
        scalesByRowOrGroup |= matrix.grouped || (matrix.ternary && matrix.rowScales.size() != 0);
        if (matrix.rowScales.size() != 0)
            small.push_back(
                {name + ".row_scales", DType::F32, {matrix.tiles() * tileRows}, matrix.rowScales.as<std::byte>()});
        if (matrix.ternary) {
            ternary = matrix.ternary;
            small.push_back({name + ".absmean", DType::F32, {1}, &matrix.absmean});
        } else if (matrix.grouped) {
            groups.push_back(groupNumbers(*matrix.grouped));
            small.push_back({name + ".groups", DType::I64, {4}, groups.back().data()});
        } else if (matrix.dense == DenseFormat::Bf16Short) {
            constexpr auto entry = static_cast<std::int64_t>(sizeof(Bf16Exception));
            small.push_back(
                {name + ".exception_starts", DType::I64, {matrix.tiles() + 1}, matrix.exceptionStarts.as<std::byte>()});
            if (const std::int64_t count = matrix.exceptions.size() / entry; count > 0)
                small.push_back({name + ".exceptions", DType::U8, {count, entry}, matrix.exceptions.as<std::byte>()});
        }
    };
    const auto onVector = [&](const std::string& name, const std::vector<float>& values, std::int64_t width) {
        small.push_back({name, DType::F32, {width}, values.data()});
    };
    forTensors(parts, onMatrix, onVector);
    tensors.insert(tensors.end(), small.begin(), small.end());
    std::map<std::string, std::span<const std::byte>> bytes;
    for (const TensorToWrite& tensor : tensors) {
        std::size_t size = dtypeSize(tensor.type);
        for (const std::int64_t length : tensor.shape) size *= static_cast<std::size_t>(length);
        bytes.emplace(tensor.name, std::span(static_cast<const std::byte*>(tensor.data), size));
    }
    writeSafetensors(path, tensors,
                     {{"format", formatName},
                      {"version", std::to_string(versionFor(parts.description.config, scalesByRowOrGroup))},
                      {"ternary", ternaryName(ternary.value_or(TernaryFormat::TwoBit))},
                      {"hash", hashOf(bytes)}});
}

ModelParts mapPackedFolder(const fs::path& folder, const PackedOptions& options) {
    ModelParts parts;
    parts.cache = options.cache;
    parts.description = readModelDescription(folder);
    const ModelConfig& config = parts.description.config;
    checkSizes(config, (folder / "config.json").string());
    if (options.shadowWeights)
        throw Error("holds packed weights only: it has no full-precision form", folder.string(),
                    "Choose the checkpoint or export that it was packed from");
    const PackedReader reader(folder / fileName);
    if (!config.tieEmbeddings) parts.head.emplace();
    parts.layers.resize(static_cast<std::size_t>(config.layers));
    forTensors(
        parts, [&](auto&&... tensor) { reader.matrix(tensor...); },
        [&](auto&&... tensor) { reader.vector(tensor...); });
    return parts;
}

}  // namespace tritlab
