#include "ui/services/plot_worker.h"

#include <QCoreApplication>

namespace tritlab {

TaskThread& PlotWorker::shared() {
    static QPointer<TaskThread> thread;
    if (thread.isNull()) thread = new TaskThread("plot worker", TaskThread::AtEnd::Drop, QCoreApplication::instance());
    return *thread;
}

}  // namespace tritlab
