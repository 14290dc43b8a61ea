// Trains one run on a thread of its own and tells the window; the store hears of everything through a RunRecorder.
#pragma once

#include <functional>
#include <memory>

#include "core/base/stop_token.h"
#include "core/engine/engine.h"
#include "ui/services/task_thread.h"

namespace tritlab {

class StoreWriter;

class TrainWorker : public QObject {
    Q_OBJECT
public:
    using EngineLoader = std::function<Engine&()>;
    TrainWorker(std::shared_ptr<StoreWriter> writer, std::string run, RunConfig frozen, bool resume,
                EngineLoader engine, QObject* parent = nullptr);
    ~TrainWorker() override;  // stops and waits
    void start();
    void stop() { stop_.requestStop(); }  // with a checkpoint, after the micro-batch in hand
    [[nodiscard]] const std::string& run() const { return run_; }

Q_SIGNALS:
    void progressed(const QString& what, double done);
    // `state` as in RunState; `message` says why where it did not finish.
    void ended(tritlab::RunState state, const QString& message);

private:
    void train();
    std::shared_ptr<StoreWriter> writer_;
    std::string run_;
    RunConfig config_;
    bool resume_;
    EngineLoader engine_;
    StopToken stop_;
    TaskThread thread_;
};

}  // namespace tritlab
