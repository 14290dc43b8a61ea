// The program is told to go (SIGTERM, as at the end of a session): nothing is asked, a run that goes is stopped with a
// checkpoint, what stands in the form is kept.
#include <QDialog>
#include <QLineEdit>
#include <QTest>
#include <csignal>

#include "app/gui/leave_signals.h"
#include "app/services/run_queue.h"
#include "core/store/run_store.h"
#include "engine_fixture.h"
#include "ui/forms/run_form.h"

using namespace tritlab;

class TestLeaving : public QObject {
    Q_OBJECT
private Q_SLOTS:
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
