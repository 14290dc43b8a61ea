// Answers chat questions on a thread of its own, beside training, one after another. An answer is in the store from its
// first moment on and grows there while it streams. A run that trains is asked for a snapshot first, so that its latest
// weights answer.
#pragma once

#include <functional>
#include <memory>

#include "core/base/stop_token.h"
#include "core/base/workspace.h"
#include "ui/chat/chat_values.h"
#include "ui/services/task_thread.h"

namespace tritlab {

class StoreWriter;

class ChatWorker : public QObject {
    Q_OBJECT
public:
    ChatWorker(const Workspace& workspace, std::shared_ptr<StoreWriter> writer, QObject* parent = nullptr);
    ~ChatWorker() override;  // stops; questions that wait are answered with 'stopped', and stay in the store
    // training: the run is being trained now.
    void ask(const ChatQuestion& question, bool training);
    // Loads what will answer; nothing while something is asked.
    void prepare(int lane, const ChatModel& model, bool training);
    void measure(const ChatQuestion& question, qint64 version);
    void preview(const ChatQuestion& question, std::function<void(const PromptPreview&)> done);
    void stop();  // the answer that comes, and the questions that wait
    [[nodiscard]] bool busy() const { return !thread_.idle(); }

Q_SIGNALS:
    void status(int lane, const QString& text);
    void loaded(int lane, const tritlab::LoadedModel& model);
    void prepared(int lane, const tritlab::LoadedModel& model);
    void began(int lane, qint64 message);  // the answer has its place in the store
    void piece(int lane, const tritlab::ChatPiece& piece);
    void answered(int lane, const tritlab::ChatAnswer& answer);
    void failed(int lane, const QString& message);
    void measured(const tritlab::PromptMeasure& measure);

private:
    struct Worker;
    StopToken stop_;
    std::unique_ptr<Worker> worker_;  // used on the thread alone
    TaskThread thread_;
};

}  // namespace tritlab
