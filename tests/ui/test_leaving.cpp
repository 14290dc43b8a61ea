// The program is told to go (SIGTERM, as at the end of a session): nothing is asked, a run that goes is stopped with a
// checkpoint, what stands in the form is kept. Where the person closes the window, the question about the run, and what
// follows each answer.
#include <QApplication>
#include <QDialog>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QTest>
#include <QTimer>
#include <csignal>

#include "app/gui/leave_signals.h"
#include "app/services/run_queue.h"
#include "core/store/run_store.h"
#include "engine_fixture.h"
#include "ui/forms/run_form.h"

using namespace tritlab;

class TestLeaving : public QObject {
    Q_OBJECT

    // Clicks in the modal box of this name as soon as it is there.
    static void answer(QTimer& watch, const char* box, const char* button) {
        connect(&watch, &QTimer::timeout, &watch, [&watch, box, button] {
            auto* shown = qobject_cast<QMessageBox*>(QApplication::activeModalWidget());
            if (shown == nullptr || shown->objectName() != box) return;
            watch.stop();
            watch.disconnect();
            auto* pressed = *button != 0 ? shown->findChild<QPushButton*>(button) : shown->button(QMessageBox::Ok);
            pressed->click();
        });
        watch.start(20);
    }

private Q_SLOTS:
    void closingAsksWhatBecomesOfTheRun() {
        StoreFixture fixture;
        auto window = openWindow(withEngine(fixture));
        RunStore store(fixture.workspace);
        window->queue()->add("long", endlessRun(fixture));
        QTRY_VERIFY_WITH_TIMEOUT(!store.runs().empty() && store.runs().front().steps > 3, 60000);
        QTimer watch;
        answer(watch, "closeDialog", "closeCancel");
        window->close();
        QVERIFY(!watch.isActive() && window->isVisible() && window->isEnabled() && window->queue()->busy());
        // The program that would go on with it does not lie beside this one: said, and the window stays.
        answer(watch, "closeDialog", "closeBackground");
        window->close();
        QVERIFY(!watch.isActive() && window->isVisible() && !window->isEnabled());
        answer(watch, "", "");
        QTRY_VERIFY_WITH_TIMEOUT(window->isEnabled() && !watch.isActive(), 60000);
        QVERIFY(window->isVisible());
        QCOMPARE(store.runs().front().state, RunState::Stopped);
        const RunSummary stopped = store.runs().front();
        window->queue()->resume(QString::fromStdString(stopped.id), stopped.config, true);
        QTRY_VERIFY_WITH_TIMEOUT(store.runs().front().steps > stopped.steps, 60000);
        answer(watch, "closeDialog", "closeStop");
        window->close();
        QVERIFY(!watch.isActive());
        QTRY_VERIFY_WITH_TIMEOUT(!window->isVisible(), 60000);
        window.reset();
        const RunSummary run = store.runs().front();
        QCOMPARE(run.state, RunState::Stopped);
        QCOMPARE(store.checkpoints(run.id).back().step, run.steps);
    }

    void aRunIsStoppedWithACheckpoint() {
        StoreFixture fixture;
        WindowOptions options = withEngine(fixture);
        options.keepSettings = true;
        auto window = openWindow(options);
        const LeaveSignals leaving;
        connect(&leaving, &LeaveSignals::asked, window.get(), &MainWindow::leave);
        window->queue()->add("long", endlessRun(fixture));
        RunStore store(fixture.workspace);
        const auto steps = [&store] { return store.runs().empty() ? StepIndex{0} : store.runs().front().steps; };
        QTRY_VERIFY_WITH_TIMEOUT(steps() > 3, 60000);
        RunForm* form = window->openForm();
        form->findChild<QLineEdit*>("runName")->setText("begun");
        ::raise(SIGTERM);
        QTRY_VERIFY_WITH_TIMEOUT(!window->isVisible(), 60000);
        window.reset();
        const RunSummary run = store.runs().front();
        QCOMPARE(run.state, RunState::Stopped);
        const auto checkpoints = store.checkpoints(run.id);
        QVERIFY(!checkpoints.empty());
        QCOMPARE(checkpoints.back().step, run.steps);  // nothing that was trained is lost
        QVERIFY(std::filesystem::exists(fixture.workspace.root() / "window.ini"));
    }

    void withoutARunItClosesAtOnce() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);
        const LeaveSignals leaving;
        connect(&leaving, &LeaveSignals::asked, window.get(), &MainWindow::leave);
        window->openForm();
        struct Staying : QDialog {  // as the export while it writes
            using QDialog::QDialog;
            void reject() override {}
        } staying(window.get());
        staying.setModal(true);
        staying.show();
        ::raise(SIGHUP);
        QTRY_VERIFY_WITH_TIMEOUT(!window->isVisible(), 20000);
    }
};

QTEST_MAIN(TestLeaving)
#include "test_leaving.moc"
