// The charts of an experiment as PNG files: each variant's mean over its seeds, on a band from their minimum to their
// maximum.
#pragma once

#include <QStringList>

#include "core/base/workspace.h"

namespace tritlab {

// Reads EXPERIMENT/definition.json and its runs in the workspace, draws FOLDER/KEY.png for each curve that has values,
// and gives the files. Throws Error.
QStringList plotExperiment(const Workspace& workspace, const QString& experiment, const QString& folder);

}  // namespace tritlab
