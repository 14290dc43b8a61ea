// A model as a GGUF file.
#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/formats/gguf_codecs.h"
#include "core/interop/export_model.h"
#include "core/interop/export_weights.h"
#include "core/interop/model_gguf.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr float largestHalf = 65504;
constexpr const char* leaveAs = "Export with --format hf, or train architecture 2b4t or llama";

GgmlType ternaryType(ExportFormat format) {
    return format == ExportFormat::GgufTq2   ? GgmlType::TQ2_0
           : format == ExportFormat::GgufTq1 ? GgmlType::TQ1_0
                                             : GgmlType::F16;
}

// What a tensor is stored as: rows that hold no whole blocks go to the next type that they fit.
GgmlType storedAs(const TensorSpec& spec, ExportFormat format) {
    if (spec.shape.size() == 1) return GgmlType::F32;
    if (!spec.ternary) return GgmlType::F16;
    const GgmlType wanted = ternaryType(format);
    if (spec.shape.back() % ggmlBlock(wanted).weights == 0) return wanted;
    return spec.shape.back() % ggmlBlock(GgmlType::Q4_0).weights == 0 ? GgmlType::Q4_0 : GgmlType::F16;
}

std::uint32_t fileType(ExportFormat format) {
    return format == ExportFormat::GgufTq2 ? 37 : format == ExportFormat::GgufTq1 ? 36 : 1;
}

bool asBitnet(const ModelConfig& config) { return config.subNorms; }

GgufEntries metadataOf(const ModelDescription& description, ExportFormat format, const std::string& name) {
    const ModelConfig& config = description.config;
    const std::string architecture = asBitnet(config) ? "bitnet" : "llama";
    const auto number = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
    GgufEntries entries{{"general.architecture", architecture},
                        {"general.type", std::string("model")},
                        {"general.name", name},
                        {"general.file_type", fileType(format)},
                        {"general.quantization_version", std::uint32_t{2}}};
    const auto add = [&](const char* key, GgufValue value) {
        entries.emplace_back(architecture + "." + key, std::move(value));
    };
    add("vocab_size", number(config.vocabSize));
    add("context_length", number(config.contextLength));
    add("embedding_length", number(config.hiddenSize));
    add("block_count", number(config.layers));
    add("feed_forward_length", number(config.ffnSize));
    add("attention.head_count", number(config.heads));
    add("attention.head_count_kv", number(config.kvHeads));
    add("attention.key_length", number(config.headSize));
    add("attention.value_length", number(config.headSize));
    add("attention.layer_norm_rms_epsilon", static_cast<float>(config.normEps));
    add("rope.freq_base", static_cast<float>(config.ropeTheta));
    add("rope.dimension_count", number(config.headSize));
    add("hidden_activation", std::string(config.activation == Activation::ReluSquared ? "relu2" : "silu"));
    entries.emplace_back(kGgufTernary, config.ternaryLinears);
    entries.emplace_back(kGgufTemplate, std::string(templateName(description.chatTemplate)));
    return entries;
}

// The model's tensors as GGUF's, made one at a time while the file is written.
class Tensors {
public:
    Tensors(const Tensors&) = delete;
    Tensors& operator=(const Tensors&) = delete;
    Tensors(const ModelDescription& description, const fs::path& model, ExportFormat format)
        : description_(description), weights_(model) {
        for (const TensorSpec& spec : tensorSpecs(description.config)) {
            const GgmlType type = storedAs(spec, format);
            list_.push_back({ggufName(spec.name), type, spec.shape,
                             [this, spec, type] { return spec.ternary ? ternary(spec, type) : dense(spec, type); }});
            if (!spec.ternary || !asBitnet(description.config)) continue;
            list_.push_back({ggufScaleName(spec.name), GgmlType::F32, {1}, [this] {
                                 return encodeGgml(GgmlType::F32, std::span(&scale_, 1));
                             }});
        }
    }
    [[nodiscard]] const std::vector<GgufTensorToWrite>& list() const { return list_; }

private:
    [[nodiscard]] bool isPermuted(const std::string& name) const {
        return !asBitnet(description_.config) && (name.ends_with("q_proj.weight") || name.ends_with("k_proj.weight"));
    }
    [[nodiscard]] std::vector<std::uint8_t> dense(const TensorSpec& spec, GgmlType type) const {
        std::vector<float> values = weights_.floats(spec.name, spec.shape);
        requireFinite(values, spec.name);
        if (type == GgmlType::F16 &&
            std::any_of(values.begin(), values.end(), [](float value) { return std::abs(value) > largestHalf; }))
            throw Error("holds weights beyond f16's largest number, 65504", spec.name, "Export with --format hf");
        if (isPermuted(spec.name))
            values = interleaveHeads(values, description_.config.headSize, spec.shape.back(), false);
        return encodeGgml(type, values);
    }
    std::vector<std::uint8_t> ternary(const TensorSpec& spec, GgmlType type) {
        PackedLinear linear = ternaryLinear(weights_, spec, description_.storage);
        if (!std::isfinite(linear.absmean) || linear.absmean > largestHalf)
            throw Error("has the absmean " + std::to_string(linear.absmean) + ", which f16 cannot hold", spec.name,
                        "Export with --format hf");
        if (isPermuted(spec.name))
            linear.codes = interleaveHeads(linear.codes, description_.config.headSize, spec.shape.back(), false);
        scale_ = linear.absmean;  // written next
        const float unit = asBitnet(description_.config) ? 1 : linear.absmean;
        if (type == GgmlType::Q4_0) return encodeTernaryQ4(linear.codes, unit);
        std::vector<float> values(linear.codes.size());
        std::transform(linear.codes.begin(), linear.codes.end(), values.begin(),
                       [unit](std::int8_t code) { return static_cast<float>(code) * unit; });
        return encodeGgml(type, values);
    }

    const ModelDescription& description_;
    ModelWeights weights_;
    float scale_ = 1;  // absmean of the linear that was made last
    std::vector<GgufTensorToWrite> list_;
};

}  // namespace

std::optional<Error> exportObstacle(const ModelConfig& config, ExportFormat format) {
    const auto obstacle = [](const std::string& what, const std::string& hint = leaveAs) {
        return Error(what, "GGUF", hint);
    };
    if (!isGguf(format)) {
        if (format == ExportFormat::HuggingFacePacked && !config.ternaryLinears)
            return Error("the model's linears are dense: there is nothing to pack", "hf-packed",
                         "Export with --format hf");
        return std::nullopt;
    }
    if (config.normPlacement != NormPlacement::Pre || !config.gatedFfn)
        return obstacle(
            "llama.cpp has no block with norms after the sum or a feed-forward without gate (architectures notebook "
            "and module7)");
    if (config.inputNormPerLinear || !config.denseModules.empty())
        return obstacle(
            "llama.cpp has no form for linears with a norm of their own, nor for some dense ones among ternary ones");
    if (asBitnet(config) && !config.tieEmbeddings)
        return obstacle("llama.cpp's bitnet has no output head of its own",
                        "Train with tie_embeddings = true, or export with --format hf");
    if (asBitnet(config) && config.heads * config.headSize != config.hiddenSize)
        return obstacle("llama.cpp's bitnet needs heads that are together as wide as the hidden size",
                        "Export with --format hf");
    if (format != ExportFormat::GgufF16 && !config.ternaryLinears)
        return obstacle("the model's linears are dense: TQ2_0 and TQ1_0 hold -1, 0 and 1 alone",
                        "Export with --format gguf-f16");
    return std::nullopt;
}

std::int64_t exportedBytes(const ModelConfig& config, ExportFormat format) {
    std::int64_t bytes = 0;
    for (const TensorSpec& spec : tensorSpecs(config)) {
        const std::int64_t count = elementCount(spec);
        const bool scaled =
            spec.ternary && (format == ExportFormat::HuggingFacePacked || (isGguf(format) && asBitnet(config)));
        if (isGguf(format)) bytes += ggmlBytes(storedAs(spec, format), count);
        else bytes += spec.ternary && format == ExportFormat::HuggingFacePacked ? count / 4 : 4 * count;
        bytes += scaled ? 4 : 0;
    }
    return bytes;
}

bool llamaCppComputes(const ModelConfig& config) {
    return !exportObstacle(config, ExportFormat::GgufF16) && config.activation == Activation::Silu;
}

std::int64_t blocklessLinears(const ModelConfig& config) {
    const auto specs = tensorSpecs(config);
    return std::count_if(specs.begin(), specs.end(),
                         [](const TensorSpec& spec) { return spec.ternary && spec.shape.back() % 256 != 0; });
}

ModelExport exportGguf(const fs::path& model, const fs::path& out, ExportFormat format,
                       const TokenizerExport& tokenizer) {
    std::error_code error;
    if (fs::exists(out, error)) throw Error("is there already", out.string(), "Name a file that does not exist yet");
    const ModelDescription description = readModelDescription(model);
    const ModelConfig& config = description.config;
    if (const auto obstacle = exportObstacle(config, format)) throw *obstacle;
    Tensors tensors(description, model, format);
    GgufEntries entries = metadataOf(description, format, out.stem().string());
    if (tokenizer.vocabulary.empty()) entries.emplace_back("tokenizer.ggml.model", std::string("no_vocab"));
    else entries.insert(entries.end(), tokenizer.vocabulary.begin(), tokenizer.vocabulary.end());
    writeGguf(out, entries, tensors.list());
    ModelExport result;
    result.parameters = parameterCount(config);
    result.bytes = exportedBytes(config, format);
    result.llamaCpp = llamaCppComputes(config);
    result.blockless = format == ExportFormat::GgufF16 ? 0 : blocklessLinears(config);
    return result;
}

}  // namespace tritlab
