#include "core/engine/loop/training_pass.h"

#include <ATen/ops/full.h>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "core/engine/model/notebook_reference.h"

namespace tritlab {

TrainingPass fastPass(LanguageModel& model) {
    return [&model](const at::Tensor& tokens, const at::Tensor& targets, double lambda) {
        const auto count = static_cast<double>(targets.numel());
        const at::Tensor sum = model.lossSum(tokens, targets, {}, lambda);
        sum.backward(at::full({}, 1 / count, sum.options()));
        return sum.item<double>() / count;
    };
}

TrainingPass referencePass(LanguageModel& model) {
    std::map<std::string, at::Tensor> weights;
    for (const Parameter& parameter : model.parameters()) weights[parameter.name] = parameter.value;
    auto reference = std::make_shared<NotebookReference>(model.config(), std::move(weights));
    return [reference](const at::Tensor& tokens, const at::Tensor& targets, double lambda) {
        const at::Tensor loss = reference->loss(tokens, targets, lambda);
        loss.backward();
        return loss.item<double>();
    };
}

}  // namespace tritlab
