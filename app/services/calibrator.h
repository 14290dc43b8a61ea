// Times a few steps of a config on a thread of its own, through the engine's door. One at a time.
#pragma once

#include "app/services/train_worker.h"

namespace tritlab {

class Calibrator : public QObject {
    Q_OBJECT
public:
    explicit Calibrator(TrainWorker::EngineLoader engine, QObject* parent = nullptr);
    ~Calibrator() override;                 // stops and waits
    void measure(const RunConfig& frozen);  // nothing where one is being measured
    void stop() { stop_.requestStop(); }    // after the micro-batch in hand
    [[nodiscard]] bool busy() const { return !thread_.idle(); }

Q_SIGNALS:
    void progressed(int done, int of);
    void measured(const tritlab::Calibration& calibration);
    void stopped();
    void failed(const QString& message);

private:
    TrainWorker::EngineLoader engine_;
    StopToken stop_;
    TaskThread thread_;
};

}  // namespace tritlab
