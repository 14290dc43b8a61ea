// The losses of a model that was trained below lambda 1 and is used at lambda 1, in the window's language.
#pragma once

#include <QString>

#include "core/library/trained_lambda.h"

namespace tritlab {

// "Held-out loss at step 60: 0.9412 as it was trained (lambda 0.492), 3.5120 as the ternary model."
QString trainedLossesText(const TrainedLambda& trained);

}  // namespace tritlab
