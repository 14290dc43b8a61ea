// The real window on a desktop with a notification service: which ends of runs it tells of, and that it tells each
// once.
#include <QDBusConnection>
#include <QTest>

#include "app/services/run_queue.h"
#include "desktop_services.h"
#include "ui/models/run_list_model.h"
#include "window_fixture.h"

using namespace tritlab;

class TestDesktopWindow : public QObject {
    Q_OBJECT
    DesktopServices services_;

    QStringList titles() const {
        QStringList all;
        for (const QVariantList& call : services_.notifications.calls) all << call[3].toString();
        return all;
    }
    // Not shown: the person is at something else.
    std::unique_ptr<MainWindow> open(const StoreFixture& fixture) {
        WindowOptions options = optionsOf(fixture);
        options.desktop = true;
        auto window = std::make_unique<MainWindow>(options);
        QSignalSpy opened(window.get(), &MainWindow::opened);
        if (!opened.wait(20000)) qFatal("the window did not open its store");
        services_.notifications.calls.clear();
        return window;
    }

private Q_SLOTS:
    void initTestCase() {
        const QString address = services_.start();
        QVERIFY2(!address.isEmpty(), "no bus could be started (dbus-daemon: resources/setup/packages installs it)");
        qputenv("DBUS_SESSION_BUS_ADDRESS", address.toUtf8());
    }
    void cleanupTestCase() { services_.stop(); }

    // It never prepares: the list may see it queued and then failed, or failed at once.
    void aRunThatFailsAtOnceIsToldOnce() {
        StoreFixture fixture;
        const auto window = open(fixture);  // whose engine cannot be loaded
        for (const char* name : {"first", "second"}) {
            window->queue()->add(name, StoreFixture::config());
            QTRY_VERIFY_WITH_TIMEOUT(titles().contains(QString("%1: failed").arg(name)), 20000);
        }
        QTRY_COMPARE_WITH_TIMEOUT(window->runs()->runs().size(), std::size_t{2}, 20000);
        settle(*window);
        QTest::qWait(600);  // two looks at the store
        QCOMPARE(titles(), (QStringList{"first: failed", "second: failed"}));
        QVERIFY(services_.notifications.calls.front()[4].toString().contains("no engine in this test"));
    }

    void endsOfOtherProcessesAreTold() {
        StoreFixture fixture;
        fixture.finishedRun("old", StoreFixture::config(LambdaSchedule::None, 20));
        const auto window = open(fixture);
        const std::string id = fixture.writer->createRun("waits", StoreFixture::config(), RunState::Queued);
        QTRY_VERIFY_WITH_TIMEOUT(window->runs()->run(QString::fromStdString(id)) != nullptr, 20000);
        fixture.writer->setState(id, {RunState::Failed, 0, "no text", true});
        QTRY_COMPARE_WITH_TIMEOUT(titles(), QStringList{"waits: failed"}, 20000);
        fixture.writer->renameRun(id, "renamed");
        fixture.finishedRun("comes finished", StoreFixture::config(LambdaSchedule::None, 20));  // as an import does
        QTRY_COMPARE_WITH_TIMEOUT(window->runs()->runs().size(), std::size_t{3}, 20000);
        QTest::qWait(600);
        QVERIFY2(!titles().contains("renamed: failed"), qPrintable(titles().join("; ")));
    }
};

QTEST_MAIN(TestDesktopWindow)
#include "test_desktop_window.moc"
