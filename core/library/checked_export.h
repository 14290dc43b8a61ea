// A model written for others and read back: an export is worth what comes out of it.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/interop/export_model.h"

namespace tritlab {

struct CheckedExport {
    ModelExport written;
    std::int64_t positions = 0;    // at which logits were compared, after tokens drawn from the whole vocabulary
    std::int64_t sameArgmax = 0;   // of them, with the same likeliest token
    double largestDifference = 0;  // of a logit; 0: equal to the bit
};

// exportModel with the model's own tokenizer; then both models go through the packed engine, nothing rounded. Throws
// Error as exportModel does, and where the likeliest token differs at more than a tenth of the positions: what was
// written stays, to be looked into.
CheckedExport exportAndCheck(const std::filesystem::path& model, const std::filesystem::path& out, ExportFormat format);

}  // namespace tritlab
