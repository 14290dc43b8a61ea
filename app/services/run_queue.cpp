#include "app/services/run_queue.h"

#include <algorithm>

#include "app/services/store_actions.h"
#include "core/store/run_store.h"

namespace tritlab {

RunQueue::RunQueue(StoreActions* actions, TrainWorker::EngineLoader engine, QObject* parent)
    : QObject(parent), actions_(actions), engine_(std::move(engine)) {}

RunQueue::~RunQueue() = default;

void RunQueue::add(const QString& name, const RunConfig& frozen, const std::vector<std::string>& tags) {
    actions_->ask(
        tr("make the run"), this,
        [name, frozen, tags](StoreWriter& writer) {
            const std::string id =
                writer.createRun(RunStore(writer.workspace()).freeName(name.toStdString()), frozen, RunState::Queued);
            if (!tags.empty()) writer.setTags(id, tags);
            return id;
        },
        [this, frozen](const std::string& id) {
            queue_.push_back({id, frozen, false});
            Q_EMIT waitingChanged();
            Q_EMIT added(QString::fromStdString(id));
            next();
        });
}

void RunQueue::resume(const QString& run, const RunConfig& frozen, bool fromCheckpoint) {
    if (has(run)) return;
    queue_.push_back({run.toStdString(), frozen, fromCheckpoint});
    Q_EMIT waitingChanged();
    if (busy()) {
        actions_->run(tr("queue the run"), [id = run.toStdString()](StoreWriter& writer) {
            writer.setState(id, StateEvent{RunState::Queued, 0, {}});
        });
    }
    next();
}

bool RunQueue::stop(const QString& run) {
    const std::string id = run.toStdString();
    if (worker_ && worker_->run() == id) {
        worker_->stop();
        return true;
    }
    const auto it = std::find_if(queue_.begin(), queue_.end(), [&](const Waiting& each) { return each.run == id; });
    if (it == queue_.end()) return false;
    queue_.erase(it);
    Q_EMIT waitingChanged();
    actions_->run(tr("stop the run"), [id](StoreWriter& writer) {
        writer.setState(id, StateEvent{RunState::Stopped, 0, "taken out of the queue"});
    });
    return true;
}

void RunQueue::stopForExit() {
    queue_.clear();
    if (worker_) worker_->stop();
}

QStringList RunQueue::waitingRuns() const {
    QStringList ids;
    for (const Waiting& each : queue_) ids << QString::fromStdString(each.run);
    return ids;
}

bool RunQueue::move(const QString& run, int places) {
    const auto at = waitingRuns().indexOf(run);
    const auto to = std::clamp<qsizetype>(at + places, 0, static_cast<qsizetype>(queue_.size()) - 1);
    if (at < 0 || to == at) return false;
    Waiting waiting = std::move(queue_[static_cast<std::size_t>(at)]);
    queue_.erase(queue_.begin() + at);
    queue_.insert(queue_.begin() + to, std::move(waiting));
    Q_EMIT waitingChanged();
    return true;
}

QString RunQueue::current() const { return worker_ ? QString::fromStdString(worker_->run()) : QString(); }

bool RunQueue::has(const QString& run) const {
    return current() == run || std::any_of(queue_.begin(), queue_.end(),
                                           [&](const Waiting& each) { return each.run == run.toStdString(); });
}

void RunQueue::next() {
    if (worker_ || queue_.empty()) return;
    const Waiting waiting = std::move(queue_.front());
    queue_.pop_front();
    Q_EMIT waitingChanged();
    worker_ =
        std::make_unique<TrainWorker>(actions_->writer(), waiting.run, waiting.config, waiting.fromCheckpoint, engine_);
    const QString run = QString::fromStdString(waiting.run);
    connect(worker_.get(), &TrainWorker::progressed, this,
            [this, run](const QString& what, double done) { Q_EMIT progressed(run, what, done); });
    connect(
        worker_.get(), &TrainWorker::ended, this,
        [this, run](RunState state, const QString& message) {
            worker_.reset();
            Q_EMIT ended(run, state, message);
            next();
            if (!worker_) Q_EMIT idle();
        },
        Qt::QueuedConnection);
    worker_->start();
    Q_EMIT started(run);
}

}  // namespace tritlab
