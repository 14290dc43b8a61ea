#include "app/services/train_worker.h"

#include "core/base/error.h"
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
        Engine& engine = engine_();
        RunRecorder recorder(*writer_, run_);
        ProgressTeller teller(this);
        TrainRequest request;
        request.runId = run_;
        request.config = config_;
        request.workspace = writer_->workspace();
        request.resume = resume_;
        request.observers = {&recorder, &teller};
        request.commands = &recorder;
        request.stop = stop_;
        const TrainResult result = engine.train(request);
        state = result.state;
        message = result.explanation;
        if (const auto failure = recorder.failure()) message = *failure;
    } catch (const std::exception& error) {
        // The run could not start: its state in the store says why. A run that another process trains keeps its state.
        message = error.what();
        const auto* known = dynamic_cast<const Error*>(&error);
        if (known == nullptr || known->kind() != ErrorKind::Busy) {
            try {
                writer_->setState(run_, StateEvent{RunState::Failed, 0, message});
            } catch (const std::exception& second) {
                message += std::string("\n") + second.what();
            }
        }
    }
    Q_EMIT ended(state, QString::fromStdString(message));
}

}  // namespace tritlab
