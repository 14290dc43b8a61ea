#include "core/library/trained_lambda.h"

#include <algorithm>
#include <cmath>

#include "core/base/error.h"
#include "core/base/fixed_real.h"
#include "core/checkpoint/checkpoint_folder.h"

namespace tritlab {
namespace {

bool hasTernaryLinears(const ModelConfig& config) {
    const std::vector<TensorSpec> specs = tensorSpecs(config);
    return std::any_of(specs.begin(), specs.end(), [](const TensorSpec& spec) { return spec.ternary; });
}

}  // namespace

std::optional<TrainedLambda> trainedBelowOne(const std::filesystem::path& model, const ModelDescription& description,
                                             const std::vector<EvaluationEvent>& evaluations) {
    if (description.storage != WeightStorage::Master || description.lambda >= 1 ||
        !hasTernaryLinears(description.config))
        return std::nullopt;
    TrainedLambda trained;
    trained.lambda = description.lambda;
    try {
        trained.evaluation = readManifest(model).evaluation;
    } catch (const Error&) {  // a snapshot and an export have none
        if (!evaluations.empty()) trained.evaluation = evaluations.back();
    }
    // One at lambda 1 comes from before a branch.
    if (trained.evaluation &&
        !(trained.evaluation->lambda < 1 && std::isfinite(trained.evaluation->loss + trained.evaluation->lossAtLambda)))
        trained.evaluation.reset();
    return trained;
}

std::string lambdaText(double lambda) {
    constexpr int most = 17;  // no double below 1 rounds to 1 there
    std::string text = fixedReal(lambda, 3);
    for (int digits = 4; lambda < 1 && text.starts_with("1") && digits <= most; ++digits)
        text = fixedReal(lambda, digits);
    return text;
}

}  // namespace tritlab
