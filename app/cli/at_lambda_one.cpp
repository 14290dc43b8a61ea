#include "app/cli/at_lambda_one.h"

#include <cstdio>

#include "core/store/run_store.h"

namespace tritlab::cli {

void AtLambdaOne::addTo(CLI::App* command) {
    command->add_flag(
        "--at-lambda-one", accepted,
        "Go on where the model was trained below lambda 1, with the ternary model that it is at lambda 1");
}

std::optional<TrainedLambda> AtLambdaOne::require(const Session& session, const ModelOptions::Model& model) const {
    const std::optional<TrainedLambda> trained = trainedOf(session, model);
    if (!trained) return trained;
    if (!accepted)
        throw Error("is used here as the ternary model (lambda 1), which is not the model that was trained: " +
                        trainedText(*trained),
                    model.name, "Give --at-lambda-one to go on with the ternary model, or train on up to lambda 1");
    std::fputs(("tritlab-cli: the ternary model (lambda 1) is used: " + trainedText(*trained) + "\n").c_str(), stderr);
    return trained;
}

std::optional<TrainedLambda> trainedOf(const Session& session, const ModelOptions::Model& model) {
    const ModelDescription description = readModelDescription(model.folder);
    constexpr std::string_view run = "run:";
    std::vector<EvaluationEvent> evaluations;
    if (model.name.starts_with(run)) {
        const std::string id = model.name.substr(run.size(), model.name.find('@') - run.size());
        evaluations = RunStore(session.workspace).evaluations(id);
    }
    return trainedBelowOne(model.folder, description, evaluations);
}

std::string trainedText(const TrainedLambda& trained) {
    const std::string text = "it was trained at lambda " + lambdaText(trained.lambda) + " last; ";
    if (!trained.evaluation) return text + "the losses of the two are not known here";
    const EvaluationEvent& e = *trained.evaluation;
    return text + "held-out loss at step " + std::to_string(e.step) + ": " + fixed(e.lossAtLambda, 4) +
           " as it was trained (lambda " + lambdaText(e.lambda) + "), " + fixed(e.loss, 4) +
           " as the ternary model (lambda 1)";
}

void addTrained(Session& session, const std::optional<TrainedLambda>& trained) {
    if (!trained) return;
    nlohmann::ordered_json& json = session.result["trained"];
    json["lambda"] = trained->lambda;
    if (!trained->evaluation) return;
    json["evaluated_step"] = trained->evaluation->step;
    json["evaluated_lambda"] = trained->evaluation->lambda;
    json["loss_at_lambda"] = trained->evaluation->lossAtLambda;
    json["loss_at_lambda_one"] = trained->evaluation->loss;
}

}  // namespace tritlab::cli
