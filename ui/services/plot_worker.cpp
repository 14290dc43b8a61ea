#include "ui/services/plot_worker.h"

#include <QCoreApplication>

namespace tritlab {

PlotWorker& PlotWorker::shared() {
    static QPointer<PlotWorker> worker;
    if (worker.isNull()) worker = new PlotWorker(QCoreApplication::instance());
    return *worker;
}

PlotWorker::PlotWorker(QObject* parent) : QObject(parent), worker_(new QObject) {
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.setObjectName("plot worker");
    thread_.start();
}

PlotWorker::~PlotWorker() {
    thread_.quit();
    thread_.wait();
}

}  // namespace tritlab
