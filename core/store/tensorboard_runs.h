// Runs as TensorBoard's event files, and event files as runs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

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
    std::int64_t points = 0, skipped = 0, renamed = 0;
    bool cutShort = false;  // of at least one file the last record was not whole
};
// A folder with event files, and each folder below it that has some, becomes a finished run with the tag "imported".
// Tags that are a metric under a name that other programs give it (the aliases of core/run/metrics.h) become its
// series; the notes say which. All files are read before the first run is made. Throws Error.
std::vector<ImportedSeriesRun> importTensorBoard(const Workspace& workspace, const std::filesystem::path& folder,
                                                 const std::string& name);

// True where the folder, or one below it, holds event files.
bool holdsTensorBoardFiles(const std::filesystem::path& folder);

}  // namespace tritlab
