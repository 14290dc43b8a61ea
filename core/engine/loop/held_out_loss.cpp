#include "core/engine/loop/held_out_loss.h"

#include <ATen/core/grad_mode.h>
#include <algorithm>
#include <numbers>

namespace tritlab {
std::optional<LossTotals> heldOutLoss(LanguageModel& model, const Dataset& data, std::int64_t first, std::int64_t count,
                                      std::int64_t rows, double lambda, const std::function<bool()>& stopped) {
    const at::NoGradGuard noGradients;
    LossTotals totals;
    const std::int64_t end = std::min(first + count, data.heldOutWindows());
    for (std::int64_t window = first; window < end; window += rows) {
        if (stopped()) return std::nullopt;
        const BatchTensors batch = toTensors(data.heldOutBatch(window, std::min(rows, end - window)));
        const at::Tensor nats = model.lossSum(batch.tokens, batch.targets, batch.documentStart, lambda);
        totals.add({nats.item<double>(), batch.scored});
    }
    return totals;
}

double bitsPerByte(double nats, std::int64_t bytes) {
    return bytes > 0 ? nats / (std::numbers::ln2 * static_cast<double>(bytes)) : 0;
}

double evaluationLambda(const ModelConfig& config) { return config.ternaryLinears ? 1.0 : 0.0; }

}  // namespace tritlab
