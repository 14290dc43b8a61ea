// A model written for others: as a Hugging Face folder, or as a GGUF file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/formats/gguf.h"
#include "core/interop/export_formats.h"

namespace tritlab {

struct TokenizerIds {
    std::int64_t bos = -1, eos = -1;  // -1: none
    std::int64_t endOfTurn = -1;      // at which an answer ends as well
    std::vector<TokenId> ends = {};   // and these
};
// What goes along of a tokenizer: its ids, files into a folder, its vocabulary as metadata into GGUF.
struct TokenizerExport {
    struct File {
        std::string name, bytes;
    };
    TokenizerIds ids = {};
    std::vector<File> files = {};
    GgufEntries vocabulary = {};
};

struct ModelExport {
    std::int64_t parameters = 0, bytes = 0;
    bool readerComputes = false;  // as the function of this name says for the format's reader
    std::int64_t blockless = 0;   // blocklessLinears()
};

// As exportHuggingFace or exportGguf does.
ModelExport exportModel(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format,
                        const TokenizerExport& tokenizer);

// Makes the folder `out`, whole or not at all: config.json, generation_config.json, model.safetensors and the
// tokenizer's files. Master weights: every tensor in fp32, bit for bit as it was trained. Packed: ternary linears as
// codes, the rest in fp32 (transformers keeps each tensor's type and does not mix them). Throws Error where `out` is
// there and holds anything, where a ternary linear's rows are no multiple of 4 (packed), or where a weight is no finite
// number.
ModelExport exportHuggingFace(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format,
                              const TokenizerExport& tokenizer);

// Makes the file `out`, whole or not at all: architecture `bitnet` for a block with sub-norms, `llama` without.
// Embedding and head in f16, norms in fp32. Ternary linears: in `bitnet` their codes, with the absmean as NAME.scale in
// fp32, so that nothing is rounded; in `llama`, which has no such scale everywhere, codes times the absmean in f16.
// Throws Error as exportObstacle says, and where `out` is there, or where a weight is no finite number or none in f16.
ModelExport exportGguf(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format,
                       const TokenizerExport& tokenizer);

}  // namespace tritlab
