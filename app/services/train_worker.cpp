#include "app/services/train_worker.h"

#include "core/library/recorded_run.h"
#include "core/store/store_writer.h"

namespace tritlab {

namespace {

// Tells the window what is being prepared; all else it reads from the store.
class ProgressTeller : public RunObserver {
public:
    explicit ProgressTeller(TrainWorker* worker) : worker_(worker) {}
    void onProgress(const ProgressEvent& event) override {
        Q_EMIT worker_->progressed(QString::fromStdString(event.what), event.done);
    }

private:
    TrainWorker* worker_;
};

}  // namespace

TrainWorker::TrainWorker(std::shared_ptr<StoreWriter> writer, std::string run, RunConfig frozen, bool resume,
                         EngineLoader engine, QObject* parent)
    : QObject(parent), writer_(std::move(writer)), run_(std::move(run)), config_(std::move(frozen)), resume_(resume),
      engine_(std::move(engine)), thread_("train worker", TaskThread::AtEnd::Drain) {
    qRegisterMetaType<tritlab::RunState>("tritlab::RunState");
}

TrainWorker::~TrainWorker() { stop(); }

void TrainWorker::start() {
    thread_.post(
        this, [this] { train(); }, [] {});
}

void TrainWorker::train() {
    RunState state = RunState::Failed;
    std::string message;
    try {
        ProgressTeller teller(this);
        TrainRequest request{run_, config_, writer_->workspace(), resume_, {&teller}, nullptr, stop_};
        const RecordedRun run = trainRecorded(*writer_, std::move(request), engine_);
        state = run.result.state;
        message = run.message();
    } catch (const std::exception& error) {
        message = error.what();
    }
    Q_EMIT ended(state, QString::fromStdString(message));
}

}  // namespace tritlab
