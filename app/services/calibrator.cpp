#include "app/services/calibrator.h"

#include <optional>

namespace tritlab {

Calibrator::Calibrator(TrainWorker::EngineLoader engine, QObject* parent)
    : QObject(parent), engine_(std::move(engine)) {}

Calibrator::~Calibrator() {
    stop();
    if (thread_) thread_->wait();
}

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
    thread_.reset(QThread::create([this, request] {
        std::optional<Calibration> calibration;
        QString failure;
        try {
            calibration = engine_().calibrate(request);
        } catch (const std::exception& error) {
            failure = QString::fromStdString(error.what());
        }
        const auto tell = [this, calibration, failure] {
            thread_->wait();
            thread_.reset();
            if (!failure.isEmpty()) Q_EMIT failed(failure);
            else if (calibration) Q_EMIT measured(*calibration);
            else Q_EMIT stopped();
        };
        QMetaObject::invokeMethod(this, tell, Qt::QueuedConnection);
    }));
    thread_->setObjectName("calibrator");
    thread_->start();
}

}  // namespace tritlab
