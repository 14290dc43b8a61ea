// What the tensors of a model are called: here, which is Hugging Face's way, and in GGUF. The order is that of the
// tensors of a layer in model.safetensors.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tritlab {

// "model.layers.3." and "model.layers.3.mlp.up_proj"
std::string layerPrefix(std::int64_t layer);

// "model.layers.3.mlp.up_proj.weight" -> "blk.3.ffn_up.weight", and so for ".bias"; empty for a tensor that GGUF has no
// name for.
std::string ggufName(std::string_view tensor);
// Of a linear that has a name: "blk.3.ffn_up.scale".
std::string ggufScaleName(std::string_view tensor);
std::string moduleOf(std::string_view tensor);  // without ".weight"

}  // namespace tritlab
