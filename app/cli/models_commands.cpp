// models inspect: what a model from elsewhere is, before it is taken in.
#include <algorithm>
#include <memory>

#include "app/cli/laboratory_commands.h"
#include "app/cli/model_options.h"
#include "core/library/model_report.h"

namespace tritlab::cli {
namespace {

struct InspectOptions {
    std::string path, activation;
    std::int64_t context = 0;
};

// Labels in a column of their own; a text of several lines goes on below its beginning.
std::string lineText(const ReportLine& line) {
    constexpr std::size_t column = 20;
    const std::string margin(column + 2, ' ');
    std::string text = "  " + std::string(line.label);
    text.resize(std::max(text.size() + 1, column + 2), ' ');
    for (const char c : line.text) text += c == '\n' ? "\n" + margin : std::string(1, c);
    return text;
}

Exit inspect(Session& session, const InspectOptions& options) {
    takeActivation(options.activation, options.path);
    const ModelReport report = inspectModel(options.path);
    session.result = reportJson(report, options.context);
    for (const ReportSection& section : reportSections(report, options.context)) {
        session.printLine(section.title);
        for (const ReportLine& line : section.lines) session.printLine(lineText(line));
    }
    return done;
}

}  // namespace

void addModelsCommands(Program& program) {
    CLI::App* group = program.group("models", "Look into models from elsewhere");
    const auto options = std::make_shared<InspectOptions>();
    CLI::App* command =
        program.command(group, "inspect", "What a model is, what it costs, and what cannot be done with it",
                        [options](Session& session) { return inspect(session, *options); });
    command->add_option("path", options->path, "A model folder, a GGUF file, or a folder with event files")->required();
    command->add_option("--context", options->context, "Tokens that memory is counted for; 0: the model's own")
        ->capture_default_str()
        ->check(CLI::Range(0, 1 << 30));
    addActivationOption(command, options->activation);
}

}  // namespace tritlab::cli
