#include "core/engine/objective/batch_tensors.h"

#include <ATen/ops/empty.h>
#include <algorithm>
#include <vector>

namespace tritlab {
namespace {

at::Tensor int64Tensor(const std::vector<TokenId>& values, std::int64_t rows, std::int64_t length) {
    at::Tensor tensor = at::empty({rows, length}, at::kLong);
    std::copy(values.begin(), values.end(), tensor.data_ptr<std::int64_t>());
    return tensor;
}

}  // namespace

BatchTensors toTensors(const Batch& batch) {
    BatchTensors tensors;
    tensors.tokens = int64Tensor(batch.tokens, batch.rows, batch.length);
    tensors.targets = int64Tensor(batch.targets, batch.rows, batch.length);
    if (!batch.oneDocumentPerRow) {
        tensors.documentStart = at::empty({batch.rows, batch.length}, at::kInt);
        std::copy(batch.documentStart.begin(), batch.documentStart.end(),
                  tensors.documentStart.data_ptr<std::int32_t>());
    }
    tensors.scored =
        std::count_if(batch.targets.begin(), batch.targets.end(), [](TokenId target) { return target >= 0; });
    return tensors;
}

}  // namespace tritlab
