#include "core/interop/export_weights.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/kernels/quantizers.h"

namespace tritlab {

void requireFinite(const std::vector<float>& values, const std::string& name) {
    if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
        throw Error("holds values that are no finite numbers", name,
                    "Export a checkpoint from before the run diverged");
}

TernaryWeights ternaryLinear(const ModelWeights& weights, const TensorSpec& spec, const ModelDescription& description) {
    if (description.storage != WeightStorage::Master)
        return weights.ternaryLinear(moduleOf(spec.name), spec.shape[0], spec.shape[1], description.storage);
    const std::vector<float> master = weights.floats(spec.name, spec.shape);
    requireFinite(master, spec.name);
    return quantizeWeights(description.config.quantizer, master);
}

}  // namespace tritlab
