// export: a run's model, or a model folder, for other programs.
#include "app/cli/laboratory_commands.h"

#include <filesystem>
#include <memory>

#include "app/cli/model_options.h"
#include "core/base/number.h"
#include "core/eval/checked_export.h"

namespace tritlab::cli {
namespace {

struct ExportOptions {
    ModelOptions model;
    std::string format = "hf", out;
};

Exit exportModel(Session& session, const ExportOptions& options) {
    if (options.format != "hf" && options.format != "hf-packed")
        throw UsageError("there is no format '" + options.format + "'", "--format", "Give hf or hf-packed");
    const auto model = options.model.resolve(session);
    const CheckedExport checked =
        exportAndCheck(model.folder, options.out, options.format == "hf" ? HuggingFaceLayout::Master : HuggingFaceLayout::Packed);
    const ModelExport& written = checked.written;
    session.result = {{"model", model.name}, {"format", options.format}, {"path", std::filesystem::absolute(options.out).lexically_normal().string()},
                      {"parameters", written.parameters}, {"bytes", written.bytes}, {"transformers", written.transformers},
                      {"positions", checked.positions}, {"same_argmax", checked.sameArgmax}, {"largest_difference", checked.largestDifference}};
    session.printLine("wrote " + humanCount(static_cast<double>(written.parameters)) + " parameters, " +
                      humanBytes(static_cast<double>(written.bytes)) + ", to " + options.out);
    session.printLine("read back: logits at " + std::to_string(checked.positions) + " positions " +
                      (checked.largestDifference == 0 ? std::string("are equal to the bit")
                                                      : "differ by " + formatReal(checked.largestDifference) + " at most"));
    if (!written.transformers)
        session.printLine("Hugging Face's transformers has no such block (norms after the sum, no gate or no sub-norms): TritLab reads the folder "
                          "(--model), transformers does not. Architecture 2b4t or llama can leave for it.");
    return done;
}

}  // namespace

void addExportCommand(Program& program) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command = program.command(&program.app(), "export", "Write a model for other programs",
                                        [options](Session& session) { return exportModel(session, *options); });
    options->model.addTo(command);
    command->add_option("--format", options->format, "hf: Hugging Face, fp32 master weights; hf-packed: ternary linears at 2 bits")
        ->capture_default_str();
    command->add_option("--out", options->out, "A folder that does not exist yet")->required();
}

}  // namespace tritlab::cli
