#include "core/architecture/architecture.h"

#include <algorithm>
#include <array>
#include <stdexcept>

#include "core/base/translate.h"

namespace tritlab {
namespace {

// Module 7's table goes by size: 125M (hidden 768), 350M (1024), 1.3B and 3B (2048, 2560 …), 7B (4096).
double module7LearningRate(std::int64_t hidden) {
    return hidden < 1024 ? 3e-4 : hidden < 2048 ? 2e-4 : hidden < 4096 ? 1.5e-4 : 1e-4;
}
std::int64_t module7Warmup(std::int64_t hidden) { return hidden < 1024 ? 1000 : hidden < 2048 ? 1500 : 2000; }

// Training Tips: 1.5e-3 at 700M, 1.2e-3 from 1.3B on; models of a few million parameters bear twice that.
double trainingTipsLearningRate(std::int64_t hidden) { return hidden <= 512 ? 3e-3 : hidden < 2048 ? 1.5e-3 : 1.2e-3; }

constexpr std::array<ArchitectureInfo, 6> table{{
    {.architecture = Architecture::Notebook,
     .key = "notebook",
     .title = QT_TRANSLATE_NOOP("Field", "Notebook"),
     .normPlacement = NormPlacement::Post,
     .activation = Activation::ReluSquared,
     .gatedFfn = false,
     .subNorms = false,
     .attentionBias = AttentionBias::None,
     .qkNorms = false,
     .tieEmbeddings = true,
     .ternaryLinears = true,
     .normEps = 1e-6,
     .ropeTheta = 10000,
     .initialization = Initialization::Notebook,
     .headSize = 0,
     .queryHeadsPerKeyHead = 1,
     .learningRate = [](std::int64_t) { return 1e-3; },
     .warmupSteps = [](std::int64_t) { return std::int64_t{100}; },
     .lrFloor = 0,
     .weightDecay = 0},
    {.architecture = Architecture::Module7,
     .key = "module7",
     .title = QT_TRANSLATE_NOOP("Field", "Module 7"),
     .normPlacement = NormPlacement::Pre,
     .activation = Activation::ReluSquared,
     .gatedFfn = false,
     .subNorms = false,
     .attentionBias = AttentionBias::None,
     .qkNorms = false,
     .tieEmbeddings = false,
     .ternaryLinears = true,
     .normEps = 1e-5,
     .ropeTheta = 10000,
     .initialization = Initialization::Normal,
     .headSize = 0,
     .queryHeadsPerKeyHead = 1,
     .learningRate = module7LearningRate,
     .warmupSteps = module7Warmup,
     .lrFloor = 0.1,
     .weightDecay = 0.1},
    {.architecture = Architecture::B2B4T,
     .key = "2b4t",
     .title = QT_TRANSLATE_NOOP("Field", "BitNet b1.58 2B4T"),
     .normPlacement = NormPlacement::Pre,
     .activation = Activation::ReluSquared,
     .gatedFfn = true,
     .subNorms = true,
     .attentionBias = AttentionBias::None,
     .qkNorms = false,
     .tieEmbeddings = true,
     .ternaryLinears = true,
     .normEps = 1e-5,
     .ropeTheta = 500000,
     .initialization = Initialization::Normal,
     .headSize = 0,
     .queryHeadsPerKeyHead = 4,
     .learningRate = trainingTipsLearningRate,
     .warmupSteps = [](std::int64_t) { return std::int64_t{375}; },
     .lrFloor = 0,
     .weightDecay = 0.1},
    {.architecture = Architecture::Llama,
     .key = "llama",
     .title = QT_TRANSLATE_NOOP("Field", "LLaMA (dense)"),
     .normPlacement = NormPlacement::Pre,
     .activation = Activation::Silu,
     .gatedFfn = true,
     .subNorms = false,
     .attentionBias = AttentionBias::None,
     .qkNorms = false,
     .tieEmbeddings = false,
     .ternaryLinears = false,
     .normEps = 1e-5,
     .ropeTheta = 10000,
     .initialization = Initialization::Normal,
     .headSize = 0,
     .queryHeadsPerKeyHead = 1,
     .learningRate = module7LearningRate,
     .warmupSteps = module7Warmup,
     .lrFloor = 0,
     .weightDecay = 0.1},
    {.architecture = Architecture::Qwen2,
     .key = "qwen2",
     .title = QT_TRANSLATE_NOOP("Field", "Qwen2 (dense)"),
     .normPlacement = NormPlacement::Pre,
     .activation = Activation::Silu,
     .gatedFfn = true,
     .subNorms = false,
     .attentionBias = AttentionBias::Qkv,
     .qkNorms = false,
     .tieEmbeddings = false,
     .ternaryLinears = false,
     .normEps = 1e-6,
     .ropeTheta = 1000000,
     .initialization = Initialization::Normal,
     .headSize = 0,
     .queryHeadsPerKeyHead = 1,
     .learningRate = module7LearningRate,
     .warmupSteps = module7Warmup,
     .lrFloor = 0,
     .weightDecay = 0.1},
    {.architecture = Architecture::Qwen3,
     .key = "qwen3",
     .title = QT_TRANSLATE_NOOP("Field", "Qwen3 (dense)"),
     .normPlacement = NormPlacement::Pre,
     .activation = Activation::Silu,
     .gatedFfn = true,
     .subNorms = false,
     .attentionBias = AttentionBias::None,
     .qkNorms = true,
     .tieEmbeddings = false,
     .ternaryLinears = false,
     .normEps = 1e-6,
     .ropeTheta = 1000000,
     .initialization = Initialization::Normal,
     .headSize = 128,
     .queryHeadsPerKeyHead = 1,
     .learningRate = module7LearningRate,
     .warmupSteps = module7Warmup,
     .lrFloor = 0,
     .weightDecay = 0.1},
}};

constexpr std::array<AttentionBiasInfo, 3> biasTable{{
    {AttentionBias::None, "none", QT_TRANSLATE_NOOP("Field", "None")},
    {AttentionBias::Qkv, "qkv", QT_TRANSLATE_NOOP("Field", "Queries, keys and values")},
    {AttentionBias::All, "all", QT_TRANSLATE_NOOP("Field", "The output too")},
}};

}  // namespace

std::span<const ArchitectureInfo> architectures() { return table; }

const ArchitectureInfo& architectureInfo(Architecture architecture) {
    switch (architecture) {
        case Architecture::Notebook: return table[0];
        case Architecture::Module7: return table[1];
        case Architecture::B2B4T: return table[2];
        case Architecture::Llama: return table[3];
        case Architecture::Qwen2: return table[4];
        case Architecture::Qwen3: return table[5];
    }
    throw std::logic_error("no architecture has this number");
}

std::span<const AttentionBiasInfo> attentionBiases() { return biasTable; }

const AttentionBiasInfo& attentionBiasInfo(AttentionBias bias) {
    switch (bias) {
        case AttentionBias::None: return biasTable[0];
        case AttentionBias::Qkv: return biasTable[1];
        case AttentionBias::All: return biasTable[2];
    }
    throw std::logic_error("no choice of biases has this number");
}

const AttentionBiasInfo* findAttentionBias(std::string_view key) {
    const auto found = std::find_if(biasTable.begin(), biasTable.end(),
                                    [&](const AttentionBiasInfo& info) { return key == info.key; });
    return found != biasTable.end() ? &*found : nullptr;
}

}  // namespace tritlab
