#include "app/gui/chat_controller.h"

#include <optional>

#include "app/gui/activation_question.h"
#include "app/services/chat_worker.h"
#include "app/services/store_actions.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/model_picker.h"
#include "ui/chat/prompt_gauge.h"
#include "ui/models/run_list_model.h"

namespace tritlab {

ChatController::ChatController(const Workspace& workspace, StoreActions* actions, RunListModel* runs, QObject* parent)
    : QObject(parent), workspace_(workspace), actions_(actions), runs_(runs),
      activation_(new ActivationQuestion(workspace.root() / "activations.ini", this)) {}

ChatController::~ChatController() = default;

void ChatController::open(ChatPane* pane) {
    pane_ = pane;
    worker_ = std::make_unique<ChatWorker>(workspace_, actions_->writer());
    connect(worker_.get(), &ChatWorker::status, pane,
            [pane](int lane, const QString& text) { pane->lane(lane)->onStatus(text); });
    connect(worker_.get(), &ChatWorker::loaded, pane,
            [pane](int lane, const LoadedModel& model) { pane->lane(lane)->onLoaded(model); });
    connect(worker_.get(), &ChatWorker::prepared, pane,
            [pane](int lane, const LoadedModel& model) { pane->lane(lane)->onPrepared(model); });
    connect(worker_.get(), &ChatWorker::began, pane,
            [pane](int lane, qint64 message) { pane->lane(lane)->onBegan(message); });
    connect(worker_.get(), &ChatWorker::piece, pane,
            [pane](int lane, const ChatPiece& piece) { pane->lane(lane)->onPiece(piece); });
    connect(worker_.get(), &ChatWorker::answered, pane,
            [pane](int lane, const ChatAnswer& answer) { pane->lane(lane)->onAnswered(answer); });
    connect(worker_.get(), &ChatWorker::failed, pane,
            [pane](int lane, const QString& message) { pane->lane(lane)->onFailed(message); });
    connect(worker_.get(), &ChatWorker::measured, pane,
            [pane](const PromptMeasure& measure) { pane->gauge()->onMeasured(measure); });
    // Asked when the model is chosen rather than when the first letters of a question are written.
    for (const int lane : {0, 1}) {
        ModelPicker* picker = pane->lane(lane)->picker();
        connect(picker, &ModelPicker::changed, this, [this, picker] {
            activation_->asks(
                picker->model().folder, pane_, [] {}, [] {});
        });
    }
    pane->storeOpened();
}

void ChatController::close() { worker_.reset(); }

void ChatController::write(const QString& what, std::function<void(StoreWriter&)> work, std::function<void()> done,
                           std::function<void(const QString&)> failed) {
    if (!actions_->writer() && failed) {
        failed(tr("The store is not open."));
        return;
    }
    actions_->ask(
        what, this,
        [work = std::move(work),
         handlesFailure = static_cast<bool>(failed)](StoreWriter& writer) -> std::optional<QString> {
            if (!handlesFailure) {
                work(writer);  // the window tells of what it throws
                return std::nullopt;
            }
            try {
                work(writer);
                return std::nullopt;
            } catch (const std::exception& error) {
                return QString::fromStdString(error.what());
            }
        },
        [done = std::move(done), failed = std::move(failed)](const std::optional<QString>& error) {
            if (error) failed(*error);
            else if (done) done();
        });
}

bool ChatController::trains(const ChatModel& model) const {
    const RunSummary* run = model.step < 0 ? runs_->run(model.run) : nullptr;
    return run != nullptr && isActive(run->state);
}

void ChatController::ask(const ChatQuestion& question) {
    const auto refuse = [this, lane = question.lane] {
        pane_->lane(lane)->onFailed(tr("The file does not say which activation it has, and none was chosen."));
    };
    if (activation_->asks(
            question.model.folder, pane_, [this, question] { ask(question); }, refuse))
        return;
    if (worker_) worker_->ask(question, trains(question.model));
}

void ChatController::prepare(int lane, const ChatModel& model) {
    if (activation_->asks(
            model.folder, pane_, [this, lane, model] { prepare(lane, model); }, [] {}))
        return;
    if (worker_) worker_->prepare(lane, model, trains(model));
}

bool ChatController::preview(const ChatQuestion& question, std::function<void(const PromptPreview&)> done) {
    if (worker_) worker_->preview(question, std::move(done));
    return worker_ != nullptr;
}

bool ChatController::measure(const ChatQuestion& question, qint64 version) {
    if (worker_) worker_->measure(question, version);
    return worker_ != nullptr;
}

void ChatController::stop() {
    if (worker_) worker_->stop();
}

void ChatController::pushUndo(QUndoCommand* command) { undo_.push(command); }

}  // namespace tritlab
