#include "app/services/store_actions.h"

#include <exception>

#include "core/base/error.h"

namespace tritlab {

StoreActions::StoreActions(const Workspace& workspace, QObject* parent)
    : QObject(parent), workspace_(workspace), worker_(new QObject) {
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.setObjectName("store writer");
    thread_.start();
}

StoreActions::~StoreActions() {
    // quit() by way of the thread's own queue: what was asked before is written first.
    QMetaObject::invokeMethod(
        worker_, [this] { thread_.quit(); }, Qt::QueuedConnection);
    thread_.wait();
}

void StoreActions::open() {
    QMetaObject::invokeMethod(
        worker_,
        [this] {
            try {
                auto writer = std::make_shared<StoreWriter>(workspace_);
                QMetaObject::invokeMethod(
                    this,
                    [this, writer] {
                        writer_ = writer;
                        Q_EMIT ready();
                    },
                    Qt::QueuedConnection);
            } catch (const std::exception& error) {
                const QString text = QString::fromStdString(error.what());
                QMetaObject::invokeMethod(
                    this, [this, text] { Q_EMIT failed(tr("open the store"), text); }, Qt::QueuedConnection);
            }
        },
        Qt::QueuedConnection);
}

void StoreActions::run(const QString& what, std::function<void(StoreWriter&)> work) {
    if (!writer_) {
        Q_EMIT failed(what, tr("The store is not open."));
        return;
    }
    ++pending_;
    QMetaObject::invokeMethod(
        worker_,
        [this, what, writer = writer_, work = std::move(work)] {
            try {
                work(*writer);
            } catch (const std::exception& error) {
                const QString text = QString::fromStdString(error.what());
                QMetaObject::invokeMethod(
                    this, [this, what, text] { Q_EMIT failed(what, text); }, Qt::QueuedConnection);
            }
            QMetaObject::invokeMethod(
                this, [this] { --pending_; }, Qt::QueuedConnection);
        },
        Qt::QueuedConnection);
}

}  // namespace tritlab
