// The loss of a training model on a dataset's held-out windows. Needs LibTorch; runs on the compute thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include "core/data/dataset.h"
#include "core/engine/model/language_model.h"
#include "core/engine/objective/batch_tensors.h"

namespace tritlab {

struct LossTotals {
    double nats = 0;
    std::int64_t tokens = 0;
    [[nodiscard]] double mean() const { return tokens > 0 ? nats / static_cast<double>(tokens) : 0; }
    void add(const LossTotals& other) {
        nats += other.nats;
        tokens += other.tokens;
    }
};

// Windows [first, first + count) in batches of `rows`. `stopped` is asked between two batches; std::nullopt where it
// said yes.
std::optional<LossTotals> heldOutLoss(LanguageModel& model, const Dataset& data, std::int64_t first, std::int64_t count,
                                      std::int64_t rows, double lambda, const std::function<bool()>& stopped);

// Nats over bytes as bits per byte (docs/formats-and-formulas.md, Loss and evaluation: sum of nats over all predicted
// tokens, EOS included, by UTF-8 bytes of the text).
double bitsPerByte(double nats, std::int64_t bytes);
// The lambda at which a model is judged: 1, or 0 for a dense one.
double evaluationLambda(const ModelConfig& config);

}  // namespace tritlab
