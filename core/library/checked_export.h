// A model written for others and read back: an export is worth what comes out of it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/interop/export_model.h"

namespace tritlab {

struct CheckedExport {
    ModelExport written;
    std::int64_t positions = 0;    // at which logits were compared, after tokens drawn from the whole vocabulary
    std::int64_t sameArgmax = 0;   // of them, with the same likeliest token
    double largestDifference = 0;  // of a logit; 0: equal to the bit
};

// What becomes of a model's tokenizer in a format, to be said before it is written.
struct ExportedTokenizer {
    // GGUF: the vocabulary is unigram with byte fallback, and llama.cpp has no byte fallback for one: a character of a
    // prompt that is no piece by itself becomes the unknown token there. Those of ASCII, "\n" for a newline and so on.
    bool losesBytes = false;
    std::vector<std::string> lostAscii;
    // A Hugging Face folder: why there is no tokenizer.json, and where it differs from sentencepiece, a sentence each.
    std::string noJson;
    std::vector<std::string> differences;
};

// Throws Error as loadTokenizer does; nothing to say where the model has no tokenizer.
ExportedTokenizer exportedTokenizer(const std::filesystem::path& model, ExportFormat format);

// exportModel with the model's own tokenizer; then both models go through the packed engine, nothing rounded. Throws
// Error as exportModel does, and where the likeliest token differs at more than a tenth of the positions: what was
// written stays, to be looked into.
CheckedExport exportAndCheck(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format);

}  // namespace tritlab
