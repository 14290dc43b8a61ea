// A model as a GGUF file.
#include <algorithm>
#include <cmath>

#include "core/architecture/activations.h"
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
GgufEntries metadataOf(const ModelDescription& description, const FamilyInfo& family, const ExportFormatInfo& format,
                       const std::string& name) {
    const ModelConfig& config = description.config;
    const std::string architecture = family.name;
    const auto number = [](std::int64_t value) { return static_cast<std::uint32_t>(value); };
    GgufEntries entries{{"general.architecture", architecture},
                        {"general.type", std::string("model")},
                        {"general.name", name},
                        {"general.file_type", format.fileType},
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
    const RopeScaling& scaling = config.ropeScaling;
    switch (scaling.kind) {
        case RopeScaling::Kind::None: break;
        case RopeScaling::Kind::Linear:
            add("rope.scaling.type", std::string("linear"));
            add("rope.scaling.factor", static_cast<float>(scaling.factor));
            break;
        case RopeScaling::Kind::Llama3:  // the rest is in rope_freqs.weight
            entries.emplace_back(kGgufRopeFactor, static_cast<float>(scaling.factor));
            entries.emplace_back(kGgufRopeLow, static_cast<float>(scaling.lowFreqFactor));
            entries.emplace_back(kGgufRopeHigh, static_cast<float>(scaling.highFreqFactor));
            entries.emplace_back(kGgufRopeContext, number(scaling.originalContext));
            break;
    }
    add("hidden_activation", std::string(activationInfo(config.activation).names.front()));
    entries.emplace_back(kGgufTernary, config.ternaryLinears);
    entries.emplace_back(kGgufTemplate, std::string(templateName(description.chatTemplate)));
    return entries;
}

// The model's tensors as GGUF's, made one at a time while the file is written.
class Tensors {
public:
    Tensors(const Tensors&) = delete;
    Tensors& operator=(const Tensors&) = delete;
    Tensors(const ModelDescription& description, const FamilyInfo& family, const fs::path& model,
            const ExportFormatInfo& format)
        : description_(description), family_(family), weights_(model) {
        weights_.requireTensorsOf(description);
        if (description.config.ropeScaling.kind == RopeScaling::Kind::Llama3)
            list_.push_back({kGgufRopeDivisors, GgmlType::F32, {description.config.headSize / 2}, [this] {
                                 const ModelConfig& config = description_.config;
                                 const std::vector<double> divisors =
                                     ropeDivisors(config.headSize, config.ropeTheta, config.ropeScaling);
                                 return encodeGgml(GgmlType::F32, std::vector<float>(divisors.begin(), divisors.end()));
                             }});
        for (const TensorSpec& spec : tensorSpecs(description.config)) {
            const GgmlType type = ggmlTypeOf(spec, format);
            list_.push_back({ggufName(spec.name), type, spec.shape,
                             [this, spec, type] { return spec.ternary ? ternary(spec, type) : dense(spec, type); }});
            if (!spec.ternary || !family.weightScales) continue;
            list_.push_back({ggufScaleName(spec.name), GgmlType::F32, {1}, [this] {
                                 return encodeGgml(GgmlType::F32, std::span(&scale_, 1));
                             }});
        }
    }
    [[nodiscard]] const std::vector<GgufTensorToWrite>& list() const { return list_; }

private:
    [[nodiscard]] std::vector<std::uint8_t> dense(const TensorSpec& spec, GgmlType type) const {
        std::vector<float> values = weights_.floats(spec.name, spec.shape);
        requireFinite(values, spec.name);
        if (type == GgmlType::F16 &&
            std::any_of(values.begin(), values.end(), [](float value) { return std::abs(value) > largestHalf; }))
            throw Error("holds weights beyond f16's largest number, 65504", spec.name, "Export with --format hf");
        if (isInterleaved(family_, spec.name))
            values = interleaveHeads(values, description_.config.headSize, spec.shape.size() == 2 ? spec.shape[1] : 1,
                                     false);
        return encodeGgml(type, values);
    }
    std::vector<std::uint8_t> ternary(const TensorSpec& spec, GgmlType type) {
        TernaryWeights linear = ternaryLinear(weights_, spec, description_);
        scale_ = linear.tensorScale(spec.name);  // written next
        if (!std::isfinite(scale_) || scale_ > largestHalf)
            throw Error("has the absmean " + std::to_string(scale_) + ", which f16 cannot hold", spec.name,
                        "Export with --format hf");
        if (isInterleaved(family_, spec.name))
            linear.codes = interleaveHeads(linear.codes, description_.config.headSize, spec.shape.back(), false);
        const float unit = family_.weightScales ? 1 : scale_;
        if (type == GgmlType::Q4_0) return encodeTernaryQ4(linear.codes, unit);
        std::vector<float> values(linear.codes.size());
        std::transform(linear.codes.begin(), linear.codes.end(), values.begin(),
                       [unit](std::int8_t code) { return static_cast<float>(code) * unit; });
        return encodeGgml(type, values);
    }

    const ModelDescription& description_;
    const FamilyInfo& family_;
    ModelWeights weights_;
    float scale_ = 1;  // of the linear that was made last
    std::vector<GgufTensorToWrite> list_;
};

}  // namespace

ModelExport exportGguf(const fs::path& model, const fs::path& out, ExportFormat format,
                       const TokenizerExport& tokenizer) {
    std::error_code error;
    if (fs::exists(out, error)) throw Error("is there already", out.string(), "Name a file that does not exist yet");
    const ModelDescription description = readModelDescription(model);
    const ModelConfig& config = description.config;
    if (const auto obstacle = exportObstacle(config, format)) throw *obstacle;
    const FamilyInfo& family = *familyOf(config);  // there is one where there is no obstacle
    Tensors tensors(description, family, model, exportFormat(format));
    GgufEntries entries = metadataOf(description, family, exportFormat(format), out.stem().string());
    if (tokenizer.vocabulary.empty()) entries.emplace_back("tokenizer.ggml.model", std::string("no_vocab"));
    else entries.insert(entries.end(), tokenizer.vocabulary.begin(), tokenizer.vocabulary.end());
    writeGguf(out, entries, tensors.list());
    ModelExport result;
    result.parameters = parameterCount(config);
    result.bytes = exportedBytes(config, format);
    result.readerComputes = readerComputes(config, ExportReader::LlamaCpp);
    result.blockless = blocklessLinears(config, format);
    return result;
}

}  // namespace tritlab
