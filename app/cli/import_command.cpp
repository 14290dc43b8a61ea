// import: what other programs made. A model, a Hugging Face folder or a GGUF file, becomes a run; so does a folder with
// TensorBoard's event files.
#include <filesystem>
#include <memory>

#include "app/cli/at_lambda_one.h"
#include "app/cli/config_options.h"
#include "app/cli/laboratory_commands.h"
#include "app/cli/model_options.h"
#include "app/cli/training.h"
#include "core/base/number.h"
#include "core/formats/gguf.h"
#include "core/interop/model_folder.h"
#include "core/library/import_model.h"
#include "core/library/model_notes.h"
#include "core/store/store_writer.h"
#include "core/store/tensorboard_runs.h"

namespace tritlab::cli {
namespace {

namespace fs = std::filesystem;

struct ImportOptions {
    std::string path, name, convert, activation;
    bool merge = false;
    ConfigOptions config;
};

bool holdsModel(const fs::path& path) {
    std::error_code error;
    return isGgufModel(path) ? holdsGguf(path) : fs::exists(path / "config.json", error);
}

nlohmann::ordered_json countsJson(const ImportedSeriesRun& run) {
    const EventCounts& counts = run.counts;
    return {{"run", run.id},
            {"name", run.name},
            {"points", run.points},
            {"settings", run.settings},
            {"skipped", counts.leftOutSum()},
            {"left_out",
             {{"histograms", counts.leftOut.histograms},
              {"images", counts.leftOut.images},
              {"audio", counts.leftOut.audio},
              {"texts", counts.texts},
              {"other", counts.leftOut.other}}},
            {"negative_steps", counts.negativeSteps},
            {"replaced", counts.replaced},
            {"repeated", counts.repeated},
            {"numbered_series", counts.numberedSeries},
            {"cut_short", run.cutShort}};
}

nlohmann::ordered_json lossJson(const EventFileLoss& loss) {
    nlohmann::ordered_json json = {{"file", loss.file.string()}, {"records_read", loss.records}};
    json["damage"] = nlohmann::ordered_json::array();
    for (const TensorBoardDamage& damage : loss.damage) {
        nlohmann::ordered_json& entry = json["damage"].emplace_back();
        entry["byte"] = damage.byte;
        entry["bytes"] = damage.bytes;
        if (damage.records > 0) entry["records"] = damage.records;
        entry["what"] = damage.what;
    }
    json["cut_short"] = loss.cutShort;
    if (!loss.why.empty()) json["why"] = loss.why;
    return json;
}

Exit importRuns(Session& session, const ImportOptions& options) {
    const StoreWriter writer(session.workspace);  // makes the store where there is none, brings an older one up to date
    const TensorBoardImport imported = importTensorBoard(session.workspace, options.path, options.name, options.merge);
    session.result["runs"] = nlohmann::ordered_json::array();
    for (const ImportedSeriesRun& run : imported.runs) {
        session.result["runs"].push_back(countsJson(run));
        std::string line =
            run.id + "  " + run.name + "  " + std::to_string(run.points) + (run.points == 1 ? " point" : " points");
        if (run.settings > 0)
            line += ", " + std::to_string(run.settings) + (run.settings == 1 ? " setting" : " settings");
        for (const std::string& text : countTexts(run.counts)) line += ", " + text;
        session.printLine(line);
    }
    session.result["losses"] = nlohmann::ordered_json::array();
    for (const EventFileLoss& loss : imported.losses) {
        session.result["losses"].push_back(lossJson(loss));
        session.printLine("warning: " + lossText(loss));
    }
    if (!options.merge && imported.runs.size() > 1 && lookLikeOneRun(foldersOfEvents(options.path)))
        session.printLine("If these folders are the parts of one run, --merge takes them in as one.");
    return done;
}

Exit importOneModel(Session& session, const ImportOptions& options) {
    const fs::path model = fs::absolute(options.path).lexically_normal();
    takeActivation(options.activation, model);
    const bool convert = !options.convert.empty();
    if (convert && options.config.data.empty())
        throw UsageError("a conversion is trained: it needs text", "--convert", "Name some with --data PATH[:weight]");
    ConfigDraft start = importDraft(model, session.workspace, convert);
    if (options.config.data.empty())
        start.setValue("steps", std::int64_t{1}), start.setValue("warmup_steps", std::int64_t{0});
    const RunConfig config = frozen(options.config.draft(std::move(start)).config());
    if (!config.data.empty()) {
        requireSound(config);
        requireSources(config);
    }
    StoreWriter writer(session.workspace);
    const std::string name =
        options.name.empty() ? RunStore(session.workspace).freeName(model.stem().string()) : options.name;
    const std::string id = importModel(writer, model, name, config);
    const std::int64_t parameters = parameterCount(readModelDescription(model).config);
    session.result = {{"run", id},
                      {"name", name},
                      {"parameters", parameters},
                      {"ternary", config.ternaryLinears},
                      {"resumable", !config.data.empty()},
                      {"notes", modelNotes(model)}};
    session.printLine(
        id + "  " + name + "  " + humanCount(static_cast<double>(parameters)) + " parameters" +
        (config.data.empty() ? std::string() : "; `tritlab-cli resume " + id + "` trains it from these weights"));
    if (const auto trained = trainedOf(session, {model, model.string()})) {
        addTrained(session, trained);
        session.printLine("As a ternary model (lambda 1) it is not what was trained: " + trainedText(*trained) + ".");
    }
    return done;
}

Exit import(Session& session, const ImportOptions& options) {
    std::error_code error;
    if (!fs::exists(options.path, error)) throw Error("there is no such file or folder", options.path);
    if (!options.convert.empty() && options.convert != "bitnet")
        throw UsageError("there is no conversion to '" + options.convert + "'", "--convert", "Give bitnet");
    if (holdsModel(options.path)) {
        if (options.merge) throw UsageError("is a model: --merge belongs to event files", options.path);
        return importOneModel(session, options);
    }
    if (!options.convert.empty() || !options.activation.empty() || !options.config.data.empty() ||
        !options.config.sets.empty())
        throw UsageError("is no model: --convert, --activation, --data and --set belong to one", options.path);
    if (!holdsTensorBoardFiles(options.path))
        throw Error("is nothing that can be imported", options.path,
                    "A model can (a folder with config.json and safetensors, a GGUF file), and a folder with "
                    "TensorBoard event files (*tfevents*)");
    return importRuns(session, options);
}

}  // namespace

void addImportCommand(Program& program) {
    const auto options = std::make_shared<ImportOptions>();
    CLI::App* command = program.command(&program.app(), "import",
                                        "Take in a model, or TensorBoard event files, as runs with the tag 'imported'",
                                        [options](Session& session) { return import(session, *options); });
    command->add_option("path", options->path, "A Hugging Face folder, a GGUF file, or a folder with event files")
        ->required();
    command->add_option("--name", options->name, "The run's name (default: the file's or folder's)");
    command->add_flag("--merge", options->merge,
                      "The folders with event files are parts of one run: train and eval, add_scalars, add_hparams");
    command->add_option(
        "--convert", options->convert,
        "bitnet: a dense model's linears become ternary, under a rising lambda, when the run is resumed");
    addActivationOption(command, options->activation);
    options->config.addSettingsTo(command);
}

}  // namespace tritlab::cli
