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

PackedLinear ternaryLinear(const ModelWeights& weights, const TensorSpec& spec, WeightStorage storage) {
    if (storage != WeightStorage::Master)
        return weights.packedLinear(moduleOf(spec.name), spec.shape[0], spec.shape[1], storage);
    const std::vector<float> master = weights.floats(spec.name, spec.shape);
    requireFinite(master, spec.name);
    PackedLinear packed;
    packed.absmean = absmean(master);
    packed.codes.resize(master.size());
    ternaryCodes(master, packed.absmean, packed.codes);
    return packed;
}

}  // namespace tritlab
