// What a config costs, before it runs.
#pragma once

#include <cstdint>

#include "core/config/run_config.h"

namespace tritlab {

struct Estimate {
    std::int64_t parameters = 0;         // all
    std::int64_t ternaryParameters = 0;  // in BitLinear layers
    std::int64_t embeddingParameters = 0;
    std::int64_t weightBytes = 0, optimizerBytes = 0;
    std::int64_t gradientBytes = 0, activationBytes = 0;  // at the moment of the peak
    std::int64_t programBytes = 0;                        // LibTorch and the program itself
    std::int64_t trainingBytes =
        0;                  // their sum: the peak of resident memory; on a device without the program, of its memory
    bool onDevice = false;  // trains on a CUDA device: what is counted here lies there, but for the program
    std::int64_t packedBytes = 0;  // 2-bit codes, scales, norms fp32, embedding bf16
    std::int64_t tokensPerStep = 0, totalTokens = 0;
    double flopsPerToken = 0;  // 6 x parameters in products + attention
    [[nodiscard]] double seconds(double tokensPerSecond) const {
        return tokensPerSecond > 0 ? static_cast<double>(totalTokens) / tokensPerSecond : 0;
    }
};

// vocabSize: of the tokenizer where it is a given file; 0: the config's. Where the config leaves the device open it is
// looked for (core/device/plugin.h).
Estimate estimate(const RunConfig& config, std::int64_t vocabSize = 0);

}  // namespace tritlab
