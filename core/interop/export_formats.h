// The forms that a model can be written in: one entry each, with what it is for, which models it can hold, how large it
// is and who reads it. The command line, the dialog and the checks of an export ask this table.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "core/base/error.h"
#include "core/formats/gguf.h"
#include "core/model/model_config.h"

namespace tritlab {

enum class ExportFormat {
    HuggingFace,        // quantization_mode online: fp32 master weights
    HuggingFacePacked,  // offline: uint8 codes and weight_scale = absmean
    GgufTq2,            // ternary linears as TQ2_0, 2.06 bits a weight
    GgufTq1,            // as TQ1_0, 1.69 bits
    GgufQ2,             // as Q2_0, 2.25 bits
    GgufF16             // linears in f16
};

// Programs besides TritLab that a model in a format is for, and whether they compute what it says.
enum class ExportReader { Transformers, LlamaCpp };

struct ExportFormatInfo {
    ExportFormat format;
    const char* key;      // of --format
    const char* title;    // title and purpose: to be translated, context "ExportFormat"
    const char* purpose;  // a sentence
    const char* suffix;   // what a name is followed by: "-hf" for a folder, "-tq2_0.gguf" for a file
    ExportReader reader;
    bool quantizes = true;  // ternary linears are written as codes and scale: the model at lambda 1
    // GGUF: what ternary linears are stored as where their rows hold whole blocks, and general.file_type.
    GgmlType ternaryType = GgmlType::F32;
    std::uint32_t fileType = 0;
    // Why such a model has no form in this format, and what to do instead; none where it has one.
    std::optional<Error> (*obstacle)(const ModelConfig& config, const ExportFormatInfo& format);
    // Bytes of the tensors that an export of such a model writes.
    std::int64_t (*bytes)(const ModelConfig& config, const ExportFormatInfo& format);

    [[nodiscard]] bool isFile() const { return reader == ExportReader::LlamaCpp; }  // else a folder
};

std::span<const ExportFormatInfo> exportFormats();
const ExportFormatInfo& exportFormat(ExportFormat format);
const ExportFormatInfo* findExportFormat(std::string_view key);  // nullptr: none has this key

inline std::optional<Error> exportObstacle(const ModelConfig& config, ExportFormat format) {
    return exportFormat(format).obstacle(config, exportFormat(format));
}
inline std::int64_t exportedBytes(const ModelConfig& config, ExportFormat format) {
    return exportFormat(format).bytes(config, exportFormat(format));
}

// Whether the format's reader computes what this model's block says. transformers: it has a class for the block (else
// TritLab alone reads the folder). llama.cpp: the graph of the family that the file says it is of has the block's
// activation (else it runs the file and answers nonsense without an error).
bool readerComputes(const ModelConfig& config, ExportReader reader);
// GGUF: ternary linears whose rows are no multiple of the format's blocks, stored as Q4_0 or F16 instead; else 0.
std::int64_t blocklessLinears(const ModelConfig& config, ExportFormat format);
// What a GGUF file of this format stores a tensor as: rows that hold no whole blocks go to the next type that they fit.
GgmlType ggmlTypeOf(const TensorSpec& spec, const ExportFormatInfo& format);

}  // namespace tritlab
