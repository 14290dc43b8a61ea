// The chat: one conversation, or two side by side, with a composer below and the kept conversations behind a button.
// What is sent leaves the composer when it is in the store, not before.
#pragma once

#include <QTimer>
#include <QWidget>
#include <array>
#include <functional>

#include "ui/chat/chat_host.h"
#include "ui/chat/chat_lane.h"

class QAction;
class QHBoxLayout;
class QPushButton;
class QScrollArea;
class QSettings;
class QSplitter;
class QStackedWidget;
class QToolButton;

namespace tritlab {

class ChatComposer;
class ChatHead;
class ChatOptions;
class ConversationActions;
class ConversationList;
class DraftKeeper;
class MessageActions;
class MessageSender;
class PromptGauge;
struct StoredConversation;

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
    [[nodiscard]] PromptGauge* gauge() const { return gauge_; }
    [[nodiscard]] bool busy() const;
    [[nodiscard]] bool sending() const;
    [[nodiscard]] bool compares() const;
    [[nodiscard]] int usualWidth() const;  // with one lane or two
    void openConversation(qint64 conversation);
    void exportTo(const QString& path);  // by its ending: .json, .txt, else Markdown
    void restore(const QSettings& settings);
    void save(QSettings& settings) const;

Q_SIGNALS:
    void roomWanted(int width);  // side by side needs more
    void presetsChanged();       // to be kept at once: save()

private:
    void makeLanes();
    void makeOptions();
    void chooseTemplate();
    QHBoxLayout* makeButtons();
    void makeMenu();
    void connectComposer();
    void connectConversations();
    [[nodiscard]] std::vector<ChatLane*> lanes() const;  // those that are shown
    void choose(const ChatModel& model);
    [[nodiscard]] bool working() const;  // sends, or is being answered
    [[nodiscard]] AnswerSettings answerSettings() const;
    [[nodiscard]] bool ready();  // else says in place what is missing
    [[nodiscard]] std::vector<ChatQuestion> wouldAsk() const;
    void send();
    void sendNow(const QString& text);
    void edit(int lane, qint64 message);
    void showDraft();
    void removeConversation(qint64 conversation);
    void beginConversation();
    void showConversation(const StoredConversation& stored);
    void setCompare(bool on);
    void showList(bool on);
    [[nodiscard]] bool listShown() const;
    void showOptions(bool on);
    void keepSettings();
    bool postponed(std::function<void()> work);  // true: an answer comes; it is stopped, and then the work is done
    void updateState();

    RunListModel* runs_;
    StoreReader* reader_;
    ChatHost* host_;
    std::array<ChatLane*, 2> lanes_{};
    MessageSender* sender_;
    MessageActions* actions_;
    ConversationActions* conversations_;
    ChatHead* head_;
    ChatComposer* composer_;
    PromptGauge* gauge_;
    ChatOptions* options_;
    ConversationList* list_;
    QStackedWidget* stack_;
    QSplitter* splitter_;
    QScrollArea* optionsArea_;
    QToolButton *optionsButton_, *compareButton_;
    QPushButton *send_, *stop_;
    QList<QAction*> needConversation_;
    QString selectedRun_;
    std::function<void()> afterAnswer_;
    QElapsedTimer sinceSent_;
    QTimer keepLater_;
};

}  // namespace tritlab
