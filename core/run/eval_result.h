// What an evaluation on held-out text gives.
#pragma once

#include <cstdint>

#include "core/run/skip_report.h"

namespace tritlab {

struct EvalResult {
    double loss = 0, perplexity = 0, bitsPerByte = 0;
    std::int64_t tokens = 0, bytes = 0;  // scored: BOS is none of them; UTF-8 bytes that they stand for
    std::int64_t windows = 0;
    SkipReport skips;  // of the text
};

}  // namespace tritlab
