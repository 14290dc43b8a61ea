// The program without a window to look at: charts of a run as PNG files, and pictures of every page.
#pragma once

#include <QString>

#include "core/base/workspace.h"

namespace tritlab {

class MainWindow;

// Charts of one run (id, prefix of a name, latest) into FOLDER/NAME-CHART.png. Gives the files. Throws Error.
QStringList plotRun(const Workspace& workspace, const QString& run, const QString& folder);
// Every page at 1280 x 800, light and dark, into FOLDER/PAGE-THEME.png; in the chat the newest conversation.
QStringList takeScreenshots(MainWindow& window, const Workspace& workspace, const QString& folder);
// Runs the event loop until nothing is read or written any more, at most `limitMs`.
void settle(MainWindow& window, int limitMs = 20000);

}  // namespace tritlab
