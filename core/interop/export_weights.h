// What every export does with a model's weights before it writes them.
#pragma once

#include <string>
#include <vector>

#include "core/interop/model_folder.h"

namespace tritlab {

// Throws Error, naming the tensor, where a value is none.
void requireFinite(const std::vector<float>& values, const std::string& name);
// The codes and scales of a linear, from its master or packed weights.
TernaryWeights ternaryLinear(const ModelWeights& weights, const TensorSpec& spec, const ModelDescription& description);

}  // namespace tritlab
