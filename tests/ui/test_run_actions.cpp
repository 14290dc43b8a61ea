// What a person does to runs through the real window, and takes back: nothing is lost by a slip, and what is deleted
// for ever was asked.
#include <QAction>
#include <QInputDialog>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTimer>
#include <QToolButton>
#include <QUndoStack>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/store/branch.h"
#include "core/store/checkpoint_trash.h"
#include "core/store/disk_use.h"
#include "ui/forms/field_editor.h"
#include "ui/forms/run_form.h"
#include "ui/models/run_filter_model.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/run_panel.h"
#include "window_fixture.h"

using namespace tritlab;

namespace {

template <typename Widget>
Widget* find(QWidget& window, const char* name) {
    auto* widget = window.findChild<Widget*>(name);
    if (widget == nullptr) qFatal("no widget is named %s", name);
    return widget;
}

// Acts in the dialog of that name once it stands.
template <typename Dialog>
void whenOpen(QWidget& window, const char* name, std::function<void(Dialog*)> act) {
    auto* timer = new QTimer(&window);
    QObject::connect(timer, &QTimer::timeout, &window, [&window, timer, name, act] {
        if (auto* dialog = window.findChild<Dialog*>(name); dialog != nullptr && dialog->isVisible()) {
            timer->deleteLater();
            act(dialog);
        }
    });
    timer->start(20);
}

std::filesystem::path fillCheckpoint(const StoreFixture& fixture, const std::string& run, StepIndex step) {
    const auto folder = fixture.workspace.checkpoints(run) / ("step-" + std::to_string(step));
    std::filesystem::create_directories(folder);
    writeFileAtomically(folder / "model.safetensors", std::string(5000, 'w'));
    CheckpointManifest manifest;
    manifest.step = step;
    writeManifest(folder, manifest);
    return folder;
}

}  // namespace

class TestRunActions : public QObject {
    Q_OBJECT

    static QAction* action(MainWindow& window, const char* name) { return window.findChild<QAction*>(name); }
    static QUndoStack* stack(MainWindow& window) { return window.findChild<QUndoStack*>("undoStack"); }

private Q_SLOTS:
    void everyChangeIsTakenBack() {
        StoreFixture fixture;
        const QString a =
            QString::fromStdString(fixture.finishedRun("a", StoreFixture::config(LambdaSchedule::None, 30)));
        const QString b =
            QString::fromStdString(fixture.finishedRun("b", StoreFixture::config(LambdaSchedule::None, 30), 0.5));
        const auto window = openWindow(fixture);
        RunListModel* runs = window->runs();
        auto* table = find<QTableView>(*window, "runTable");
        window->selectRun(a);
        action(*window, "starRun")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(runs->run(a)->starred, 20000);
        QTRY_COMPARE(stack(*window)->count(), 1);
        QVERIFY(runs->indexOf(a).data().toString().startsWith(QStringLiteral("★")));
        runs->setData(runs->indexOf(a), "other name", Qt::EditRole);
        QTRY_COMPARE_WITH_TIMEOUT(runs->run(a)->name, std::string("other name"), 20000);
        QTRY_COMPARE(stack(*window)->count(), 2);
        whenOpen<QInputDialog>(*window, "tagsDialog", [](QInputDialog* dialog) {
            dialog->setTextValue("good,  two words ,");
            dialog->accept();
        });
        action(*window, "tagRuns")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(runs->run(a)->tags, (std::vector<std::string>{"good", "two words"}), 20000);
        whenOpen<QInputDialog>(*window, "notesDialog", [](QInputDialog* dialog) {
            dialog->setTextValue("collapsed at\nthe end");
            dialog->accept();
        });
        action(*window, "noteRun")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(runs->run(a)->notes, std::string("collapsed at\nthe end"), 20000);
        action(*window, "baselineRun")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(runs->run(a)->baseline, 20000);
        QVERIFY(!table->isColumnHidden(RunListModel::DeltaEval));
        // Several runs in one go, one step on the stack.
        table->selectAll();
        action(*window, "trashRun")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, 20000);
        QTRY_COMPARE(stack(*window)->count(), 6);
        for (int i = 0; i < 6; ++i) action(*window, "undo")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 2, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!runs->run(a)->starred, 20000);
        QCOMPARE(runs->run(a)->name, std::string("a"));
        QVERIFY(runs->run(a)->tags.empty() && runs->run(a)->notes.empty() && !runs->run(a)->baseline &&
                !runs->run(b)->trashed);
        action(*window, "redo")->trigger();
        QTRY_VERIFY_WITH_TIMEOUT(runs->run(a)->starred, 20000);
    }

    // Deleting takes two steps and a question that says what it frees; Cancel keeps everything.
    void purgeAsksAndFrees() {
        StoreFixture fixture;
        const std::string id = fixture.finishedRun("big", StoreFixture::config(LambdaSchedule::None, 30));
        const auto folder = fillCheckpoint(fixture, id, 30);
        QVERIFY(runDiskUse(fixture.workspace, id).files >= 5000);
        QVERIFY(runDiskUse(fixture.workspace, id).database > 0);
        const auto window = openWindow(fixture);
        window->selectRun(QString::fromStdString(id));
        QVERIFY(!action(*window, "purgeRuns")->isEnabled());  // not outside the trash
        action(*window, "trashRun")->trigger();
        auto* table = find<QTableView>(*window, "runTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, 20000);
        find<QToolButton>(*window, "showTrash")->click();
        window->selectRun(QString::fromStdString(id));
        QTRY_VERIFY(action(*window, "purgeRuns")->isEnabled());
        QString asked;
        bool answered = false;
        for (const bool sure : {false, true}) {
            answered = false;
            whenOpen<QMessageBox>(*window, "purgeDialog", [&](QMessageBox* box) {
                asked = box->text();
                answered = true;
                if (sure) box->findChild<QPushButton*>("purgeNow")->click();
                else box->reject();
            });
            action(*window, "purgeRuns")->trigger();
            QTRY_VERIFY_WITH_TIMEOUT(answered, 20000);
            QVERIFY2(asked.contains("kB"), qPrintable(asked));
            if (!sure) {
                settle(*window);
                QVERIFY(std::filesystem::exists(folder));
            }
        }
        QTRY_COMPARE_WITH_TIMEOUT(window->runs()->rowCount(), 0, 20000);
        QVERIFY(!std::filesystem::exists(folder));
    }

    void deletedCheckpointsWaitInTheTrash() {
        StoreFixture fixture;
        const std::string id = fixture.finishedRun("run", StoreFixture::config(LambdaSchedule::None, 30));
        const auto folder = fillCheckpoint(fixture, id, 30);
        const auto window = openWindow(fixture);
        window->selectRun(QString::fromStdString(id));
        window->pages()->setCurrentIndex(4);
        settle(*window);
        auto* table = find<QTableView>(*window, "checkpointsTable");
        QTRY_COMPARE(table->model()->rowCount(), 1);
        table->selectRow(0);
        find<QPushButton>(*window, "deleteCheckpoint")->click();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, 20000);
        QVERIFY(!std::filesystem::exists(folder));
        QCOMPARE(trashedCheckpoints(fixture.workspace, id).size(), std::size_t{1});
        QTRY_COMPARE(stack(*window)->count(), 1);
        action(*window, "undo")->trigger();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, 20000);
        QCOMPARE(readFile(folder / "model.safetensors").size(), std::size_t{5000});
        const auto back = RunStore(fixture.workspace).checkpoints(id);
        QCOMPARE(back.front().bytes, 61'000'000);
        QVERIFY(back.front().best);
        trashCheckpoint(*fixture.writer, id, 30);
        purgeCheckpoint(fixture.workspace, id, 30);
        QVERIFY(trashedCheckpoints(fixture.workspace, id).empty());
        QVERIFY_EXCEPTION_THROWN(restoreCheckpoint(*fixture.writer, id, 30), Error);
    }

    void branchTakesTheCheckpointAlong() {
        StoreFixture fixture;
        const RunConfig config = StoreFixture::config(LambdaSchedule::None, 30);
        const std::string id = fixture.finishedRun("parent", config);
        const auto folder = fillCheckpoint(fixture, id, 30);
        RunConfig longer = config;
        longer.steps = 60;
        longer.learningRate = 1e-4;
        const std::string child = branchRun(*fixture.writer, id, 30, "child", longer);
        RunStore store(fixture.workspace);
        const auto run = store.run(child);
        QCOMPARE(run->parent, id);
        QCOMPARE(run->branchStep, 30);
        QCOMPARE(run->config.learningRate, 1e-4);
        const auto checkpoints = store.checkpoints(child);
        QCOMPARE(checkpoints.size(), std::size_t{1});
        QCOMPARE(readFile(fixture.workspace.run(child) / checkpoints.front().path / "model.safetensors").size(),
                 std::size_t{5000});
        RunConfig wider = longer;
        wider.hiddenSize = 512;
        QVERIFY_EXCEPTION_THROWN(branchRun(*fixture.writer, id, 30, "wider", wider), Error);   // other weights
        QVERIFY_EXCEPTION_THROWN(branchRun(*fixture.writer, id, 30, "short", config), Error);  // nothing left to train
        QVERIFY_EXCEPTION_THROWN(branchRun(*fixture.writer, id, 7, "none", longer), Error);    // no such checkpoint
        writeFileAtomically(folder / "model.safetensors", std::string(5000, 'v'));
        QVERIFY_EXCEPTION_THROWN(branchRun(*fixture.writer, id, 30, "damaged", longer), Error);
        QCOMPARE(store.runs().size(), std::size_t{2});
        // The form of a branch leaves the model alone.
        const auto window = openWindow(fixture);
        RunForm* form = window->openForm(&longer, "parent");
        form->setBranch(QString::fromStdString(id), "parent", 30, config);
        QVERIFY(!form->editor("hidden_size")->editor()->isEnabled());
        QVERIFY(form->editor("learning_rate")->editor()->isEnabled());
        form->loadPreset("nano");
        QVERIFY(!form->branch() && form->editor("hidden_size")->editor()->isEnabled());
        form->reject();
    }

    // A query in the box, a wrong one with its reason under it, groups, a setting as a column, and all of it kept in
    // the settings.
    void listTakesQueriesGroupsAndColumns() {
        StoreFixture fixture;
        fixture.finishedRun("a", StoreFixture::config(LambdaSchedule::None, 30));
        fixture.finishedRun("b", StoreFixture::config(LambdaSchedule::Linear, 30));
        fixture.finishedRun("c", StoreFixture::config(LambdaSchedule::Linear, 30));
        {
            MainWindow window(
                {fixture.workspace, false, true, []() -> Engine& { throw Error("no engine in this test"); }});
            QSignalSpy opened(&window, &MainWindow::opened);
            window.show();
            QVERIFY(opened.wait(20000));
            auto* table = find<QTableView>(window, "runTable");
            auto* panel = find<RunPanel>(window, "runPanel");
            panel->setQuery("lambda_schedule = linear");
            QTRY_COMPARE(table->model()->rowCount(), 2);
            panel->setQuery("lambda_schedul = linear");
            QVERIFY(find<QLabel>(window, "queryError")->isVisible());
            QVERIFY(find<QLabel>(window, "queryError")->text().contains("lambda_schedule"));
            QCOMPARE(table->model()->rowCount(), 2);
            panel->setQuery("");
            QVERIFY(find<QLabel>(window, "queryError")->isHidden());
            panel->filter()->setGroupBy("lambda_schedule");
            QCOMPARE(table->model()->rowCount(), 5);
            panel->showColumn("lambda_schedule", true);
            const int column = table->model()->columnCount() - 1;
            QCOMPARE(table->model()->headerData(column, Qt::Horizontal).toString(), QString("lambda_schedule"));
            // A selected heading stands for its runs: comparing ticks them alone.
            for (int row = 0; row < table->model()->rowCount(); ++row) {
                const QModelIndex at = table->model()->index(row, 0);
                if (at.data().toString().contains("linear") && at.data(RunFilterModel::HeadingRole).toBool())
                    table->selectRow(row);
            }
            QCOMPARE(panel->selectedRuns().size(), 2);
            action(window, "compareRuns")->trigger();
            QCOMPARE(window.runs()->visibleRuns().size(), 2);
            QCOMPARE(window.pages()->currentWidget()->objectName(), QString("comparePage"));
            window.close();
        }
        MainWindow again({fixture.workspace, false, true, []() -> Engine& { throw Error("no engine in this test"); }});
        QCOMPARE(again.runs()->extraColumns(), std::vector<std::string>{"lambda_schedule"});
        QCOMPARE(find<RunPanel>(again, "runPanel")->filter()->groupBy(), std::string("lambda_schedule"));
    }

    // What a run shows is the config that it was started with, whatever is typed into the form meanwhile.
    void configPageShowsTheFrozenConfig() {
        StoreFixture fixture;
        const std::string id = fixture.finishedRun("a", StoreFixture::config(LambdaSchedule::None, 30));
        const auto window = openWindow(fixture);
        window->selectRun(QString::fromStdString(id));
        window->pages()->setCurrentIndex(3);
        settle(*window);
        auto* table = find<QTableView>(*window, "configTable");
        const auto shown = [&](const QString& key) {
            for (int row = 0; row < table->model()->rowCount(); ++row) {
                if (table->model()->index(row, 0).data(Qt::UserRole).toString() == key)
                    return table->model()->index(row, 2).data().toString();
            }
            return QString();
        };
        QCOMPARE(shown("steps"), QString("30"));
        action(*window, "duplicateRun")->trigger();
        auto* form = window->findChild<RunForm*>();
        auto* steps = qobject_cast<QLineEdit*>(form->editor("steps")->editor());
        steps->clear();
        QTest::keyClicks(steps, "77");
        QCOMPARE(form->config().steps, 77);
        QCOMPARE(shown("steps"), QString("30"));
        QCOMPARE(window->runs()->run(QString::fromStdString(id))->config.steps, 30);
        form->reject();
    }

    // At the usual size the list shows its figures whole, bits per byte among them.
    void usualColumnsFitAt1280() {
        StoreFixture fixture;
        fixture.finishedRun("a run with a name", StoreFixture::config(LambdaSchedule::None, 30));
        const auto window = openWindow(fixture);
        window->resize(1280, 800);
        settle(*window);
        auto* table = find<QTableView>(*window, "runTable");
        const int right =
            table->columnViewportPosition(RunListModel::BitsPerByte) + table->columnWidth(RunListModel::BitsPerByte);
        QVERIFY2(right <= table->viewport()->width(),
                 qPrintable(QString("%1 > %2").arg(right).arg(table->viewport()->width())));
    }

    // The colour of a run is seen on a selected row as on any other.
    void swatchIsSeenOnASelectedRow() {
        StoreFixture fixture;
        const QString run =
            QString::fromStdString(fixture.finishedRun("a", StoreFixture::config(LambdaSchedule::None, 30)));
        const auto window = openWindow(fixture);
        window->selectRun(run);
        auto* table = find<QTableView>(*window, "runTable");
        const QColor wanted = window->runs()->color(run);
        const QImage picture = table->viewport()->grab(table->visualRect(table->model()->index(0, 0))).toImage();
        int found = 0;
        for (int y = 0; y < picture.height(); ++y)
            for (int x = 0; x < picture.width(); ++x) found += picture.pixelColor(x, y).rgb() == wanted.rgb();
        QVERIFY2(found > 40, qPrintable(QString::number(found)));
    }
};

QTEST_MAIN(TestRunActions)
#include "test_run_actions.moc"
