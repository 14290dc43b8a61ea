// No sent message is lost: the real window, driven by object names in a process of its own, is killed at random
// moments. The process is this program again; it says each message as soon as the composer has let it go.
// TRITLAB_CHAT_KILLS: how many conversations.
#include <QApplication>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProcess>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTest>
#include <QToolButton>
#include <cstdio>

#include "app/gui/main_window.h"
#include "app/gui/pictures.h"
#include "chat_fixture.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "store_fixture.h"
#include "ui/chat/chat_pane.h"

using namespace tritlab;

namespace {

// Talks until it is killed. Never returns by itself.
[[noreturn]] void talk(std::uint64_t seed) {
    MainWindow window(
        WindowOptions{Workspace(), false, false, []() -> Engine& { throw Error("no engine in this test"); }});
    QSignalSpy opened(&window, &MainWindow::opened);
    window.show();
    if (!opened.wait(60000)) std::_Exit(2);
    window.showChat(true);
    settle(window);
    auto* pane = window.findChild<ChatPane*>("chatPane");
    auto* input = window.findChild<QPlainTextEdit*>("chatInput");
    auto* send = window.findChild<QPushButton*>("chatSend");
    auto* stop = window.findChild<QPushButton*>("chatStop");
    window.findChild<QSpinBox*>("maxTokens")->setValue(60);
    const auto idle = [&] { return !pane->busy() && !pane->sending(); };
    std::puts("ready");
    std::fflush(stdout);
    for (std::uint64_t turn = 0;; ++turn) {
        const QString text = QString("message %1 of %2, in words").arg(turn).arg(seed);
        QTest::keyClicks(input, text.left(8));
        input->setPlainText(text);
        if (randomBits(seed, 1, turn) % 2 == 0) QTest::keyClick(input, Qt::Key_Return);
        else QTest::mouseClick(send, Qt::LeftButton);
        if (!QTest::qWaitFor([&] { return input->toPlainText().isEmpty(); }, 60000)) std::_Exit(3);
        std::printf("sent %s\n", qPrintable(text));
        std::fflush(stdout);
        const auto what = randomBits(seed, 2, turn) % 4;
        if (what == 0) {
            QTest::qWait(static_cast<int>(randomBits(seed, 3, turn) % 60));
            QTest::mouseClick(stop, Qt::LeftButton);
        }
        if (!QTest::qWaitFor(idle, 60000)) std::_Exit(4);
        if (what == 1) {
            window.findChild<QAction*>("chatRegenerate")->trigger();
            if (!QTest::qWaitFor(idle, 60000)) std::_Exit(5);
        } else if (what == 2 && randomBits(seed, 4, turn) % 3 == 0) {
            window.findChild<QAction*>("chatContinue")->trigger();
            if (!QTest::qWaitFor(idle, 60000)) std::_Exit(6);
        }
    }
}

}  // namespace

class TestChatKills : public QObject {
    Q_OBJECT

    // Lines that the process wrote before it died.
    static QStringList runAndKill(const StoreFixture& fixture, std::uint64_t seed) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("TRITLAB_HOME", fixture.folder.path());
        process.setProcessEnvironment(environment);
        process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        process.start(QApplication::applicationFilePath(), {"--talk", QString::number(seed)});
        // After "ready" and some messages, at any moment of the next ones.
        const int after = 2 + static_cast<int>(randomBits(seed, 5, 0) % 4);
        QByteArray output;
        while (output.count('\n') < after && process.state() != QProcess::NotRunning) {
            process.waitForReadyRead(60000);
            output += process.readAllStandardOutput();
        }
        QTest::qSleep(static_cast<int>(randomBits(seed, 6, 0) % 300));
        if (process.state() == QProcess::NotRunning) qFatal("the window ended by itself with %d", process.exitCode());
        process.kill();
        process.waitForFinished(60000);
        output += process.readAllStandardOutput();
        return QString::fromUtf8(output).split('\n', Qt::SkipEmptyParts);
    }

private Q_SLOTS:
    void noSentMessageIsLost() {
        StoreFixture fixture;
        const std::string run =
            talkingRun(*fixture.writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {30});
        fixture.writer.reset();
        const int conversations = std::max(1, qEnvironmentVariableIntValue("TRITLAB_CHAT_KILLS"));
        const auto base = static_cast<std::uint64_t>(QDateTime::currentMSecsSinceEpoch());
        int sent = 0, cut = 0;
        for (int i = 0; i < conversations; ++i) {
            const std::uint64_t seed = base + static_cast<std::uint64_t>(i);
            const QStringList lines = runAndKill(fixture, seed);
            QVERIFY2(lines.contains("ready"), qPrintable(QString::number(seed)));
            RunStore store(fixture.workspace);
            QVERIFY(store.integrityCheck().empty());
            std::vector<StoredMessage> messages;
            for (const Conversation& each : store.conversations())
                for (const StoredMessage& message : store.messages(each.id)) messages.push_back(message);
            for (const QString& line : lines) {
                if (!line.startsWith("sent ")) continue;
                ++sent;
                const auto found = std::count_if(messages.begin(), messages.end(), [&](const StoredMessage& message) {
                    return message.role == "user" && message.text == line.mid(5).toStdString();
                });
                QVERIFY2(found == 1,
                         qPrintable(QString("%1 is there %2 times, seed %3").arg(line).arg(found).arg(seed)));
            }
            // What was cut off says so, and everything hangs together.
            for (const StoredMessage& message : messages) {
                if (message.details.contains("partial")) ++cut;
                QVERIFY(message.parent == 0 ||
                        std::any_of(messages.begin(), messages.end(), [&](const StoredMessage& other) {
                            return other.id == message.parent && other.conversation == message.conversation;
                        }));
            }
        }
        qInfo("%d messages sent in %d killed conversations, none lost; %d answers seen cut off", sent, conversations,
              cut);
        QVERIFY(sent > 0);
    }
};

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    if (argc == 3 && QByteArray(argv[1]) == "--talk") talk(QByteArray(argv[2]).toULongLong());
    TestChatKills test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_chat_kills.moc"
