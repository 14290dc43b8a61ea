#include "core/interop/export_formats.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/base/translate.h"
#include "core/interop/model_folder.h"

namespace tritlab {
namespace {

constexpr const char* leaveAs = "Export with --format hf, or train architecture 2b4t, llama, qwen2 or qwen3";

// ---- a Hugging Face folder

std::optional<Error> noObstacle(const ModelConfig&, const ExportFormatInfo&) { return std::nullopt; }

std::optional<Error> packedObstacle(const ModelConfig& config, const ExportFormatInfo& format) {
    if (!config.ternaryLinears)
        return Error("the model's linears are dense: there is nothing to pack", format.key, "Export with --format hf");
    if (hasBiases(config))
        return Error("transformers multiplies the biases of packed linears by the weights' scale", format.key,
                     "Export with --format hf");
    return std::nullopt;
}

std::int64_t masterBytes(const ModelConfig& config, const ExportFormatInfo&) { return 4 * parameterCount(config); }

// Ternary linears: four weights a byte and one scale each.
std::int64_t packedBytes(const ModelConfig& config, const ExportFormatInfo&) {
    std::int64_t bytes = 0;
    for (const TensorSpec& spec : tensorSpecs(config))
        bytes += spec.ternary ? elementCount(spec) / 4 + 4 : 4 * elementCount(spec);
    return bytes;
}

// ---- a GGUF file

std::optional<Error> ggufObstacle(const ModelConfig& config, const ExportFormatInfo& format) {
    const auto obstacle = [](const std::string& what, const std::string& hint = leaveAs) {
        return Error(what, "GGUF", hint);
    };
    const FamilyInfo* family = familyOf(config);
    if (family == nullptr)
        return obstacle(
            "llama.cpp has no such block: its norms are before the sub-layers, its feed-forward has a gate, and its "
            "norms and biases are those of one architecture");
    if (config.inputNormPerLinear || !config.denseModules.empty())
        return obstacle(
            "llama.cpp has no form for linears with a norm of their own, nor for some dense ones among ternary ones");
    if (!family->ownOutputHead && !config.tieEmbeddings)
        return obstacle(std::string("llama.cpp's ") + family->name + " has no output head of its own",
                        "Train with tie_embeddings = true, or export with --format hf");
    if (!family->anyHeadSize && config.heads * config.headSize != config.hiddenSize)
        return obstacle(
            std::string("llama.cpp's ") + family->name + " needs heads that are together as wide as the hidden size",
            "Export with --format hf");
    if (!family->optionalBiases && (config.mlpBias || config.attentionBias != family->attentionBias))
        return obstacle(std::string("llama.cpp's ") + family->name + " has no such biases", "Export with --format hf");
    if (!family->ropeDivisors && config.ropeScaling.kind == RopeScaling::Kind::Llama3)
        return obstacle(std::string("llama.cpp's ") + family->name + " has no rotation that is scaled as Llama 3's",
                        "Export with --format hf");
    if (format.ternaryType != GgmlType::F16 && !config.ternaryLinears)
        return obstacle(std::string("the model's linears are dense: ") + ggmlTypeName(format.ternaryType) +
                            " is written with -1, 0 and 1 alone",
                        "Export with --format gguf-f16");
    return std::nullopt;
}

std::int64_t ggufBytes(const ModelConfig& config, const ExportFormatInfo& format) {
    const FamilyInfo* family = familyOf(config);
    const bool scaled = family != nullptr && family->weightScales;
    std::int64_t bytes = config.ropeScaling.kind == RopeScaling::Kind::Llama3 ? 4 * (config.headSize / 2) : 0;
    for (const TensorSpec& spec : tensorSpecs(config))
        bytes += ggmlBytes(ggmlTypeOf(spec, format), elementCount(spec)) + (spec.ternary && scaled ? 4 : 0);
    return bytes;
}

constexpr std::array<ExportFormatInfo, 6> table{{
    {.format = ExportFormat::HuggingFace,
     .key = "hf",
     .title = QT_TRANSLATE_NOOP("ExportFormat", "Hugging Face, master weights in fp32"),
     .purpose = QT_TRANSLATE_NOOP("ExportFormat", "To train on elsewhere: every weight as it is trained, to the bit."),
     .suffix = "-hf",
     .reader = ExportReader::Transformers,
     .quantizes = false,
     .obstacle = noObstacle,
     .bytes = masterBytes},
    {.format = ExportFormat::HuggingFacePacked,
     .key = "hf-packed",
     .title = QT_TRANSLATE_NOOP("ExportFormat", "Hugging Face, ternary weights at 2 bits"),
     .purpose = QT_TRANSLATE_NOOP(
         "ExportFormat",
         "To run the model elsewhere: the ternary linears as codes with their scale, the rest in fp32."),
     .suffix = "-packed",
     .reader = ExportReader::Transformers,
     .obstacle = packedObstacle,
     .bytes = packedBytes},
    {.format = ExportFormat::GgufTq2,
     .key = "gguf-tq2_0",
     .title = QT_TRANSLATE_NOOP("ExportFormat", "GGUF TQ2_0, ternary weights at 2.06 bits"),
     .purpose = QT_TRANSLATE_NOOP(
         "ExportFormat", "One file, tokenizer included, to run the model: the faster of the two ternary forms."),
     .suffix = "-tq2_0.gguf",
     .reader = ExportReader::LlamaCpp,
     .ternaryType = GgmlType::TQ2_0,
     .fileType = 37,
     .obstacle = ggufObstacle,
     .bytes = ggufBytes},
    {.format = ExportFormat::GgufTq1,
     .key = "gguf-tq1_0",
     .title = QT_TRANSLATE_NOOP("ExportFormat", "GGUF TQ1_0, ternary weights at 1.69 bits"),
     .purpose = QT_TRANSLATE_NOOP(
         "ExportFormat", "One file, tokenizer included, to run the model: the smaller of the two ternary forms."),
     .suffix = "-tq1_0.gguf",
     .reader = ExportReader::LlamaCpp,
     .ternaryType = GgmlType::TQ1_0,
     .fileType = 36,
     .obstacle = ggufObstacle,
     .bytes = ggufBytes},
    {.format = ExportFormat::GgufQ2,
     .key = "gguf-q2_0",
     .title = QT_TRANSLATE_NOOP("ExportFormat", "GGUF Q2_0, ternary weights at 2.25 bits"),
     .purpose = QT_TRANSLATE_NOOP("ExportFormat",
                                  "One file, tokenizer included, for a llama.cpp of 2026 or later: fits rows that are "
                                  "no multiple of 256, and runs on its graphics backends."),
     .suffix = "-q2_0.gguf",
     .reader = ExportReader::LlamaCpp,
     .ternaryType = GgmlType::Q2_0,
     .fileType = 41,
     .obstacle = ggufObstacle,
     .bytes = ggufBytes},
    {.format = ExportFormat::GgufF16,
     .key = "gguf-f16",
     .title = QT_TRANSLATE_NOOP("ExportFormat", "GGUF F16"),
     .purpose = QT_TRANSLATE_NOOP("ExportFormat",
                                  "One file, tokenizer included: the form from which llama.cpp's tools make others."),
     .suffix = "-f16.gguf",
     .reader = ExportReader::LlamaCpp,
     .ternaryType = GgmlType::F16,
     .fileType = 1,
     .obstacle = ggufObstacle,
     .bytes = ggufBytes},
}};

bool wholeBlocks(const TensorSpec& spec, GgmlType type) { return spec.shape.back() % ggmlBlock(type).weights == 0; }

}  // namespace

std::span<const ExportFormatInfo> exportFormats() { return table; }

const ExportFormatInfo& exportFormat(ExportFormat format) {
    switch (format) {
        case ExportFormat::HuggingFace: return table[0];
        case ExportFormat::HuggingFacePacked: return table[1];
        case ExportFormat::GgufTq2: return table[2];
        case ExportFormat::GgufTq1: return table[3];
        case ExportFormat::GgufQ2: return table[4];
        case ExportFormat::GgufF16: return table[5];
    }
    throw std::logic_error("no export format has this number");
}

const ExportFormatInfo* findExportFormat(std::string_view key) {
    const auto found = std::find_if(table.begin(), table.end(), [&](const auto& info) { return key == info.key; });
    return found != table.end() ? &*found : nullptr;
}

bool readerComputes(const ModelConfig& config, ExportReader reader) {
    const FamilyInfo* family = familyOf(config);
    switch (reader) {
        case ExportReader::Transformers: return family != nullptr;
        case ExportReader::LlamaCpp:
            return !exportObstacle(config, ExportFormat::GgufF16) && config.activation == family->graph;
    }
    throw std::logic_error("no reader has this number");
}

GgmlType ggmlTypeOf(const TensorSpec& spec, const ExportFormatInfo& format) {
    if (spec.shape.size() == 1) return GgmlType::F32;
    if (!spec.ternary) return GgmlType::F16;
    if (wholeBlocks(spec, format.ternaryType)) return format.ternaryType;
    return wholeBlocks(spec, GgmlType::Q4_0) ? GgmlType::Q4_0 : GgmlType::F16;
}

std::int64_t blocklessLinears(const ModelConfig& config, ExportFormat format) {
    const ExportFormatInfo& info = exportFormat(format);
    if (!info.isFile()) return 0;
    const auto specs = tensorSpecs(config);
    return std::count_if(specs.begin(), specs.end(), [&](const TensorSpec& spec) {
        return spec.ternary && ggmlTypeOf(spec, info) != info.ternaryType;
    });
}

}  // namespace tritlab
