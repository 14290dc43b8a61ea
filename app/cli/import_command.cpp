// import: what other programs made. A folder with TensorBoard's event files becomes runs.
#include <filesystem>
#include <memory>

#include "app/cli/laboratory_commands.h"
#include "core/store/store_writer.h"
#include "core/store/tensorboard_runs.h"

namespace tritlab::cli {
namespace {

struct ImportOptions {
    std::string path, name;
};

Exit importRuns(Session& session, const ImportOptions& options) {
    std::error_code error;
    if (!std::filesystem::exists(options.path, error)) throw Error("there is no such file or folder", options.path);
    if (!holdsTensorBoardFiles(options.path))
        throw Error("is nothing that can be imported", options.path, "A folder with TensorBoard event files (*tfevents*) can");
    const StoreWriter writer(session.workspace);  // makes the store where there is none, brings an older one up to date
    session.result["runs"] = nlohmann::ordered_json::array();
    for (const ImportedSeriesRun& run : importTensorBoard(session.workspace, options.path, options.name)) {
        session.result["runs"].push_back({{"run", run.id}, {"name", run.name}, {"points", run.points}, {"skipped", run.skipped},
                                          {"cut_short", run.cutShort}});
        session.printLine(run.id + "  " + run.name + "  " + std::to_string(run.points) + " points" +
                          (run.skipped > 0 ? ", " + std::to_string(run.skipped) + " values skipped that are neither scalar nor text" : "") +
                          (run.cutShort ? ", the last record of a file is not whole" : ""));
    }
    return done;
}

}  // namespace

void addImportCommand(Program& program) {
    const auto options = std::make_shared<ImportOptions>();
    CLI::App* command = program.command(&program.app(), "import", "Take in TensorBoard event files as runs with the tag 'imported'",
                                        [options](Session& session) { return importRuns(session, *options); });
    command->add_option("path", options->path, "A folder with event files, or one such file")->required();
    command->add_option("--name", options->name, "The run's name (default: the folder's)");
}

}  // namespace tritlab::cli
