// One entry for each activation: what it is called in configs and in the files of other programs. Its loops are in
// core/kernels (train_kernels.inc, float_kernels.h), its formula on tensors in core/engine/layers/tensor_ops.cpp.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/architecture/activation.h"

namespace tritlab {

struct ActivationInfo {
    Activation activation;
    const char* key;    // in configs and --set
    const char* title;  // to be translated, context "Field"
    // hidden_act of config.json and hidden_activation of GGUF: the first is written, each is read.
    std::vector<std::string_view> names;
};

std::span<const ActivationInfo> activations();                // without None
const ActivationInfo& activationInfo(Activation activation);  // throws std::logic_error for None
std::optional<Activation> activationFromName(std::string_view name);
std::string activationNames();  // "relu2, silu": what may be written, for messages

}  // namespace tritlab
