#include "ui/services/task_thread.h"

#include <QTimer>

namespace tritlab {

TaskThread::TaskThread(const QString& name, AtEnd atEnd, QObject* parent)
    : QObject(parent), receiver_(new QObject), atEnd_(atEnd) {
    receiver_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, receiver_, &QObject::deleteLater);
    thread_.setObjectName(name);
    thread_.start();
}

TaskThread::~TaskThread() {
    if (atEnd_ == AtEnd::Drop) {
        dropping_ = true;  // quit() alone lets the event loop finish what it has already taken from its queue
        thread_.quit();
    } else {
        // Behind the tasks in the thread's own queue: called from here, quit() would overtake them.
        QMetaObject::invokeMethod(
            receiver_, [this] { thread_.quit(); }, Qt::QueuedConnection);
    }
    thread_.wait();
}

void TaskThread::repeat(std::chrono::milliseconds interval, std::function<void()> work) {
    QMetaObject::invokeMethod(
        receiver_,
        [receiver = receiver_, interval, work = std::move(work)] {
            auto* timer = new QTimer(receiver);
            connect(timer, &QTimer::timeout, receiver, work);
            timer->start(interval);
            work();
        },
        Qt::QueuedConnection);
}

}  // namespace tritlab
