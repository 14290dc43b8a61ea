#include "core/architecture/family.h"

#include <algorithm>
#include <array>
#include <string>

namespace tritlab {
namespace {

// transformers: BitNetConfig, LlamaConfig, Qwen2Config, Qwen3Config. llama.cpp: src/models/ of the same names.
constexpr std::array<FamilyInfo, 5> table{{
    {.name = "bitnet",
     .className = "BitNetForCausalLM",
     .architecture = Architecture::B2B4T,
     .subNorms = true,
     .qkNorms = false,
     .attentionBias = AttentionBias::None,
     .attentionBiasKey = true,
     .mlpBiasKey = false,
     .windowIsOptIn = false,
     .activation = Activation::ReluSquared,
     .normEps = 1e-5,
     .ropeTheta = 500000,
     .headSize = 0,
     .contextLength = 2048,
     .ternaryLinears = true,
     .rowOrder = RopeLayout::Halves,
     .weightScales = true,
     .ownOutputHead = false,
     .anyHeadSize = false,
     .optionalBiases = false,
     .ropeDivisors = false,
     .graph = Activation::Silu,
     .oneActivation = false},
    // microsoft/BitNet's llama.cpp, in whose files 2B4T is. Never written: readers of `bitnet` are more.
    {.name = "bitnet-b1.58",
     .className = "BitNetForCausalLM",
     .architecture = Architecture::B2B4T,
     .subNorms = true,
     .qkNorms = false,
     .attentionBias = AttentionBias::None,
     .attentionBiasKey = true,
     .mlpBiasKey = false,
     .windowIsOptIn = false,
     .activation = Activation::ReluSquared,
     .normEps = 1e-5,
     .ropeTheta = 500000,
     .headSize = 0,
     .contextLength = 2048,
     .ternaryLinears = true,
     .rowOrder = RopeLayout::Halves,
     .weightScales = false,
     .ownOutputHead = false,
     .anyHeadSize = false,
     .optionalBiases = false,
     .ropeDivisors = false,
     .graph = Activation::ReluSquared,
     .oneActivation = true},
    {.name = "llama",
     .className = "LlamaForCausalLM",
     .architecture = Architecture::Llama,
     .subNorms = false,
     .qkNorms = false,
     .attentionBias = AttentionBias::None,
     .attentionBiasKey = true,
     .mlpBiasKey = true,
     .windowIsOptIn = false,
     .activation = Activation::Silu,
     .normEps = 1e-6,
     .ropeTheta = 10000,
     .headSize = 0,
     .contextLength = 2048,
     .ternaryLinears = false,
     .rowOrder = RopeLayout::Pairs,
     .weightScales = false,
     .ownOutputHead = true,
     .anyHeadSize = true,
     .optionalBiases = true,
     .ropeDivisors = true,
     .graph = Activation::Silu,
     .oneActivation = true},
    {.name = "qwen2",
     .className = "Qwen2ForCausalLM",
     .architecture = Architecture::Qwen2,
     .subNorms = false,
     .qkNorms = false,
     .attentionBias = AttentionBias::Qkv,
     .attentionBiasKey = false,
     .mlpBiasKey = false,
     .windowIsOptIn = true,
     .activation = Activation::Silu,
     .normEps = 1e-6,
     .ropeTheta = 10000,
     .headSize = 0,
     .contextLength = 32768,
     .ternaryLinears = false,
     .rowOrder = RopeLayout::Halves,
     .weightScales = false,
     .ownOutputHead = true,
     .anyHeadSize = false,
     .optionalBiases = false,
     .ropeDivisors = false,
     .graph = Activation::Silu,
     .oneActivation = true},
    {.name = "qwen3",
     .className = "Qwen3ForCausalLM",
     .architecture = Architecture::Qwen3,
     .subNorms = false,
     .qkNorms = true,
     .attentionBias = AttentionBias::None,
     .attentionBiasKey = true,
     .mlpBiasKey = false,
     .windowIsOptIn = true,
     .activation = Activation::Silu,
     .normEps = 1e-6,
     .ropeTheta = 10000,
     .headSize = 128,
     .contextLength = 32768,
     .ternaryLinears = false,
     .rowOrder = RopeLayout::Halves,
     .weightScales = false,
     .ownOutputHead = true,
     .anyHeadSize = true,
     .optionalBiases = false,
     .ropeDivisors = false,
     .graph = Activation::Silu,
     .oneActivation = true},
}};

}  // namespace

std::span<const FamilyInfo> families() { return table; }

const FamilyInfo* findFamily(std::string_view name) {
    const auto found =
        std::find_if(table.begin(), table.end(), [&](const FamilyInfo& info) { return name == info.name; });
    return found != table.end() ? &*found : nullptr;
}

std::string_view familyNames() {
    static const std::string names = [] {
        std::string list;
        for (std::size_t i = 0; i < table.size(); ++i)
            list += (i == 0 ? "" : i + 1 == table.size() ? " and " : ", ") + std::string(table[i].name);
        return list;
    }();
    return names;
}

}  // namespace tritlab
