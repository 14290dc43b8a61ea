// The runs that this process trains: one after another, since all LibTorch work shares one compute thread.
#pragma once

#include <QObject>
#include <QStringList>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "app/services/train_worker.h"
#include "core/config/run_config.h"

namespace tritlab {

class StoreActions;

class RunQueue : public QObject {
    Q_OBJECT
public:
    RunQueue(StoreActions* actions, TrainWorker::EngineLoader engine, QObject* parent = nullptr);
    ~RunQueue() override;

    // Makes the run in the store (state queued) and trains it when its turn comes.
    void add(const QString& name, const RunConfig& frozen, const std::vector<std::string>& tags = {});
    // Trains a run that is in the store: a queued one from the start, others from their last checkpoint.
    void resume(const QString& run, const RunConfig& frozen, bool fromCheckpoint);
    // Stops the run in hand, with a checkpoint, or takes a waiting one out. False where the run is none of this
    // process's.
    bool stop(const QString& run);
    void stopForExit();  // what waits stays queued in the store
    [[nodiscard]] bool busy() const { return worker_ != nullptr; }
    [[nodiscard]] QString current() const;
    [[nodiscard]] bool has(const QString& run) const;
    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
    [[nodiscard]] QStringList waitingRuns() const;  // in the order in which they will be trained
    bool move(const QString& run, int places);  // forwards where below 0; false where it does not wait or is at the end

Q_SIGNALS:
    void added(const QString& run);
    void started(const QString& run);
    void progressed(const QString& run, const QString& what, double done);
    void ended(const QString& run, tritlab::RunState state, const QString& message);
    void idle();
    void waitingChanged();

private:
    struct Waiting {
        std::string run;
        RunConfig config;
        bool fromCheckpoint = false;
    };
    void next();
    StoreActions* actions_;
    TrainWorker::EngineLoader engine_;
    std::deque<Waiting> queue_;
    std::unique_ptr<TrainWorker> worker_;
};

}  // namespace tritlab
