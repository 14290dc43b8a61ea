#include "app/services/calibrator.h"

#include <optional>

namespace tritlab {

Calibrator::Calibrator(TrainWorker::EngineLoader engine, QObject* parent)
    : QObject(parent), engine_(std::move(engine)), thread_("calibrator", TaskThread::AtEnd::Drop) {}

Calibrator::~Calibrator() { stop(); }

void Calibrator::measure(const RunConfig& frozen) {
    if (busy()) return;
    stop_ = StopToken();
    CalibrationRequest request;
    request.config = frozen;
    request.stop = stop_;
    request.progress = [this](int done, int of) {
        QMetaObject::invokeMethod(
            this, [this, done, of] { Q_EMIT progressed(done, of); }, Qt::QueuedConnection);
    };
    thread_.post(
        this, [engine = engine_, request] { return engine().calibrate(request); },
        [this](const std::optional<Calibration>& calibration) {
            if (calibration) Q_EMIT measured(*calibration);
            else Q_EMIT stopped();
        },
        [this](const QString& message) { Q_EMIT failed(message); });
}

}  // namespace tritlab
