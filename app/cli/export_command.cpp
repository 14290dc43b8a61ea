// export: a run's model, or a model folder, for other programs.
#include "app/cli/laboratory_commands.h"

#include <filesystem>
#include <memory>

#include "app/cli/at_lambda_one.h"
#include "app/cli/model_options.h"
#include "core/architecture/activations.h"
#include "core/base/number.h"
#include "core/interop/model_folder.h"
#include "core/library/checked_export.h"
#include "core/library/model_notes.h"

namespace tritlab::cli {
namespace {

struct ExportOptions {
    ModelOptions model;
    AtLambdaOne atLambdaOne;
    std::string format = "hf", out;
};

std::string formatKeys() {
    std::string keys;
    for (const ExportFormatInfo& format : exportFormats()) keys += (keys.empty() ? "" : ", ") + std::string(format.key);
    return keys;
}

std::string formatHelp() {
    std::string help;
    for (const ExportFormatInfo& format : exportFormats())
        help += (help.empty() ? "" : "; ") + std::string(format.key) + ": " + format.title;
    return help;
}

void tellOfGguf(const Session& session, const ModelExport& written, Activation activation) {
    if (written.blockless > 0)
        session.printLine(std::to_string(written.blockless) +
                          " linears have rows that are no multiple of 256: they are in Q4_0 (or f16), "
                          "which holds -1, 0 and 1 as well, at more bits a weight.");
    if (!written.readerComputes)
        session.printLine(
            std::string("llama.cpp computes SiLU where this model has the activation ") +
            activationInfo(activation).key +
            ": it runs the file and answers nonsense, without an error. TritLab reads it right (--model). For "
            "llama.cpp train with activation = silu, as the preset llama-cpp-safe does.");
}

// Said before anything is written, and again under --json.
std::vector<std::string> tellOfTokenizer(const Session& session, const ExportedTokenizer& tokenizer) {
    std::vector<std::string> notes;
    if (tokenizer.losesBytes) {
        std::string lost;
        for (const std::string& character : tokenizer.lostAscii) lost += " " + character;
        notes.push_back(
            "llama.cpp has no byte fallback for a unigram vocabulary: every character of a prompt that is no piece by "
            "itself is lost there, as <unk>. Of ASCII these are:" +
            lost + ". TritLab reads the file right (--model). For llama.cpp train with tokenizer_model = bpe.");
    }
    if (!tokenizer.noJson.empty())
        notes.push_back("There is no tokenizer.json, which has no form for this tokenizer: " + tokenizer.noJson +
                        ". What transformers makes of tokenizer.model by itself may give other ids: take the ids of "
                        "the package sentencepiece.");
    for (const std::string& difference : tokenizer.differences) notes.push_back(difference + ".");
    for (const std::string& note : notes) session.printLine(note);
    return notes;
}

Exit writeModel(Session& session, const ExportOptions& options) {
    const ExportFormatInfo* format = findExportFormat(options.format);
    if (format == nullptr)
        throw UsageError("there is no format '" + options.format + "'", "--format", "Give one of " + formatKeys());
    if (format->isFile()) requireOutFile("--out", options.out);
    else requireOutFolder("--out", options.out);
    const auto model = options.model.resolve(session);
    const std::optional<TrainedLambda> trained =
        format->quantizes ? options.atLambdaOne.require(session, model) : trainedOf(session, model);
    const std::vector<std::string> tokenizerNotes =
        tellOfTokenizer(session, exportedTokenizer(model.folder, format->format));
    const CheckedExport checked = exportAndCheck(model.folder, options.out, format->format);
    const ModelExport& written = checked.written;
    session.result = {{"model", model.name},
                      {"format", options.format},
                      {"path", std::filesystem::absolute(options.out).lexically_normal().string()},
                      {"parameters", written.parameters},
                      {"bytes", written.bytes},
                      {"transformers", format->reader == ExportReader::Transformers && written.readerComputes},
                      {"llama_cpp", format->reader == ExportReader::LlamaCpp && written.readerComputes},
                      {"positions", checked.positions},
                      {"same_argmax", checked.sameArgmax},
                      {"largest_difference", checked.largestDifference},
                      {"notes", modelNotes(model.folder)},
                      {"tokenizer_notes", tokenizerNotes}};
    addTrained(session, trained);
    session.printLine("wrote " + humanCount(static_cast<double>(written.parameters)) + " parameters, " +
                      humanBytes(static_cast<double>(written.bytes)) + ", to " + options.out);
    session.printLine("read back: logits at " + std::to_string(checked.positions) + " positions " +
                      (checked.largestDifference == 0
                           ? std::string("are equal to the bit")
                           : "differ by " + formatReal(checked.largestDifference) + " at most"));
    if (format->isFile()) tellOfGguf(session, written, readModelDescription(model.folder).config.activation);
    else if (!written.readerComputes)
        session.printLine(
            "Hugging Face's transformers has no such block (norms after the sum, no gate or no sub-norms): TritLab "
            "reads the folder "
            "(--model), transformers does not. Architectures 2b4t, llama, qwen2 and qwen3 can leave for it.");
    if (trained && !format->quantizes)
        session.printLine("These are the weights as they were trained, and whoever runs them quantizes them fully: " +
                          trainedText(*trained) + ".");
    return done;
}

}  // namespace

void addExportCommand(Program& program) {
    const auto options = std::make_shared<ExportOptions>();
    CLI::App* command = program.command(&program.app(), "export", "Write a model for other programs",
                                        [options](Session& session) { return writeModel(session, *options); });
    options->model.addTo(command);
    options->atLambdaOne.addTo(command);
    command->add_option("--format", options->format, formatHelp())->capture_default_str();
    command->add_option("--out", options->out, "A folder, or for GGUF a file, that does not exist yet")->required();
}

}  // namespace tritlab::cli
