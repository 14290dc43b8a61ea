#include "core/interop/chosen_activation.h"

#include <map>
#include <mutex>

#include "core/architecture/activations.h"
#include "core/base/error.h"
#include "core/interop/model_folder.h"
#include "core/interop/model_gguf.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

struct Choices {
    std::mutex mutex;
    std::map<fs::path, Activation> made;
};

Choices& choices() {
    static Choices all;
    return all;
}

fs::path keyOf(const fs::path& model) {
    std::error_code error;
    const fs::path path = fs::weakly_canonical(model, error);
    return error ? fs::absolute(model).lexically_normal() : path;
}

}  // namespace

bool lacksActivation(const fs::path& model) {
    return isGgufModel(model) && holdsGguf(model) && namesNoActivation(GgufFile(model)) && !chosenActivation(model);
}

void chooseActivation(const fs::path& model, Activation activation) {
    if (!isGgufModel(model) || !namesNoActivation(GgufFile(model))) {
        const Activation own = readModelDescription(model).config.activation;
        if (own == activation) return;
        throw Error(std::string("the model has the activation ") + activationInfo(own).names.front().data() + ", not " +
                        activationInfo(activation).names.front().data(),
                    model.string(), "An activation is chosen only for a file that does not say: leave the choice out");
    }
    const std::lock_guard lock(choices().mutex);
    choices().made[keyOf(model)] = activation;
}

std::optional<Activation> chosenActivation(const fs::path& model) {
    const std::lock_guard lock(choices().mutex);
    const auto found = choices().made.find(keyOf(model));
    return found == choices().made.end() ? std::nullopt : std::optional(found->second);
}

std::string activationChoices() {
    return "relu2 (squared ReLU: Microsoft's 2B4T and what came after it) or silu (the first BitNet models, and what "
           "llama.cpp computes for every file of this architecture)";
}

}  // namespace tritlab
