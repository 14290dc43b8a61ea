// A model folder written for others: Hugging Face's layout, as master weights or with the ternary linears packed at 2 bits.
#pragma once

#include <cstdint>
#include <filesystem>

#include "core/interop/model_folder.h"

namespace tritlab {

enum class HuggingFaceLayout { Master, Packed };  // quantization_mode online (fp32), offline (uint8 codes and weight_scale = absmean)

struct TokenizerIds {
    std::int64_t bos = -1, eos = -1, unknown = -1;  // -1: none
    bool dummyPrefix = false;                       // a blank is put before each text
};

struct ModelExport {
    std::int64_t parameters = 0, bytes = 0;
    // transformers has this block (BitNetForCausalLM, LlamaForCausalLM); else the folder is read by TritLab alone.
    bool transformers = false;
};

// Bytes of the tensors that an export of such a model writes.
std::int64_t exportedBytes(const ModelConfig& config, HuggingFaceLayout layout);
// Whether transformers has a class for this block.
bool transformersHas(const ModelConfig& config);

// Makes the folder `out`, whole or not at all: config.json, generation_config.json, model.safetensors, and where the model has one
// tokenizer.model with tokenizer_config.json. Master: every tensor in fp32, bit for bit as it was trained. Packed: ternary linears
// as codes, the rest in fp32 (transformers keeps each tensor's type and does not mix them). Throws Error where `out` is there and
// holds anything, where a ternary linear's rows are no multiple of 4 (Packed), or where a weight is no finite number.
ModelExport exportHuggingFace(const std::filesystem::path& model, const std::filesystem::path& out, HuggingFaceLayout layout,
                              const TokenizerIds& tokenizer);

}  // namespace tritlab
