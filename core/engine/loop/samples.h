// Continuations of the fixed prompts by a model folder, through the packed engine that the chat uses: what a person
// would get.
#pragma once

#include <filesystem>
#include <functional>

#include "core/base/stop_token.h"
#include "core/config/run_config.h"
#include "core/run/events.h"

namespace tritlab {

// One event a line of RunConfig::samplePrompts. The same weights and seed give the same texts. False where it was
// stopped.
bool sampleFixedPrompts(const std::filesystem::path& modelFolder, const RunConfig& config, StepIndex step,
                        const std::function<void(const SampleEvent&)>& report, const StopToken& stop);

}  // namespace tritlab
