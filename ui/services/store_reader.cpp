#include "ui/services/store_reader.h"

#include "core/base/error.h"

namespace tritlab {

StoreReader::StoreReader(const Workspace& workspace, QObject* parent)
    : QObject(parent), workspace_(workspace), worker_(new QObject) {
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.setObjectName("store reader");
    thread_.start();
}

StoreReader::~StoreReader() {
    thread_.quit();
    thread_.wait();
}

void StoreReader::post(std::function<void(RunStore&)> work) {
    ++pending_;
    QMetaObject::invokeMethod(
        worker_,
        [this, work = std::move(work)] {
            try {
                if (!store_) store_ = std::make_unique<RunStore>(workspace_);
                work(*store_);
            } catch (const std::exception& error) {
                const QString text = QString::fromStdString(error.what());
                QMetaObject::invokeMethod(
                    this, [this, text] { Q_EMIT failed(text); }, Qt::QueuedConnection);
            }
            QMetaObject::invokeMethod(
                this, [this] { --pending_; }, Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

}  // namespace tritlab
