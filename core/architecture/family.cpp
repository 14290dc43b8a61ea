#include "core/architecture/family.h"

#include <algorithm>
#include <array>
#include <string>

namespace tritlab {
namespace {

// transformers: BitNetConfig, LlamaConfig. llama.cpp: src/models/bitnet.cpp, src/models/llama.cpp.
constexpr std::array<FamilyInfo, 2> table{{
    {.name = "bitnet",
     .className = "BitNetForCausalLM",
     .architecture = Architecture::B2B4T,
     .subNorms = true,
     .activation = Activation::ReluSquared,
     .normEps = 1e-5,
     .ropeTheta = 500000,
     .ternaryLinears = true,
     .rowOrder = RopeLayout::Halves,
     .weightScales = true,
     .ownOutputHead = false,
     .anyHeadSize = false,
     .graph = Activation::Silu,
     .oneActivation = false},
    {.name = "llama",
     .className = "LlamaForCausalLM",
     .architecture = Architecture::Llama,
     .subNorms = false,
     .activation = Activation::Silu,
     .normEps = 1e-6,
     .ropeTheta = 10000,
     .ternaryLinears = false,
     .rowOrder = RopeLayout::Pairs,
     .weightScales = false,
     .ownOutputHead = true,
     .anyHeadSize = true,
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
