// What an evaluation on held-out text gives.
#pragma once

#include <cstdint>

namespace tritlab {

struct EvalResult {
    double loss = 0, perplexity = 0, bitsPerByte = 0;
    std::int64_t tokens = 0, bytes = 0;
};

}  // namespace tritlab
