// What the message that is being written would take of the model's context, together with its conversation: shown while
// it is written, and asked before it is sent. A message that no context has room for is not sent, and stays where it is
// written.
#pragma once

#include <QLabel>
#include <QTimer>
#include <functional>
#include <map>
#include <vector>

#include "ui/chat/chat_values.h"

namespace tritlab {

class ChatHost;

class PromptGauge : public QLabel {
    Q_OBJECT
public:
    // What would be asked now, a question for each lane; none where nothing is written.
    using Questions = std::function<std::vector<ChatQuestion>()>;
    PromptGauge(ChatHost* host, Questions questions, QWidget* parent);

    void changed();  // the text, the conversation, the model or the settings: measured anew in a moment
    // Calls `send` once it is known that there is room, at once where it is known by now; a question whose model cannot
    // be read is sent too, and told by whoever answers it what is wrong. Where there is no room, `refused` is called.
    void whenThereIsRoom(std::function<void()> send, std::function<void(const QString&)> refused);
    [[nodiscard]] bool waiting() const { return static_cast<bool>(send_); }

    void onMeasured(const PromptMeasure& measure);

Q_SIGNALS:
    void waitingChanged();

private:
    void measure();
    [[nodiscard]] bool known() const { return asked_ == version_ && measures_.size() == lanes_; }
    [[nodiscard]] const PromptMeasure* tightest() const;  // null: none is known
    void show();
    void decide();
    ChatHost* host_;
    Questions questions_;
    QTimer later_;
    qint64 version_ = 0;  // of what would be asked
    qint64 asked_ = -1;   // the version that was measured last
    std::size_t lanes_ = 0;
    std::map<int, PromptMeasure> measures_;  // of that version, by lane
    std::function<void()> send_;
    std::function<void(const QString&)> refused_;
};

}  // namespace tritlab
