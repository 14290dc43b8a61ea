// The runs of a window in a few words, for its tool bar and its status bar.
#pragma once

#include <QString>

namespace tritlab {

class RunListModel;

// Rich text: the run that is being trained and how far it is, and how many more are; empty where none is.
QString runningText(const RunListModel& runs, bool dark);
// "12 runs, 1 running, 3 waiting". waiting: in the window's queue.
QString runCountText(const RunListModel& runs, std::size_t waiting);

}  // namespace tritlab
