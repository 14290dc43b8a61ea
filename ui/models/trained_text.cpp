#include "ui/models/trained_text.h"

#include <QCoreApplication>

namespace tritlab {

QString trainedLossesText(const TrainedLambda& trained) {
    if (!trained.evaluation)
        return QCoreApplication::translate("tritlab::TrainedText", "The losses of the two are not known here.");
    const EvaluationEvent& e = *trained.evaluation;
    return QCoreApplication::translate(
               "tritlab::TrainedText",
               "Held-out loss at step %1: %2 as it was trained (lambda %3), %4 as the ternary model.")
        .arg(e.step)
        .arg(e.lossAtLambda, 0, 'f', 4)
        .arg(QString::fromStdString(lambdaText(e.lambda)))
        .arg(e.loss, 0, 'f', 4);
}

}  // namespace tritlab
