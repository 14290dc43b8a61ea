// --at-lambda-one: weights that were trained below lambda 1 are another model where a command quantizes them fully. The
// command says so with what is known of both, and refuses without the option.
#pragma once

#include "app/cli/model_options.h"
#include "core/library/trained_lambda.h"

namespace tritlab::cli {

struct AtLambdaOne {
    bool accepted = false;

    void addTo(CLI::App* command);
    // As trainedBelowOne(). Throws Error where the model is not what was trained and the option is missing; with it
    // says so on stderr.
    [[nodiscard]] std::optional<TrainedLambda> require(const Session& session, const ModelOptions::Model& model) const;
};

// trainedBelowOne() of a command's model; the evaluations of its run are known too.
std::optional<TrainedLambda> trainedOf(const Session& session, const ModelOptions::Model& model);
// "it was trained at lambda 0.500 last; held-out loss at step 60: 0.9412 as it was trained (lambda 0.492), 3.5120 as
// the ternary model (lambda 1)".
std::string trainedText(const TrainedLambda& trained);
// Into the result as `trained`, if any.
void addTrained(Session& session, const std::optional<TrainedLambda>& trained);

}  // namespace tritlab::cli
