// The architectures that a run can be configured with: one entry each, with the defaults of every field that depends on
// it. The field table (core/config) asks this table; a person may change each part of the block afterwards.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "core/architecture/activation.h"

namespace tritlab {

enum class Architecture { Notebook, Module7, B2B4T, Llama };
enum class NormPlacement { Pre, Post };  // before each sub-layer; after the residual sum
// Notebook: kaiming_uniform(a = sqrt 5), embedding N(0, 0.02). Normal: N(0, std). DepthScaled: output projections
// divided by sqrt(2 layers).
enum class Initialization { Notebook, Normal, DepthScaled };

struct ArchitectureInfo {
    Architecture architecture;
    const char* key;    // in configs and --set
    const char* title;  // to be translated, context "Field"

    // The block.
    NormPlacement normPlacement;
    Activation activation;
    bool gatedFfn;
    bool subNorms;  // RMS norms before the attention's output and the feed-forward's down projection
    bool tieEmbeddings;
    bool ternaryLinears;
    double normEps;
    double ropeTheta;
    Initialization initialization;
    std::int64_t queryHeadsPerKeyHead;  // where it divides the heads; 1: every head has keys of its own

    // The recipe: peak learning rate and warm-up steps by hidden size.
    double (*learningRate)(std::int64_t hiddenSize);
    std::int64_t (*warmupSteps)(std::int64_t hiddenSize);
    double lrFloor;  // share of the peak
    double weightDecay;
};

std::span<const ArchitectureInfo> architectures();
const ArchitectureInfo& architectureInfo(Architecture architecture);

}  // namespace tritlab
