// What a model is where its linears are ternary, beside what it was trained as. The packed engine, ternary exports and
// evaluations quantize fully (lambda 1); weights that were trained under a lambda below 1 are another model there.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/interop/model_folder.h"
#include "core/run/events.h"

namespace tritlab {

struct TrainedLambda {
    double lambda = 0;  // with which the weights were trained last, in [0, 1)
    // The last evaluation up to these weights, at a lambda below 1: `lossAtLambda` is the model's as it was trained,
    // `loss` the ternary model's, on the same held-out text. None: it was not evaluated, or nobody knows it here.
    std::optional<EvaluationEvent> evaluation;
};

// Nothing where what runs at lambda 1 is what was trained: dense models, packed weights, lambda 1. The evaluation is
// that of a checkpoint's manifest; of a folder without one the last of `evaluations`, in step order.
std::optional<TrainedLambda> trainedBelowOne(const std::filesystem::path& model, const ModelDescription& description,
                                             const std::vector<EvaluationEvent>& evaluations = {});

// "0.500"; more digits where three would round it to 1.
std::string lambdaText(double lambda);

}  // namespace tritlab
