#include "app/gui/run_notices.h"

#include <QApplication>
#include <QWidget>
#include <cmath>
#include <optional>

#include "app/gui/desktop.h"
#include "app/services/run_queue.h"
#include "ui/models/run_list_model.h"
#include "ui/services/store_reader.h"

namespace tritlab {

RunNotices::RunNotices(QWidget* window, const RunListModel* runs, StoreReader* reader, bool desktop)
    : QObject(window), window_(window), runs_(runs), reader_(reader), mayAskDesktop_(desktop) {}

void RunNotices::setQueue(RunQueue* queue) {
    queue_ = queue;
    if (queue == nullptr) return;
    if (mayAskDesktop_) {
        desktop_ = new Desktop(this);
        connect(desktop_, &Desktop::clicked, this, &RunNotices::clicked);
        connect(desktop_, &Desktop::unheard, this, [this] { QApplication::alert(window_); });
        connect(queue, &RunQueue::started, desktop_, [this] { desktop_->keepAwake(true); });
        connect(queue, &RunQueue::idle, desktop_, [this] { desktop_->keepAwake(false); });
    }
    connect(queue, &RunQueue::started, this, [this](const QString& run) { trainedHere_.insert(run); });
    connect(queue, &RunQueue::ended, this, &RunNotices::onEnded);
}

void RunNotices::onEnded(const QString& run, RunState state, const QString& message) {
    const RunSummary* summary = runs_->run(run);
    const QString name = summary != nullptr ? QString::fromStdString(summary->name) : run;
    Q_EMIT statusMessage(message.isEmpty() ? tr("%1: %2").arg(name, stateText(state))
                                           : tr("%1: %2. %3").arg(name, stateText(state), message));
    // As the store has it: the row here may be from before. One that failed at once may have no row yet.
    reader_->ask(
        this, [id = run.toStdString()](RunStore& store) { return store.run(id); },
        [this](const std::optional<RunSummary>& ended) {
            if (ended) notify(*ended);
        });
}

// Of runs that another process trains. Those of this window are told of by their queue, however fast they end.
void RunNotices::onRunsChanged(const std::vector<RunSummary>& changes) {
    for (const RunSummary& run : changes) {
        const QString id = QString::fromStdString(run.id);
        if (trainedHere_.contains(id)) {
            const bool waits = queue_ != nullptr && queue_->has(id);
            if (!waits) trainedHere_.erase(id);
            if (!isActive(run.state) || waits) continue;  // else another process has taken it up
        }
        const RunSummary* before = runs_->run(id);
        if (before != nullptr && !hasEnded(before->state) && hasEnded(run.state)) notify(run);
    }
}

// The person may be at something else.
void RunNotices::notify(const RunSummary& run) {
    if (window_->isActiveWindow()) return;
    if (desktop_ == nullptr) return QApplication::alert(window_);
    const bool good = run.state == RunState::Finished || run.state == RunState::Stopped;
    QString text = QString::fromStdString(run.explanation);
    if (run.state == RunState::Finished && std::isfinite(run.bitsPerByte))
        text = tr("%1 bits per byte held out").arg(run.bitsPerByte, 0, 'f', 3);
    desktop_->notify(tr("%1: %2").arg(QString::fromStdString(run.name), stateText(run.state)), text, !good);
}

}  // namespace tritlab
