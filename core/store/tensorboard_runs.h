// Runs as TensorBoard's event files, and event files as runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/store/event_folder.h"
#include "core/store/run_store.h"

namespace tritlab {

struct TensorBoardExport {
    std::filesystem::path file;
    std::int64_t points = 0;
};
// Writes FOLDER/NAME/events.out.tfevents.SECONDS.tritlab.ID, whole or not at all: every series under its key, the
// config and the samples as texts. Exporting the same run again replaces the file.
TensorBoardExport exportTensorBoard(RunStore& store, const std::string& run, const std::filesystem::path& folder);

struct ImportedSeriesRun {
    std::string id, name;
    std::int64_t points = 0, renamed = 0, settings = 0;
    EventCounts counts;
    bool cutShort = false;  // of at least one file the last record was not whole
};
struct TensorBoardImport {
    std::vector<ImportedSeriesRun> runs;
    std::vector<EventFileLoss> losses;  // of every file that lost something, those of no run too
};
// A folder with event files, and each folder below it that has some, becomes a finished run with the tag "imported"; or
// all of them become one, where `merge` says that they are its parts: the folders that PyTorch's add_scalars and
// add_hparams make, and those of training and evaluation ("eval", its tag "loss": the series "eval/loss").
// Hyperparameters are the run's settings. Tags that are a metric under a name that other programs give it (the aliases
// of core/run/metrics.h) become its series; the notes say which, and what is not in the run. All files are read before
// the first run is made. Throws Error where there is nothing to import.
TensorBoardImport importTensorBoard(const Workspace& workspace, const std::filesystem::path& folder,
                                    const std::string& name, bool merge = false);

// The folders below `folder`, itself included, that hold event files: "." for itself, in order. Throws Error.
std::vector<std::string> foldersOfEvents(const std::filesystem::path& folder);
// They look like the parts of one run: there are files above others, or folders of training and evaluation.
bool lookLikeOneRun(const std::vector<std::string>& folders);

// True where the folder, or one below it, holds event files.
bool holdsTensorBoardFiles(const std::filesystem::path& folder);

}  // namespace tritlab
