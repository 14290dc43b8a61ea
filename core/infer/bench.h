// How fast the packed engine is here: prompt and decode speed, and what share of the memory's speed decoding reaches.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/infer/packed_model.h"

namespace tritlab {

struct GenerateBenchRequest {
    // A model folder; else random weights of `shape`: "small" (512 wide, 8 layers), "125m", "2b4t", all with 2B4T's
    // block.
    std::optional<std::filesystem::path> model;
    std::string shape = "small";
    std::int64_t promptTokens = 128;  // at least 1
    std::int64_t newTokens = 64;      // at least 1
    std::int64_t repeats = 3;         // of the prompt; the fastest counts
    PackedOptions options;
    // Where set, the random weights are saved as a packed folder here first and mapped from it: what loading such a
    // file costs.
    std::optional<std::filesystem::path> packTo;
};

struct GenerateBenchResult {
    double promptTokensPerSecond = 0, decodeTokensPerSecond = 0;
    std::int64_t bytesPerToken = 0;  // of weights, and of keys and values at the middle of the decoded positions
    double memoryBandwidth = 0;  // bytes a second, all threads only reading these weights, before and after decoding
    double bandwidthShare = 0;   // decode speed times bytesPerToken over memoryBandwidth
    double loadSeconds = 0;      // until the model can be used: reading and packing, mapping, or making random weights
    std::int64_t residentBytes = 0;                // of the process, after decoding
    std::int64_t weightBytes = 0, cacheBytes = 0;  // cacheBytes: of the positions that were filled
    std::int64_t parameters = 0;
    int threads = 0;
    std::string kernels;  // "avx512vnni"
};

// Of a shape's random weights. Throws Error for an unknown one.
ModelConfig generateBenchConfig(const std::string& shape);
// Throws Error for an unknown shape, counts below 1, or where `stop` asked for an end.
GenerateBenchResult benchGenerate(const GenerateBenchRequest& request, const StopToken& stop);

}  // namespace tritlab
