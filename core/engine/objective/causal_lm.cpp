// Next-token prediction: cross-entropy of each target in nats.
#include "core/engine/objective/objective.h"

namespace tritlab {
namespace {

class CausalLm final : public Objective {
public:
    [[nodiscard]] std::int64_t count(const BatchTensors& batch) const override { return batch.scored; }
    ObjectiveLoss loss(LanguageModel& model, const BatchTensors& batch, double lambda) const override {
        return {model.lossSum(batch.tokens, batch.targets, batch.documentStart, lambda), {}};
    }
};

}  // namespace

std::unique_ptr<Objective> makeCausalLm() { return std::make_unique<CausalLm>(); }

}  // namespace tritlab
