// Sends what was written: stores it in the conversation of each lane that it goes to, begins those conversations where
// needed, and has it answered there. What cannot be stored is not sent.
#pragma once

#include <QObject>
#include <vector>

#include "core/store/store_writer.h"
#include "ui/chat/chat_lane.h"

namespace tritlab {

class MessageSender : public QObject {
    Q_OBJECT
public:
    MessageSender(ChatHost* host, QObject* parent) : QObject(parent), host_(host) {}
    [[nodiscard]] bool sending() const { return sending_; }  // it is not in the store yet
    // A question below the branch that each lane shows. options: that a conversation is held with.
    void sendQuestion(const QString& text, const std::vector<ChatLane*>& to, const nlohmann::json& options,
                      const AnswerSettings& settings);
    // Another child of what a message of `edited` follows: a question in all `lanes` that ask the same at its place, to
    // be answered anew; an answer only in its own, and nothing is asked. False: there is no such message.
    bool sendEdited(const QString& text, ChatLane* edited, qint64 message, const std::vector<ChatLane*>& lanes,
                    const AnswerSettings& settings);

Q_SIGNALS:
    void begun();
    void stored();  // the lanes show it; answers are asked for right after
    void failed(const QString& why);

private:
    struct Sending {
        std::vector<NewMessage> messages;
        std::vector<ChatLane*> to;  // lane of each message
        std::vector<AddedMessage> added;
        AnswerSettings settings;
        bool ask = true;
    };
    void store(Sending sending);
    void onStored(const Sending& sending);
    ChatHost* host_;
    bool sending_ = false;
};

}  // namespace tritlab
