// What was begun and not sent outlives its window: the form as it stood, what could not be read included, what was
// loaded over, and the chat's texts, each in its conversation. A crash is a window that is never closed: the file is
// read while it is still open.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTableWidget>
#include <QTest>
#include <QToolButton>
#include <fstream>

#include "chat_fixture.h"
#include "core/base/files.h"
#include "ui/chat/chat_pane.h"
#include "ui/forms/field_editor.h"
#include "ui/forms/run_form.h"
#include "ui/forms/sweep_editor.h"
#include "ui/services/draft_keeper.h"
#include "window_fixture.h"

using namespace tritlab;

namespace {

void type(RunForm& form, const char* name, const QString& text) {
    auto* edit = form.findChild<QLineEdit*>(name);
    edit->selectAll();
    QTest::keyClicks(edit, text);
}

}  // namespace

class TestDrafts : public QObject {
    Q_OBJECT

    static std::unique_ptr<MainWindow> open(const StoreFixture& fixture) {
        WindowOptions options = optionsOf(fixture);
        options.keepSettings = true;
        return openWindow(options);
    }
    static nlohmann::json kept(const StoreFixture& fixture) {
        const auto file = fixture.workspace.root() / "drafts.json";
        return std::filesystem::exists(file) ? nlohmann::json::parse(readFile(file)) : nlohmann::json::object();
    }
    static QPlainTextEdit* input(MainWindow& window) { return window.findChild<QPlainTextEdit*>("chatInput"); }

private Q_SLOTS:
    void keeperKeeps() {
        QTemporaryDir folder;
        const std::filesystem::path file = folder.filePath("drafts.json").toStdString();
        {
            DraftKeeper keeper(file);
            QVERIFY(keeper.draft("a").is_null());
            keeper.keep("a", "first");
            keeper.keep("b", {{"text", "ü\n"}});
            QTRY_VERIFY_WITH_TIMEOUT(std::filesystem::exists(file), 20000);  // without being closed
            keeper.keep("a", "second");
            keeper.keep("c", 1);
            keeper.keep("c", {});
        }
        DraftKeeper again(file);
        QCOMPARE(again.draft("a").get<std::string>(), std::string("second"));
        QCOMPARE(again.draft("b").at("text").get<std::string>(), std::string("ü\n"));
        QVERIFY(again.draft("c").is_null());
        writeFileAtomically(file, "{ broken");
        DraftKeeper broken(file);
        QSignalSpy failed(&broken, &DraftKeeper::failed);
        QTRY_COMPARE(failed.count(), 1);
        QVERIFY(broken.draft("a").is_null());
    }

    void theFormComesBackAsItStood() {
        StoreFixture fixture;
        RunConfig config;
        {
            const auto window = open(fixture);
            RunForm* form = window->openForm();
            form->loadPreset("nano");
            type(*form, "runName", "half a run");
            type(*form, "field:learning_rate", "3e-4");
            type(*form, "field:steps", "many");  // cannot be read
            auto* lambda = form->findChild<QComboBox*>("field:lambda_schedule");
            lambda->setCurrentIndex(lambda->findData("sigmoid"));
            form->findChild<QPlainTextEdit*>("field:sample_prompts")->setPlainText("One\nTwo \"quoted\"");
            form->setData({"/a place, with a comma/text.txt", "builtin:bible"});
            form->findChild<QTableWidget*>("sources")->item(1, 1)->setText("heavy");  // no weight
            form->sweep()->addAxis("seed", "1, 2,");
            config = form->config();
            form->reject();
            // What a crash would leave.
            QTRY_VERIFY_WITH_TIMEOUT(
                kept(fixture).contains("form") && kept(fixture)["form"]["fields"]["steps"] == "many", 20000);
        }
        const auto window = open(fixture);
        RunForm* form = window->openForm();
        QCOMPARE(form->findChild<QLineEdit*>("runName")->text(), QString("half a run"));
        QCOMPARE(form->findChild<QLineEdit*>("field:steps")->text(), QString("many"));
        QVERIFY(!form->editor("steps")->message().isEmpty() && !form->editor("data")->message().isEmpty());
        QCOMPARE(form->findChild<QTableWidget*>("sources")->item(1, 1)->text(), QString("heavy"));
        QCOMPARE(form->config().learningRate, 3e-4);
        QCOMPARE(form->config().lambdaSchedule, LambdaSchedule::Sigmoid);
        QCOMPARE(form->config().samplePrompts, std::string("One\nTwo \"quoted\""));
        QCOMPARE(form->sweep()->written(), (std::vector<std::pair<QString, QString>>{{"seed", "1, 2,"}}));
        QVERIFY(form->findChild<QLabel*>("presetText")->text().contains("As it was left"));
        // Mended, it is the config that it would have been.
        type(*form, "field:steps", QString::number(config.steps));
        form->findChild<QTableWidget*>("sources")->item(1, 1)->setText("1");
        QVERIFY(form->config().data.front().path == "/a place, with a comma/text.txt");
        RunConfig other = form->config();
        other.data = config.data;
        QVERIFY(toJson(other) == toJson(config));
    }

    void whatWasLoadedOverComesBack() {
        StoreFixture fixture;
        {
            const auto window = open(fixture);
            RunForm* form = window->openForm();
            auto* back = form->findChild<QPushButton*>("takeBack");
            form->loadPreset("nano");
            QVERIFY(!back->isVisible());
            type(*form, "field:grad_clip", "0.25");
            RunConfig other = presetDraft("tiny").config();
            other.steps = 77;
            window->openForm(&other, "another");
            QVERIFY(back->isVisible());
            QCOMPARE(form->config().steps, 77);
            type(*form, "field:grad_clip", "0.5");
        }
        const auto window = open(fixture);
        RunForm* form = window->openForm();
        QCOMPARE(form->config().gradClip, 0.5);
        QCOMPARE(form->config().steps, 77);
        auto* back = form->findChild<QPushButton*>("takeBack");
        QVERIFY(back->isVisible());
        back->click();
        QCOMPARE(form->config().gradClip, 0.25);
        QCOMPARE(form->config().hiddenSize, presetDraft("nano").config().hiddenSize);
        QVERIFY(back->isVisible());  // and forth
        back->click();
        QCOMPARE(form->config().gradClip, 0.5);
    }

    void whatBecameARunIsNoDraft() {
        StoreFixture fixture;
        const auto window = open(fixture);
        RunForm* form = window->openForm();
        form->loadPreset("nano");
        type(*form, "runName", "started");
        QTRY_VERIFY_WITH_TIMEOUT(kept(fixture).contains("form"), 20000);
        form->findChild<QPushButton*>("startRun")->click();
        QTRY_VERIFY_WITH_TIMEOUT(!kept(fixture).contains("form"), 20000);
        settle(*window);
    }

    void messagesBelongToTheirConversation() {
        StoreFixture fixture;
        talkingRun(*fixture.writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {30});
        qint64 first = 0;
        {
            const auto window = open(fixture);
            window->showChat(true);
            auto* pane = window->findChild<ChatPane*>("chatPane");
            settle(*window);
            input(*window)->setPlainText("A question");
            QTest::keyClick(input(*window), Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(pane->lane(0)->conversation().id != 0 && !pane->busy() && !pane->sending(), 60000);
            first = pane->lane(0)->conversation().id;
            QVERIFY(input(*window)->toPlainText().isEmpty());
            input(*window)->setPlainText("not sent,\nto the first");
            window->findChild<QToolButton*>("newConversation")->click();
            QVERIFY(input(*window)->toPlainText().isEmpty());
            input(*window)->setPlainText("not sent, to none yet");
            pane->openConversation(first);
            QTRY_COMPARE_WITH_TIMEOUT(input(*window)->toPlainText(), QString("not sent,\nto the first"), 20000);
            window->findChild<QToolButton*>("newConversation")->click();
            QCOMPARE(input(*window)->toPlainText(), QString("not sent, to none yet"));
        }
        const auto window = open(fixture);
        auto* pane = window->findChild<ChatPane*>("chatPane");
        QCOMPARE(input(*window)->toPlainText(), QString("not sent, to none yet"));
        pane->openConversation(first);
        QTRY_COMPARE_WITH_TIMEOUT(input(*window)->toPlainText(), QString("not sent,\nto the first"), 20000);
        // An edit of a message is a draft as well, and says what it edits.
        input(*window)->clear();
        QTest::keyClick(input(*window), Qt::Key_Up);
        QCOMPARE(input(*window)->toPlainText(), QString("A question"));
        input(*window)->setPlainText("Another question");
        window->findChild<QToolButton*>("newConversation")->click();
        pane->openConversation(first);
        QTRY_COMPARE_WITH_TIMEOUT(input(*window)->toPlainText(), QString("Another question"), 20000);
        QVERIFY(window->findChild<QLabel*>("editText")->text().contains("Editing a question"));
        QVERIFY(!window->findChild<QWidget*>("editBar")->isHidden());
    }

    void draftsOfAnotherVersionOpenTheWindow() {
        for (const auto& [draft, text] : {std::pair(R"({"text": 5})", ""),
                                          {R"({"text": "a", "edits": {"lane": "b"}})", ""},
                                          {R"({"text": "kept", "edits": {"lane": 9, "message": 1}})", "kept"},
                                          {R"([1])", ""}}) {
            StoreFixture fixture;
            std::ofstream(fixture.workspace.root() / "drafts.json")
                << "{\"chat-0\": " << draft << ", \"form\": " << draft << "}";
            const auto window = open(fixture);
            QCOMPARE(input(*window)->toPlainText(), QString(text));
            QVERIFY(window->findChild<QWidget*>("editBar")->isHidden());
            QVERIFY(window->openForm()->isVisible());
        }
    }
};

QTEST_MAIN(TestDrafts)
#include "test_drafts.moc"
