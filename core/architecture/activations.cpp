#include "core/architecture/activations.h"

#include <algorithm>
#include <stdexcept>

#include "core/base/translate.h"

namespace tritlab {

std::span<const ActivationInfo> activations() {
    static const std::vector<ActivationInfo> table = {
        {Activation::ReluSquared, "relu2", QT_TRANSLATE_NOOP("Field", "Squared ReLU"), {"relu2"}},
        {Activation::Silu, "silu", QT_TRANSLATE_NOOP("Field", "SiLU"), {"silu", "swish"}},
        {Activation::GeluTanh,
         "gelu_tanh",
         QT_TRANSLATE_NOOP("Field", "GELU (tanh)"),
         {"gelu_pytorch_tanh", "gelu_new", "gelu_fast"}},
    };
    return table;
}

const ActivationInfo& activationInfo(Activation activation) {
    switch (activation) {
        case Activation::None: break;
        case Activation::ReluSquared: return activations()[0];
        case Activation::Silu: return activations()[1];
        case Activation::GeluTanh: return activations()[2];
    }
    throw std::logic_error("no model has the activation None");
}

std::optional<Activation> activationFromName(std::string_view name) {
    for (const ActivationInfo& info : activations())
        if (std::find(info.names.begin(), info.names.end(), name) != info.names.end()) return info.activation;
    return std::nullopt;
}

std::string activationNames() {
    std::string list;
    for (const ActivationInfo& info : activations())
        list += (list.empty() ? "" : ", ") + std::string(info.names.front());
    return list;
}

}  // namespace tritlab
