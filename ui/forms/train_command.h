// A draft as the command line that trains the same run.
#pragma once

#include <QString>

#include "core/config/fields.h"

namespace tritlab {

// "tritlab-cli train --preset tiny --set steps=300 --name 'my run'": the preset (empty: none), what differs from it,
// the name (empty: none). Words are quoted as a POSIX shell reads them back. Throws Error for a preset that does not
// exist.
QString trainCommand(const ConfigDraft& draft, const QString& preset, const QString& name);

}  // namespace tritlab
