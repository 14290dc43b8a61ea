// One conversation with one model: its choice, transcript and figures. The pane has one, or two side by side.
#pragma once

#include <QWidget>

#include "core/store/store_writer.h"
#include "ui/chat/chat_host.h"
#include "ui/chat/conversation_tree.h"
#include "ui/chat/transcript_view.h"

class QLabel;
class QProgressBar;

namespace tritlab {

class ModelPicker;
class RunListModel;
class StoreReader;

// What the pane's options say for an answer.
struct AnswerSettings {
    GenerationOptions options;
    QString system;
    bool raw = false;
    ChatTemplateText chatTemplate = {};  // empty: the model's own
    QElapsedTimer sinceSent;
};

class ChatLane : public QWidget {
    Q_OBJECT
public:
    ChatLane(int number, RunListModel* runs, StoreReader* reader, ChatHost* host, QWidget* parent = nullptr);
    [[nodiscard]] int number() const { return number_; }
    [[nodiscard]] ModelPicker* picker() const { return picker_; }
    [[nodiscard]] TranscriptView* transcript() const { return transcript_; }
    [[nodiscard]] const ConversationTree& tree() const { return tree_; }
    [[nodiscard]] const Conversation& conversation() const { return conversation_; }  // id 0: not begun
    [[nodiscard]] bool busy() const { return asked_; }
    [[nodiscard]] bool blank() const { return tree_.empty() && !asked_; }

    void clear();
    void open(const Conversation& conversation, const std::vector<StoredMessage>& messages);
    void begun(const Conversation& conversation) { conversation_ = conversation; }
    void setTitle(const std::string& title) { conversation_.title = title; }
    // What the conversation is held with: what it was before, these options, and the precision of the chosen model.
    [[nodiscard]] nlohmann::json settings(const nlohmann::json& options) const;
    void keepSettings(const nlohmann::json& options);  // them and the model, in the store where they have changed
    void added(const StoredMessage& message);          // stored: shows it
    void answer(qint64 question, const AnswerSettings& settings);
    void goOn(qint64 answer, const AnswerSettings& settings);
    // What would be asked if this text were sent now; edits: below what that message follows, in its place.
    [[nodiscard]] ChatQuestion wouldAsk(const QString& text, qint64 edits, const AnswerSettings& settings) const;
    void showBranch(qint64 head);                   // and keeps it
    void step(qint64 message, int by);              // to another of a message's siblings
    void setTrashed(qint64 message, bool trashed);  // what is shown; the store is told by the caller
    void showHint();
    void showError(const QString& text);

    // What comes back.
    void onStatus(const QString& text);
    void onLoaded(const LoadedModel& model);
    void onPrepared(const LoadedModel& model);
    void onBegan(qint64 message);
    void onPiece(const ChatPiece& piece);
    void onAnswered(const ChatAnswer& answer);
    void onFailed(const QString& message);

Q_SIGNALS:
    void conversationChanged();  // what is shown of it
    void actionWanted(int lane, tritlab::TranscriptView::Act act, qint64 message);
    void busyChanged();
    void templateKnown(const QString& name);
    void answerStored();

private:
    void ask(ChatQuestion question, const AnswerSettings& settings, const std::vector<const StoredMessage*>& path);
    void fill(ChatQuestion& question, const AnswerSettings& settings,
              const std::vector<const StoredMessage*>& path) const;
    void redraw();
    void showContext(const nlohmann::json& details);
    void setAsked(bool asked);
    void showTrained(const LoadedModel& model);
    int number_;
    ChatHost* host_;
    ModelPicker* picker_;
    TranscriptView* transcript_;
    QLabel *trained_, *notes_, *status_;
    QProgressBar* context_;
    ConversationTree tree_;
    Conversation conversation_;
    qint64 parent_ = 0;     // what is being answered
    qint64 answering_ = 0;  // the answer that streams
    bool asked_ = false;
};

}  // namespace tritlab
