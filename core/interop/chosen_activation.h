// GGUF files that do not say which activation their feed-forward has. Converters of the architecture `bitnet` wrote no
// such key for years, for models with SiLU (the first reproductions) and with squared ReLU (2B4T) alike; llama.cpp
// computes SiLU for all of them. Nobody can tell from the file, so a person has to say.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/architecture/activation.h"

namespace tritlab {

// Whether a model is such a file, and nobody has said yet. Throws Error where it cannot be read.
bool lacksActivation(const std::filesystem::path& model);
// The person's word, for whatever opens this file later in this process: a model is opened by its path in many places.
// Throws Error where the model says itself, and something else.
void chooseActivation(const std::filesystem::path& model, Activation activation);
// What was chosen for this file.
std::optional<Activation> chosenActivation(const std::filesystem::path& model);
// How a choice is written, a way of saying for each: "relu2 (squared ReLU: ...)".
std::string activationChoices();

}  // namespace tritlab
