// The chat: one conversation, or two side by side, with a composer below and the kept conversations behind a button.
// What is sent leaves the composer when it is in the store, not before.
#pragma once

#include <QTimer>
#include <QWidget>
#include <array>

#include "ui/chat/chat_host.h"
#include "ui/chat/chat_lane.h"

class QAction;
class QFrame;
class QLabel;
class QPlainTextEdit;
class QPushButton;
class QScrollArea;
class QSettings;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace tritlab {

class ChatOptions;
class ConversationList;
class DraftKeeper;

class ChatPane : public QWidget {
    Q_OBJECT
public:
    ChatPane(RunListModel* runs, StoreReader* reader, ChatHost* host, DraftKeeper* drafts, QWidget* parent = nullptr);
    void setModelRun(const QString& run);        // a run whose weights answer, as if the person chose it
    void setModelFolder(const QString& folder);  // or a model folder; an answer that comes is stopped
    void followRun(const QString& run);   // the run that is selected: a conversation that has not begun goes to it
    void suggest(const QString& prompt);  // puts a prompt into the empty input
    void storeOpened();                   // the store can be read and written
    [[nodiscard]] ChatLane* lane(int number) const { return lanes_.at(static_cast<std::size_t>(number)); }
    [[nodiscard]] bool busy() const;
    [[nodiscard]] bool sending() const { return sending_; }
    [[nodiscard]] bool compares() const;
    void openConversation(qint64 conversation);
    void exportTo(const QString& path);  // by its ending: .json, .txt, else Markdown
    void restore(const QSettings& settings);
    void save(QSettings& settings) const;

Q_SIGNALS:
    void roomWanted(int width);  // side by side needs more
    void presetsChanged();       // to be kept at once: save()

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

private:
    struct Editing {
        int lane = 0;
        qint64 message = 0;  // 0: nothing is edited
        Role role = Role::User;
    };
    void choose(const ChatModel& model);
    void makeHead();
    void makeComposer();
    void makeActions();
    QAction* action(const char* name, const QString& text, const QString& keys, const std::function<void()>& work);
    void connectLane(ChatLane* lane);
    [[nodiscard]] std::vector<ChatLane*> lanes() const;  // those that are shown
    [[nodiscard]] AnswerSettings answerSettings() const;
    [[nodiscard]] nlohmann::json settingsOf(const ChatLane& lane) const;
    [[nodiscard]] bool ready();  // else says in place what is missing
    void send();
    void sendQuestion(const QString& text);
    void sendEdited(const QString& text);
    void onSent(const std::vector<NewMessage>& messages, const std::vector<AddedMessage>& added,
                const std::vector<ChatLane*>& to, bool ask);
    void onSendFailed(const QString& why);
    void storeMessages(const std::vector<NewMessage>& messages, const std::vector<ChatLane*>& to, bool ask);
    void copy(const QString& text);
    void stepBranch(int by);
    void act(int lane, TranscriptView::Act act, qint64 message);
    void actOnLast(Role role, TranscriptView::Act act);
    void edit(int lane, qint64 message);
    void endEditing();
    void removeMessage(int lane, qint64 message);
    void removeConversation(qint64 conversation);
    void renameConversation(qint64 conversation, const QString& title);
    void beginConversation();
    void setCompare(bool on);
    void showList(bool on);
    void showOptions(bool on);
    void exportConversation();
    void keepSettings();
    void keepDraft();
    void leaveDraft();
    void showDraft();
    QString takeDraftAlong();
    bool postponed(std::function<void()> work);  // true: an answer comes; it is stopped, and then the work is done
    void updateState();
    void fitInput();

    RunListModel* runs_;
    StoreReader* reader_;
    ChatHost* host_;
    DraftKeeper* drafts_;
    std::array<ChatLane*, 2> lanes_{};
    ChatOptions* options_;
    ConversationList* list_;
    QStackedWidget* stack_;
    QSplitter* splitter_;
    QScrollArea* optionsArea_;
    QLabel* title_;
    QToolButton *listButton_, *newButton_, *menuButton_, *optionsButton_, *compareButton_;
    QFrame* editBar_;
    QLabel* editText_;
    QPlainTextEdit* input_;
    QPushButton *send_, *stop_;
    QList<QAction*> needAnswer_, needQuestion_, needConversation_;
    Editing editing_;
    QString selectedRun_;
    std::function<void()> afterAnswer_;
    QElapsedTimer sinceSent_;
    QTimer keepLater_;
    bool sending_ = false;
    qint64 draftOf_ = -1;  // the conversation whose unsent text is in the input; -1: of none
};

}  // namespace tritlab
