// The chat pane in the real window, driven by object names, over a model that really answers.
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <QTextBrowser>
#include <QTimer>
#include <QToolButton>

#include "app/gui/main_window.h"
#include "app/gui/pictures.h"
#include "chat_fixture.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/integrity.h"
#include "store_fixture.h"
#include "ui/chat/chat_options.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/model_picker.h"
#include "ui/chat/template_dialog.h"

using namespace tritlab;

namespace {

// The window with what the tests look at in it.
struct Chat {
    explicit Chat(const StoreFixture& fixture, bool keepSettings = false)
        : window(WindowOptions{fixture.workspace, false, keepSettings,
                               []() -> Engine& { throw Error("no engine in this test"); }}),
          store(fixture.workspace) {
        QSignalSpy opened(&window, &MainWindow::opened);
        window.show();
        if (!opened.wait(30000)) qFatal("the window did not open its store");
        window.showChat(true);
        settle(window);
        find<QSpinBox>("chatSeed")->setValue(7);  // the same answers each time
    }
    template <typename Widget>
    Widget* find(const char* name) {
        auto* widget = window.findChild<Widget*>(name);
        if (widget == nullptr) qFatal("no widget is named %s", name);
        return widget;
    }
    ChatPane* pane() { return find<ChatPane>("chatPane"); }
    ChatLane* lane(int number = 0) { return pane()->lane(number); }
    QPlainTextEdit* input() { return find<QPlainTextEdit>("chatInput"); }
    QString status(const char* name = "chatStatus") { return find<QLabel>(name)->text(); }
    QString transcript(const char* name = "transcript") { return find<QTextBrowser>(name)->toPlainText(); }
    void trigger(const char* action) {
        auto* found = window.findChild<QAction*>(action);
        if (found == nullptr || !found->isEnabled()) qFatal("%s is not there or not enabled", action);
        found->trigger();
    }
    bool idle() { return !pane()->busy() && !pane()->sending(); }
    bool waitIdle() {
        return QTest::qWaitFor([this] { return idle(); }, 60000);
    }
    bool send(const QString& text) {
        input()->setPlainText(text);
        QTest::keyClick(input(), Qt::Key_Return);
        return QTest::qWaitFor([this] { return pane()->busy() || pane()->sending(); }, 10000) && waitIdle();
    }
    // The random model may end an answer at any token: another seed until this one is as long as wanted.
    bool sendForWholeAnswer(const QString& text) {
        for (int seed = 1; seed < 40; ++seed) {
            find<QSpinBox>("chatSeed")->setValue(seed);
            trigger("chatNew");
            if (!send(text)) return false;
            if (stored().back().details.value("reason", "") == "max_tokens") return true;
        }
        return false;
    }
    std::vector<std::string> shown(int number = 0) {
        std::vector<std::string> texts;
        for (const StoredMessage* each : lane(number)->tree().path()) texts.push_back(each->text);
        return texts;
    }
    std::vector<StoredMessage> stored(int number = 0) { return store.messages(lane(number)->conversation().id); }

    MainWindow window;
    RunStore store;
};

}  // namespace

class TestChat : public QObject {
    Q_OBJECT
    std::unique_ptr<StoreFixture> fixture_;
    std::string run_;

private Q_SLOTS:
    void init() {
        fixture_ = std::make_unique<StoreFixture>();
        run_ = talkingRun(*fixture_->writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {20, 30});
    }
    void cleanup() { fixture_.reset(); }

    // The dialog shows what the model reads; what is written there is what it is asked with, kept with the
    // conversation.
    void aTemplateCanBeReadWrittenAndKept() {
        Chat chat(*fixture_);
        chat.find<QSpinBox>("maxTokens")->setValue(5);
        chat.trigger("chatTemplate");
        auto* dialog = chat.window.findChild<TemplateDialog*>();
        QVERIFY(dialog != nullptr);
        auto* source = dialog->findChild<QPlainTextEdit*>("templateSource");
        auto* tokens = dialog->findChild<QTextBrowser*>("templateTokens");
        auto* state = dialog->findChild<QLabel*>("templateState");
        auto* choice = dialog->findChild<QComboBox*>("templateChoice");
        QTRY_VERIFY2(tokens->toPlainText().contains("How"), qPrintable(state->text()));
        QCOMPARE(choice->currentText(), QString("The model's own"));
        choice->setCurrentText("ChatML");
        QVERIFY(source->toPlainText().contains("<|im_start|>"));
        QTRY_VERIFY2(tokens->toPlainText().contains("assistant"), qPrintable(tokens->toPlainText()));
        source->setPlainText("{% for");
        QCOMPARE(choice->currentText(), QString("Written here"));
        QTRY_VERIFY2(state->text().contains("chat:1"), qPrintable(state->text()));
        source->setPlainText("Q: {{ messages[-1].content }} A:");
        QTRY_VERIFY2(tokens->toPlainText().contains("A:"), qPrintable(tokens->toPlainText()));
        dialog->accept();
        QVERIFY(chat.find<QLabel>("chatTemplate")->text().contains("as chosen"));
        QVERIFY(chat.send("why"));
        const Conversation kept = chat.store.conversations().front();
        QCOMPARE(kept.settings["template"]["source"].get<std::string>(),
                 std::string("Q: {{ messages[-1].content }} A:"));
        const std::string prompt = "Q: why A:";
        const auto tokenizer = loadTokenizer(fixture_->workspace.run(run_) / "checkpoints/step-00000030");
        const auto messages = chat.stored();
        const std::size_t used = messages.back().details["context_used"].get<std::size_t>(),
                          whole =
                              tokenizer->encode(prompt).size() + messages.back().details["tokens"].get<std::size_t>();
        QVERIFY(used == whole || used + 1 == whole);  // the last token is read where an end came after it
        // A new conversation goes on with it; one from before the choice is held with the model's own.
        chat.find<ChatOptions>("chatOptionsBox")->setJson({{"raw", false}});
        QVERIFY(!chat.find<QLabel>("chatTemplate")->text().contains("as chosen"));
    }

    void aQuestionIsStoredAndAnsweredWithFigures() {
        Chat chat(*fixture_);
        QCOMPARE(chat.find<QComboBox>("chatModel")->currentData().toString(), "run:" + QString::fromStdString(run_));
        chat.find<QSpinBox>("maxTokens")->setValue(20);  // two answers fit into the context
        QVERIFY(chat.send("In the beginning"));
        const auto messages = chat.stored();
        QCOMPARE(messages.size(), std::size_t{2});
        QCOMPARE(messages[0].text, std::string("In the beginning"));
        QCOMPARE(messages[1].parent, messages[0].id);
        QVERIFY(!messages[1].text.empty());
        QCOMPARE(chat.shown(), (std::vector<std::string>{messages[0].text, messages[1].text}));
        for (const char* key :
             {"tokens", "tokens_per_second", "first_token_ms", "reason", "weights", "sampling", "context_used"})
            QVERIFY2(messages[1].details.contains(key), key);
        QVERIFY(!messages[1].details.contains("partial"));
        QCOMPARE(messages[1].details["weights"].get<std::string>(), std::string("step-00000030"));
        QVERIFY(chat.status().contains("tok/s") && chat.status().contains("context"));
        QVERIFY(chat.transcript().contains("In the beginning"));
        QCOMPARE(chat.find<QProgressBar>("contextMeter")->maximum(), 256);
        QCOMPARE(chat.find<QProgressBar>("contextMeter")->value(), messages[1].details["context_used"].get<int>());
        QVERIFY(chat.input()->toPlainText().isEmpty());
        QCOMPARE(chat.find<QLabel>("chatTitle")->text(), QString("In the beginning"));
        // The context of a second question holds the first.
        QVERIFY(chat.send("and then"));
        QCOMPARE(chat.stored().size(), std::size_t{4});
        QVERIFY(chat.stored()[3].details["context_used"].get<int>() > messages[1].details["context_used"].get<int>());
    }

    void regenerateEditAndBranches() {
        Chat chat(*fixture_);
        QVERIFY(chat.send("the king said"));
        const std::string first = chat.shown()[1];
        chat.find<QSpinBox>("chatSeed")->setValue(8);
        chat.trigger("chatRegenerate");
        QVERIFY(chat.waitIdle());
        const std::string second = chat.shown()[1];
        QVERIFY(first != second);
        QCOMPARE(chat.stored().size(), std::size_t{3});
        QVERIFY(chat.transcript().contains("2/2"));
        chat.trigger("chatPreviousBranch");
        QCOMPARE(chat.shown()[1], first);
        QTRY_COMPARE(chat.store.conversation(chat.lane()->conversation().id)->head, chat.stored()[1].id);
        chat.trigger("chatNextBranch");
        QCOMPARE(chat.shown()[1], second);
        // An edited question is a branch with an answer of its own; the old one stays.
        chat.trigger("chatEdit");
        QCOMPARE(chat.input()->toPlainText(), QString("the king said"));
        chat.input()->setPlainText("the queen said");
        QTest::keyClick(chat.input(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(chat.shown().size() == 2 && chat.shown()[0] == "the queen said" && chat.idle(), 60000);
        QCOMPARE(chat.stored().size(), std::size_t{5});
        QVERIFY(chat.input()->toPlainText().isEmpty());
        chat.trigger("chatEditAnswer");
        chat.input()->setPlainText("Off with his head.");
        QTest::mouseClick(chat.find<QPushButton>("chatSend"), Qt::LeftButton);
        QTRY_COMPARE_WITH_TIMEOUT(chat.shown().back(), std::string("Off with his head."), 20000);
        QVERIFY(chat.idle() && chat.stored().back().details["edited"].get<bool>());
        // Escape leaves an edit without a trace.
        chat.trigger("chatEdit");
        QTest::keyClick(chat.input(), Qt::Key_Escape);
        QVERIFY(chat.input()->toPlainText().isEmpty() && chat.find<QPushButton>("chatSend")->text() == "Send");
    }

    void anAnswerIsStoppedAndContinued() {
        Chat chat(*fixture_);
        chat.find<QSpinBox>("maxTokens")->setValue(5);
        QVERIFY(chat.sendForWholeAnswer("In the beginning"));
        const std::string begun = chat.shown()[1];
        QCOMPARE(chat.stored()[1].details["reason"].get<std::string>(), std::string("max_tokens"));
        chat.trigger("chatContinue");
        QVERIFY(chat.waitIdle());
        const std::string longer = chat.shown()[1];
        QVERIFY(longer.rfind(begun, 0) == 0);
        QCOMPARE(chat.stored().size(), std::size_t{2});  // the same answer
        QCOMPARE(chat.stored()[1].text, longer);
        const int more = chat.stored()[1].details["tokens"].get<int>() - 5;
        QVERIFY(more >= 0 && more <= 5 && (more > 0) == (longer.size() > begun.size()));
        // Stopped: what was said by then is kept and says so.
        chat.find<QSpinBox>("maxTokens")->setValue(100000);
        chat.input()->setPlainText("go on");
        QTest::keyClick(chat.input(), Qt::Key_Return);
        QVERIFY(QTest::qWaitFor([&] { return chat.pane()->busy(); }, 20000));
        QTest::mouseClick(chat.find<QPushButton>("chatStop"), Qt::LeftButton);
        QVERIFY(chat.waitIdle());
        const StoredMessage last = chat.stored().back();
        // before a word was said
        if (last.role == "user") QVERIFY2(chat.status().contains("stopped"), qPrintable(chat.status()));
        else
            QVERIFY(last.details["reason"] == "stopped" || last.details["reason"] == "context_full" ||
                    last.details["reason"] == "end_of_text");
    }

    void deleteAndUndo() {
        Chat chat(*fixture_);
        QVERIFY(chat.send("one"));
        QVERIFY(chat.send("two"));
        const auto before = chat.shown();
        QCOMPARE(before.size(), std::size_t{4});
        chat.trigger("chatDeleteMessage");
        QCOMPARE(chat.shown().size(), std::size_t{3});
        QTRY_VERIFY(chat.stored().back().trashedMs != 0);
        chat.trigger("chatUndo");
        QCOMPARE(chat.shown(), before);
        QTRY_VERIFY(chat.stored().back().trashedMs == 0);
        // A question takes along what follows it.
        Q_EMIT chat.lane()->transcript()->actionWanted(TranscriptView::Act::Remove, chat.stored()[0].id);
        QVERIFY(chat.shown().empty());
        chat.trigger("chatUndo");
        QCOMPARE(chat.shown(), before);
        const qint64 id = chat.lane()->conversation().id;
        chat.trigger("chatDelete");
        QTRY_VERIFY_WITH_TIMEOUT(chat.store.conversations().empty() && chat.shown().empty(), 20000);
        chat.trigger("chatUndo");
        QTRY_COMPARE_WITH_TIMEOUT(chat.store.conversations().size(), std::size_t{1}, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(chat.lane()->conversation().id, id, 20000);
        QCOMPARE(chat.shown(), before);
    }

    void conversationsAreFoundAndReopenWithTheirModel() {
        const std::string other =
            talkingRun(*fixture_->writer, "other", StoreFixture::config(LambdaSchedule::None, 30), {10});
        qint64 first = 0;
        {
            Chat chat(*fixture_);
            chat.pane()->setModelRun(QString::fromStdString(run_));
            ChatModel model = chat.lane()->picker()->model();
            model.step = 20;
            chat.lane()->picker()->setModel(model);
            chat.find<QPlainTextEdit>("systemPrompt")->setPlainText("Be brief.");
            chat.find<QLineEdit>("temperature")->setText("0.35");
            QVERIFY(chat.send("Who made the FIRMAMENT?"));
            first = chat.lane()->conversation().id;
            QCOMPARE(chat.stored()[1].details["weights"].get<std::string>(), std::string("step-00000020"));
            chat.trigger("chatNew");
            chat.find<QLineEdit>("temperature")->setText("0.9");
            QVERIFY(chat.send("something else"));
        }
        Chat chat(*fixture_);
        chat.window.selectRun(QString::fromStdString(other));
        chat.trigger("chatFind");
        auto* list = chat.find<QTableView>("conversationList");
        QTRY_COMPARE_WITH_TIMEOUT(list->model()->rowCount(), 2, 20000);
        chat.find<QLineEdit>("conversationSearch")->setText("firmament who");
        QTRY_COMPARE_WITH_TIMEOUT(list->model()->rowCount(), 1, 20000);
        QTest::keyClick(chat.find<QLineEdit>("conversationSearch"), Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(chat.lane()->conversation().id, first, 20000);
        QCOMPARE(chat.shown()[0], std::string("Who made the FIRMAMENT?"));
        QCOMPARE(chat.lane()->picker()->model().key(), QString("run:%1@20").arg(QString::fromStdString(run_)));
        QCOMPARE(chat.find<QPlainTextEdit>("systemPrompt")->toPlainText(), QString("Be brief."));
        QCOMPARE(chat.find<QLineEdit>("temperature")->text(), QString("0.35"));
        // It keeps its model while another run is selected; a new one goes to the selected run.
        chat.window.selectRun(QString::fromStdString(run_));
        chat.window.selectRun(QString::fromStdString(other));
        QCOMPARE(chat.lane()->picker()->model().run, QString::fromStdString(run_));
        chat.trigger("chatNew");
        QCOMPARE(chat.lane()->picker()->model().run, QString::fromStdString(other));
    }

    void sideBySideAsksBoth() {
        Chat chat(*fixture_);
        chat.find<QToolButton>("chatCompare")->click();
        QVERIFY(chat.lane(1)->isVisible());
        QVERIFY(!chat.lane(0)->picker()->model().fullPrecision && chat.lane(1)->picker()->model().fullPrecision);
        QVERIFY(chat.send("the king said"));
        QCOMPARE(chat.stored(0).size(), std::size_t{2});
        QCOMPARE(chat.stored(1).size(), std::size_t{2});
        QCOMPARE(chat.stored(1)[1].details["precision"].get<std::string>(), std::string("full"));
        QVERIFY(chat.stored(0)[1].details["sampling"]["seed"] == chat.stored(1)[1].details["sampling"]["seed"]);
        QVERIFY(chat.stored(0)[1].text != chat.stored(1)[1].text);  // ternary weights are not the shadow weights
        // An edited question goes to both; a regenerated answer only to its own.
        chat.trigger("chatEdit");
        chat.input()->setPlainText("the queen said");
        QTest::keyClick(chat.input(), Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(chat.shown(1).size() == 2 && chat.shown(1)[0] == "the queen said" && chat.idle(),
                                 60000);
        QCOMPARE(chat.shown(0)[0], std::string("the queen said"));
        const qint64 id = chat.lane(0)->conversation().id;
        chat.trigger("chatNew");
        QVERIFY(chat.shown(1).empty());
        // The two are one in the list, and open as two.
        chat.trigger("chatFind");
        auto* list = chat.find<QTableView>("conversationList");
        QTRY_COMPARE_WITH_TIMEOUT(list->model()->rowCount(), 1, 20000);
        chat.find<QToolButton>("chatCompare")->click();
        QVERIFY(!chat.lane(1)->isVisible());
        chat.pane()->openConversation(id);
        QTRY_COMPARE_WITH_TIMEOUT(chat.shown(1).size(), std::size_t{2}, 20000);
        QVERIFY(chat.pane()->compares() && chat.lane(1)->picker()->model().fullPrecision);
    }

    void probabilitiesAreShownAndKept() {
        Chat chat(*fixture_);
        chat.trigger("chatProbabilities");
        chat.find<QSpinBox>("maxTokens")->setValue(12);
        QVERIFY(chat.sendForWholeAnswer("In the beginning"));
        const auto& items = chat.lane()->transcript()->items();
        QVERIFY(items.back().notes.size() >= 12);
        QString together;
        for (const TokenNote& note : items.back().notes) together += note.text;
        QCOMPARE(together.toStdString(), chat.shown()[1]);
        QCOMPARE(items.back().notes.front().alternatives.size(), std::size_t{5});
        QVERIFY(chat.stored()[1].details["probabilities"].size() == items.back().notes.size());
        // Hovering over the answer gives alternatives; over the question it does not.
        const auto tips = [&] {
            int found = 0;
            auto* view = chat.lane()->transcript();
            for (int y = 0; y < view->viewport()->height(); y += 3)
                for (int x = 0; x < view->viewport()->width(); x += 3)
                    if (view->alternativesAt({x, y}).contains("%")) ++found;
            return found;
        };
        QVERIFY(tips() > 20);
        chat.trigger("chatProbabilities");
        QCOMPARE(tips(), 0);
    }

    void whatIsWrongIsSaidInPlace() {
        const std::string silent = fixture_->finishedRun("silent", StoreFixture::config(LambdaSchedule::None, 10));
        Chat chat(*fixture_);
        chat.pane()->setModelRun(QString::fromStdString(silent));
        QVERIFY(chat.send("are you there?"));
        QVERIFY2(chat.status().contains("no weights yet"), qPrintable(chat.status()));
        QCOMPARE(chat.stored().size(), std::size_t{1});  // the question is kept
        QVERIFY(chat.transcript().contains("Answer"));   // and can be answered by another
        ChatModel model;
        model.run = QString::fromStdString(run_);
        chat.lane()->picker()->setModel(model);
        Q_EMIT chat.lane()->transcript()->actionWanted(TranscriptView::Act::Answer, chat.stored()[0].id);
        QVERIFY(chat.waitIdle());
        QCOMPARE(chat.stored().size(), std::size_t{2});
        // A run in the trash does not answer; one that is taken out does.
        fixture_->writer->trash(run_, true);
        QVERIFY(chat.send("and now?"));
        QVERIFY2(chat.status().contains("is in the trash"), qPrintable(chat.status()));
        fixture_->writer->trash(run_, false);
        QVERIFY(chat.send("and now?"));
        QVERIFY2(chat.status().contains("tok/s"), qPrintable(chat.status()));
        // A number that is none: nothing is sent, and the text stays.
        chat.find<QLineEdit>("topP")->setText("1,5");
        chat.input()->setPlainText("hello");
        QTest::keyClick(chat.input(), Qt::Key_Return);
        QVERIFY(chat.idle() && chat.input()->toPlainText() == "hello");
        QVERIFY(chat.status().contains("1,5"));
        chat.find<QLineEdit>("topP")->setText("2");
        QTest::keyClick(chat.input(), Qt::Key_Return);
        QVERIFY(chat.idle() && chat.find<QLabel>("chatOptionsFault")->text().contains("top-p is 2"));
        // A folder that is no model.
        chat.find<QLineEdit>("topP")->setText("1");
        ChatModel nothing;
        nothing.folder = fixture_->folder.path();
        chat.lane()->picker()->setModel(nothing);
        QVERIFY(chat.send("hello"));
        QVERIFY2(chat.status().contains("config.json") || chat.status().contains(fixture_->folder.path()),
                 qPrintable(chat.status()));
    }

    void aMessageThatIsTooLongIsNotSent() {
        Chat chat(*fixture_);
        chat.find<QSpinBox>("maxTokens")->setValue(20);
        auto* gauge = chat.find<QLabel>("chatTokens");
        QVERIFY(!gauge->isVisible());  // nothing is written
        chat.input()->setPlainText("In the beginning");
        QTRY_VERIFY(gauge->isVisible() && gauge->text().contains("of 256 tokens"));
        const int few = gauge->text().section(' ', 0, 0).toInt();
        QVERIFY(few > 0 && few < 40);
        // Far beyond the context, and Enter at once: it is said, and nothing is lost, stored or asked.
        const QString text = QString("and the king said unto them ").repeated(60).trimmed();
        chat.input()->setPlainText(text);
        QTest::keyClick(chat.input(), Qt::Key_Return);
        QTRY_VERIFY(chat.idle() && chat.status().contains("holds 256"));
        QVERIFY2(chat.status().contains("Nothing was sent"), qPrintable(chat.status()));
        QVERIFY(gauge->text().contains("too long"));
        QCOMPARE(chat.input()->toPlainText(), text);
        QVERIFY(!chat.input()->isReadOnly());
        QCOMPARE(chat.lane()->conversation().id, std::int64_t{0});
        // Shortened, it goes; the conversation counts from then on, and its oldest turns give way where it is full.
        QVERIFY(chat.send("In the beginning"));
        QCOMPARE(chat.stored().size(), std::size_t{2});
        QTRY_VERIFY(!gauge->isVisible());
        chat.input()->setPlainText("In the beginning");
        QTRY_VERIFY(gauge->isVisible() && gauge->text().section(' ', 0, 0).toInt() > few);
        QVERIFY(chat.send(QString("and the king said unto them ").repeated(8).trimmed()));
        chat.input()->setPlainText(QString("and the king said unto them ").repeated(18).trimmed());
        QTRY_VERIFY2(gauge->text().contains("oldest"), qPrintable(gauge->text()));
    }

    // Its ternary weights are another model than the one that its lambda trains; the pane says so before it answers.
    void whatWasTrainedBelowLambdaOneSaysSo() {
        const auto checkpoints = fixture_->workspace.checkpoints(run_);
        sealCheckpoint(checkpoints / "step-00000030", halfTernary(30));
        Chat chat(*fixture_);
        auto* said = chat.find<QLabel>("chatTrained");
        QVERIFY(said->isHidden());
        QTest::keyClicks(chat.input(), "I");  // the first letter loads what answers
        QTRY_VERIFY_WITH_TIMEOUT(!said->isHidden(), 20000);
        for (const char* part : {"lambda 0.500", "0.9400", "3.5100", "step 30"})
            QVERIFY2(said->text().contains(part), qPrintable(said->text()));
        // It is loaded, and its weights compared with the manifest, once. Of files that are less than a second old what
        // counts the prompt's tokens may compare the small ones again.
        const std::int64_t compared = comparedBytes();
        const auto weights =
            static_cast<std::int64_t>(std::filesystem::file_size(checkpoints / "step-00000030" / "model.safetensors"));
        QVERIFY(compared > 0);
        QVERIFY(chat.send("In the beginning"));
        QVERIFY(!said->isHidden() && !chat.stored().back().text.empty());
        QVERIFY(chat.send("and so on"));
        QVERIFY(comparedBytes() - compared < weights);
        ChatModel model = chat.lane()->picker()->model();
        model.step = 20;  // trained at lambda 1
        chat.lane()->picker()->setModel(model);
        QVERIFY(said->isHidden());
        QVERIFY(chat.send("and then"));
        QVERIFY(said->isHidden());
        model.step = 30;
        model.fullPrecision = true;  // lambda 0: another model too, of which no loss was measured
        chat.lane()->picker()->setModel(model);
        QVERIFY(chat.send("and then"));
        QVERIFY2(said->text().contains("lambda 0)") && !said->text().contains("3.51"), qPrintable(said->text()));
    }
    void aDamagedCheckpointDoesNotAnswer() {
        const auto checkpoints = fixture_->workspace.checkpoints(run_);
        for (const StepIndex step : {20, 30}) sealCheckpoint(checkpoints / checkpointName(step), halfTernary(step));
        const auto weights = checkpoints / checkpointName(30) / "model.safetensors";
        std::string bytes = readFile(weights);
        bytes[bytes.size() / 2] ^= 1;
        writeFileAtomically(weights, bytes);
        Chat chat(*fixture_);
        QVERIFY(chat.send("In the beginning"));
        QVERIFY2(chat.status().contains("model.safetensors") && chat.status().contains("step 20 is good"),
                 qPrintable(chat.status()));
        QCOMPARE(chat.stored().size(), std::size_t{1});  // the question
    }

    void rawCompletionSeesOnlyTheText() {
        Chat chat(*fixture_);
        chat.find<QCheckBox>("rawCompletion")->setChecked(true);
        chat.find<QSpinBox>("maxTokens")->setValue(4);
        QVERIFY(chat.send("one two three"));
        const int used = chat.stored()[1].details["context_used"];
        QVERIFY(chat.send("one two three"));
        QCOMPARE(chat.stored()[3].details["context_used"].get<int>(), used);  // as if nothing had been said before
        QVERIFY(chat.stored()[3].details["raw"].get<bool>());
    }

    void exportsWhatWasSaid() {
        Chat chat(*fixture_);
        QVERIFY(chat.send("the king said"));
        chat.find<QSpinBox>("chatSeed")->setValue(8);
        chat.trigger("chatRegenerate");
        QVERIFY(chat.waitIdle());
        const QString folder = fixture_->folder.path();
        for (const char* name : {"/c.md", "/c.json", "/c.txt"}) {
            chat.pane()->exportTo(folder + name);
            QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists((folder + name).toStdString()), 20000);
        }
        const std::string markdown = readFile((folder + "/c.md").toStdString());
        QVERIFY(markdown.find("# the king said") == 0 && markdown.find(chat.shown()[1]) != std::string::npos);
        const auto json = nlohmann::json::parse(readFile((folder + "/c.json").toStdString()));
        QCOMPARE(json["messages"].size(), std::size_t{3});  // both branches
        chat.pane()->exportTo(folder + "/not/there/c.md");
        QTRY_VERIFY_WITH_TIMEOUT(chat.status().contains("not/there"), 20000);
    }

    void presetsAndOptionsAreKept() {
        {
            Chat chat(*fixture_, true);
            chat.find<QLineEdit>("temperature")->setText("0.123");
            QTimer::singleShot(0, [&] {
                auto* dialog = qobject_cast<QInputDialog*>(QApplication::activeModalWidget());
                if (dialog == nullptr) return;
                dialog->setTextValue("mine");
                dialog->accept();
            });
            chat.find<QToolButton>("savePreset")->click();
            QCOMPARE(chat.find<QComboBox>("samplingPreset")->currentText(), QString("mine"));
            chat.find<QPlainTextEdit>("stopTexts")->setPlainText("END\n\\n\\n");
            chat.window.close();
        }
        Chat chat(*fixture_, true);
        auto* presets = chat.find<QComboBox>("samplingPreset");
        QVERIFY(presets->findText("mine") > 0);
        QCOMPARE(chat.find<QLineEdit>("temperature")->text(), QString("0.123"));
        const auto* options = chat.find<ChatOptions>("chatOptionsBox");
        QCOMPARE(options->options().stopTexts, (std::vector<std::string>{"END", "\n\n"}));
        presets->setCurrentIndex(1);
        Q_EMIT presets->activated(1);
        QCOMPARE(chat.find<QLineEdit>("temperature")->text(), QString("0"));
        presets->setCurrentIndex(presets->findText("mine"));
        Q_EMIT presets->activated(presets->currentIndex());
        QCOMPARE(chat.find<QLineEdit>("temperature")->text(), QString("0.123"));
        chat.find<QToolButton>("deletePreset")->click();
        QCOMPARE(presets->findText("mine"), -1);
    }
};

QTEST_MAIN(TestChat)
#include "test_chat.moc"
