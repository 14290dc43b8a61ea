#include "core/architecture/tensor_names.h"

#include <array>
#include <utility>

namespace tritlab {
namespace {

using Names = std::pair<std::string_view, std::string_view>;  // here, in GGUF
constexpr std::array<Names, 3> outerNames{
    {{"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"}, {"lm_head", "output"}}};
constexpr std::array<Names, 13> layerNames{{{"input_layernorm", "attn_norm"},
                                            {"self_attn.q_proj", "attn_q"},
                                            {"self_attn.k_proj", "attn_k"},
                                            {"self_attn.v_proj", "attn_v"},
                                            {"self_attn.q_norm", "attn_q_norm"},
                                            {"self_attn.k_norm", "attn_k_norm"},
                                            {"self_attn.attn_sub_norm", "attn_sub_norm"},
                                            {"self_attn.o_proj", "attn_output"},
                                            {"post_attention_layernorm", "ffn_norm"},
                                            {"mlp.gate_proj", "ffn_gate"},
                                            {"mlp.up_proj", "ffn_up"},
                                            {"mlp.ffn_sub_norm", "ffn_sub_norm"},
                                            {"mlp.down_proj", "ffn_down"}}};
constexpr std::string_view layers = "model.layers.", weight = ".weight", bias = ".bias";

// The module's name in GGUF; empty where it has none.
std::string ggufModule(std::string_view module) {
    for (const auto& [ours, theirs] : outerNames)
        if (module == ours) return std::string(theirs);
    if (!module.starts_with(layers)) return {};
    module.remove_prefix(layers.size());
    const std::size_t point = module.find('.');
    if (point == std::string_view::npos) return {};
    for (const auto& [ours, theirs] : layerNames)
        if (module.substr(point + 1) == ours)
            return "blk." + std::string(module.substr(0, point + 1)) + std::string(theirs);
    return {};
}

std::string withSuffix(std::string module, std::string_view suffix) {
    return module.empty() ? module : module + std::string(suffix);
}

}  // namespace

std::string layerPrefix(std::int64_t layer) { return std::string(layers) + std::to_string(layer) + "."; }

std::string moduleOf(std::string_view tensor) {
    return std::string(tensor.ends_with(weight) ? tensor.substr(0, tensor.size() - weight.size()) : tensor);
}

std::string ggufName(std::string_view tensor) {
    if (tensor.ends_with(bias)) return withSuffix(ggufModule(tensor.substr(0, tensor.size() - bias.size())), bias);
    return tensor.ends_with(weight) ? withSuffix(ggufModule(moduleOf(tensor)), weight) : std::string();
}

std::string ggufScaleName(std::string_view tensor) { return withSuffix(ggufModule(moduleOf(tensor)), ".scale"); }

}  // namespace tritlab
