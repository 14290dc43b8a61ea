// Answers chat messages on a thread of its own, beside training. Each message is stored when it is sent, an answer while it streams.
// A run that trains is asked for a snapshot first, so that its latest weights answer.
#pragma once

#include <QObject>
#include <QThread>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/workspace.h"
#include "core/infer/chat_session.h"

namespace tritlab {

class StoreWriter;

struct ChatQuestion {
    std::int64_t conversation = 0;   // 0: begins one
    std::int64_t parent = 0;         // the message that this one follows, 0: the first
    std::string run, folder;         // of the model: a run, or (run empty) a model folder
    bool training = false;           // the run is being trained now: ask it for a snapshot
    bool raw = false;                // continue the text as it stands, without the template
    std::vector<Message> history;    // before `text`
    std::string text;
    GenerationOptions options;
};

struct ChatAnswer {
    std::int64_t conversation = 0, message = 0;
    GenerationResult result;
};

class ChatWorker : public QObject {
    Q_OBJECT
public:
    ChatWorker(const Workspace& workspace, std::shared_ptr<StoreWriter> writer, QObject* parent = nullptr);
    ~ChatWorker() override;
    void ask(const ChatQuestion& question);  // one at a time: not while busy()
    void stop() { stop_.requestStop(); }
    [[nodiscard]] bool busy() const { return busy_; }

Q_SIGNALS:
    void began(qint64 conversation, qint64 question);  // the question is stored
    void status(const QString& text);
    void token(const QString& text);
    void answered(const tritlab::ChatAnswer& answer);
    void failed(const QString& message);

private:
    struct Hand;
    StopToken stop_;
    QThread thread_;
    Hand* hand_;
    bool busy_ = false;
};

}  // namespace tritlab
