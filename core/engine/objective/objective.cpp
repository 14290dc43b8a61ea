#include "core/engine/objective/objective.h"

namespace tritlab {

// Every run learns to predict the next token; there is no field to choose by yet.
std::unique_ptr<Objective> makeObjective(const RunConfig&) { return makeCausalLm(); }

}  // namespace tritlab
