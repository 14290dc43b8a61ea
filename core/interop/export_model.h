// A model written for others: as a Hugging Face folder, or as a GGUF file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "core/base/error.h"
#include "core/formats/gguf.h"
#include "core/interop/model_folder.h"

namespace tritlab {

enum class ExportFormat {
    HuggingFace,        // quantization_mode online: fp32 master weights
    HuggingFacePacked,  // offline: uint8 codes and weight_scale = absmean
    GgufTq2,            // ternary linears as TQ2_0, 2.06 bits a weight
    GgufTq1,            // as TQ1_0, 1.69 bits
    GgufF16             // linears in f16
};
std::span<const ExportFormat> exportFormats();
const char* formatKey(ExportFormat format);  // "hf", "hf-packed", "gguf-tq2_0", "gguf-tq1_0", "gguf-f16"
std::optional<ExportFormat> formatOf(const std::string& key);
bool isGguf(ExportFormat format);

struct TokenizerIds {
    std::int64_t bos = -1, eos = -1, unknown = -1;  // -1: none
    bool dummyPrefix = false;                       // a blank is put before each text
};
// What goes along of a tokenizer: its ids and the bytes of tokenizer.model into a folder, its vocabulary as metadata
// into GGUF.
struct TokenizerExport {
    TokenizerIds ids = {};
    std::string model = {};  // empty: the model has none
    GgufEntries vocabulary = {};
};

struct ModelExport {
    std::int64_t parameters = 0, bytes = 0;
    // Hugging Face: transformers has this block (BitNetForCausalLM, LlamaForCausalLM); else the folder is read by
    // TritLab alone.
    bool transformers = false;
    // GGUF: llama.cpp computes what this block computes; else it runs the file, and answers nonsense without an error.
    bool llamaCpp = false;
    // GGUF: ternary linears whose rows are no multiple of 256, stored as Q4_0 or F16 instead
    std::int64_t blockless = 0;
};

// Why such a model has no form in this format, and what to do instead; none where it has one.
std::optional<Error> exportObstacle(const ModelConfig& config, ExportFormat format);
// Bytes of the tensors that an export of such a model writes.
std::int64_t exportedBytes(const ModelConfig& config, ExportFormat format);
// Whether transformers has a class for this block.
bool transformersHas(const ModelConfig& config);
// Whether llama.cpp's graph for the architecture that the model is written as computes this block: its gate is SiLU,
// whatever the file says.
bool llamaCppComputes(const ModelConfig& config);
// Ternary linears of a model whose rows are no multiple of a TQ block's 256 weights.
std::int64_t blocklessLinears(const ModelConfig& config);

// As exportHuggingFace or exportGguf does.
ModelExport exportModel(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format,
                        const TokenizerExport& tokenizer);

// Makes the folder `out`, whole or not at all: config.json, generation_config.json, model.safetensors, and where the
// model has one tokenizer.model with tokenizer_config.json. Master weights: every tensor in fp32, bit for bit as it was
// trained. Packed: ternary linears as codes, the rest in fp32 (transformers keeps each tensor's type and does not mix
// them). Throws Error where `out` is there and holds anything, where a ternary linear's rows are no multiple of 4
// (packed), or where a weight is no finite number.
ModelExport exportHuggingFace(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format,
                              const TokenizerExport& tokenizer);

// Makes the file `out`, whole or not at all: architecture `bitnet` for a block with sub-norms, `llama` without.
// Embedding and head in f16, norms in fp32. Ternary linears: in `bitnet` their codes, with the absmean as NAME.scale in
// fp32, so that nothing is rounded; in `llama`, which has no such scale everywhere, codes times the absmean in f16.
// Throws Error as exportObstacle says, and where `out` is there, or where a weight is no finite number or none in f16.
ModelExport exportGguf(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format,
                       const TokenizerExport& tokenizer);

}  // namespace tritlab
