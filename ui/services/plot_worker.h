// Where pictures of charts are made and long series are smoothed: one thread for all charts.
#pragma once

#include "ui/services/task_thread.h"

namespace tritlab {

class PlotWorker {
public:
    // Belongs to the GUI thread and lives as long as the application; what has not begun by then is dropped.
    static TaskThread& shared();
};

}  // namespace tritlab
