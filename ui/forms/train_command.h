// A draft as the command line that trains the same run, and a branch as the commands that make and train it.
#pragma once

#include <QString>

#include "core/config/fields.h"

namespace tritlab {

// "tritlab-cli train --preset tiny --set steps=300 --name 'my run'": the preset (empty: none), what differs from it,
// the name (empty: none). Words are quoted as a POSIX shell reads them back. Throws Error for a preset that does not
// exist.
QString trainCommand(const ConfigDraft& draft, const QString& preset, const QString& name);
// "tritlab-cli runs branch RUN --step 20 --set steps=60 --name 'my run' && tritlab-cli resume 'my run'", with what
// differs from the config of the run that it goes on from.
QString branchCommand(const QString& run, qint64 step, const RunConfig& parent, const RunConfig& config,
                      const QString& name);

}  // namespace tritlab
