#include "core/engine/loop/samples.h"

#include <sstream>

#include "core/infer/chat_session.h"

namespace tritlab {
namespace {

std::vector<std::string> linesOf(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

}  // namespace

bool sampleFixedPrompts(const std::filesystem::path& modelFolder, const RunConfig& config, StepIndex step,
                        const std::function<void(const SampleEvent&)>& report, const StopToken& stop) {
    const std::vector<std::string> prompts = linesOf(config.samplePrompts);
    if (prompts.empty()) return true;
    ChatSession session(modelFolder, chatOptions(modelFolder, static_cast<int>(config.threads)));
    GenerationOptions options;
    options.sampling.temperature = config.sampleTemperature;
    options.sampling.seed = static_cast<std::uint64_t>(config.seed);
    options.maxTokens = config.sampleTokens;
    for (const std::string& prompt : prompts) {
        const GenerationResult result = config.chatTemplate == Template::Plain
                                            ? session.complete(prompt, options, {}, stop)
                                            : session.answer({Message{Role::User, prompt}}, options, {}, stop);
        if (result.reason == StopReason::Stopped) return false;
        report({step, prompt, result.text});
    }
    return true;
}

}  // namespace tritlab
