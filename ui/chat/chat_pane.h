// The chat: a model to talk to, the conversation as it streams, what to sample with. Conversations are read from the store; sending
// and answering are the owner's part (signals).
#pragma once

#include <QWidget>
#include <vector>

#include "core/data/chat_template.h"
#include "core/infer/chat_session.h"
#include "core/store/run_store.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QSpinBox;
class QTextBrowser;
class QToolButton;

namespace tritlab {

class RunListModel;
class StoreReader;

class ChatPane : public QWidget {
    Q_OBJECT
public:
    ChatPane(RunListModel* runs, StoreReader* reader, QWidget* parent = nullptr);
    void setModelRun(const QString& run);      // a run whose weights answer
    [[nodiscard]] QString model() const;       // "run:ID" or a folder
    [[nodiscard]] std::int64_t conversation() const { return conversation_; }
    [[nodiscard]] std::int64_t lastMessage() const { return lastMessage_; }
    [[nodiscard]] const std::vector<Message>& history() const { return history_; }
    [[nodiscard]] GenerationOptions options() const;
    [[nodiscard]] bool raw() const;
    void reloadConversations();
    void suggest(const QString& prompt);       // puts a prompt into the empty input

    // What becomes of a question that was sent.
    void onBegan(std::int64_t conversation, std::int64_t question);
    void onStatus(const QString& text);
    void onToken(const QString& text);
    void onAnswered(const GenerationResult& result, std::int64_t message);
    void onFailed(const QString& message);

Q_SIGNALS:
    void sent(const QString& text);
    void stopWanted();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    void makeHead();
    void makeOptions();
    void send();
    void beginConversation();
    void openConversation(std::int64_t id);
    void showModels();
    void appendBlock(const QString& who, const QString& text, const QColor& color);
    void redraw();
    void setBusy(bool busy);
    void showHint();
    RunListModel* runs_;
    StoreReader* reader_;
    QComboBox* model_;
    QComboBox* conversations_;
    QTextBrowser* transcript_ = nullptr;
    QPlainTextEdit* input_;
    QPushButton* send_;
    QPushButton* stop_;
    QToolButton* optionsButton_;
    QWidget* optionsBox_;
    QLineEdit* temperature_;
    QSpinBox* maxTokens_;
    QSpinBox* topK_;
    QLineEdit* topP_;
    QSpinBox* seed_;
    QCheckBox* raw_;
    QLabel* status_;
    std::vector<Message> history_;
    std::int64_t conversation_ = 0, lastMessage_ = 0;
    bool busy_ = false, streaming_ = false;
    QString streamed_;
};

}  // namespace tritlab
