// The real window over a store that the test fills, driven by object names.
#include <QAction>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSlider>
#include <QSplitter>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTextBrowser>
#include <QTextDocument>
#include <QToolButton>
#include <random>

#include "core/base/error.h"
#include "core/store/run_store.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/charts_page.h"
#include "ui/pages/log_page.h"
#include "ui/pages/run_panel.h"
#include "ui/pages/run_warnings.h"
#include "ui/pages/weights_page.h"
#include "ui/plots/chart_widget.h"
#include "window_fixture.h"

using namespace tritlab;

namespace {

template <typename Widget>
Widget* find(QWidget& window, const char* name) {
    auto* widget = window.findChild<Widget*>(name);
    if (widget == nullptr) qFatal("no widget is named %s", name);
    return widget;
}

}  // namespace

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void emptyWorkspaceSaysWhatToDo() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);
        QVERIFY(find<QLabel>(*window, "runsEmpty")->isVisible());
        QVERIFY(find<QLabel>(*window, "chartsEmpty")->isVisible());
        QVERIFY(!window->findChild<QAction*>("stopRun")->isEnabled());
    }

    void listsRunsAndDrawsTheirSeries() {
        StoreFixture fixture;
        const QString a = QString::fromStdString(fixture.finishedRun("kjv-linear", StoreFixture::config()));
        const QString b =
            QString::fromStdString(fixture.finishedRun("kjv-none", StoreFixture::config(LambdaSchedule::None), 0.3));
        const auto window = openWindow(fixture);
        auto* table = find<QTableView>(*window, "runTable");
        QCOMPARE(table->model()->rowCount(), 2);
        auto* page = find<ChartsPage>(*window, "chartsPage");
        for (const char* chart :
             {"loss", "eval-loss", "bits-per-byte", "lr", "lambda", "grad-norm", "tokens-per-second", "flip-rate"}) {
            QTRY_VERIFY2(page->chart(chart)->dataRange().has_value(), chart);
            QCOMPARE(page->chart(chart)->curves().size(), 2);
        }
        const Series* lr = page->chart("lr")->shownSeries(a);
        QCOMPARE(lr->size(), std::size_t{400});
        QCOMPARE(lr->y(123), static_cast<float>(learningRateAt(StoreFixture::config(), 123)));
        // Unticking a run takes its curves away.
        window->runs()->setRunsVisible({b}, false);
        QTRY_COMPARE(page->chart("loss")->curves(), QStringList{a});
        // Filtering leaves what matches.
        find<QLineEdit>(*window, "runFilter")->setText("linear");
        QTRY_COMPARE(table->model()->rowCount(), 1);
        // Another x: the same values over the tokens.
        auto* axis = find<QComboBox>(*window, "xAxis");
        axis->setCurrentIndex(axis->findData("tokens"));
        settle(*window);
        QTRY_COMPARE(page->chart("lr")->shownSeries(a)->size(), std::size_t{400});
        QCOMPARE(page->chart("lr")->shownSeries(a)->x(9),
                 static_cast<double>(10 * StoreFixture::config().tokensPerStep()));
    }

    // The strip and the tab's title against the log in the store, over runs with warnings or without, while more come
    // in.
    void warningsCannotBeMissed() {
        StoreFixture fixture;
        std::mt19937 random(11);
        std::vector<QString> runs;
        const auto warn = [&](const QString& run, int i) {
            RunRecorder recorder(*fixture.writer, run.toStdString());
            recorder.onLog({i % 3 == 0 ? LogLevel::Info : LogLevel::Warning, i - 1,
                            std::to_string(i) + " of 90 lines <were> skipped"});
            recorder.onState({RunState::Running, i, {}, true});
            recorder.sync();
        };
        for (const int lines : {0, 1, 5, 8}) {
            runs.push_back(QString::fromStdString(
                fixture.writer->createRun("run " + std::to_string(lines), StoreFixture::config(), RunState::Running)));
            for (int i = 0; i < lines; ++i) warn(runs.back(), static_cast<int>(random() % 6));
        }
        fixture.writer->flush();
        const auto window = openWindow(fixture);
        auto* strip = find<RunWarnings>(*window, "runWarnings");
        const auto* text = find<QLabel>(*window, "runWarningText");
        RunStore store(fixture.workspace);
        QHash<QString, std::int64_t> closed;
        for (int round = 0; round < 24; ++round) {
            const QString run = runs[random() % runs.size()];
            window->selectRun(run);
            if (random() % 2 == 0) {
                warn(run, static_cast<int>(random() % 6));
                fixture.writer->flush();
            }
            int warnings = 0;
            StoredLog last;
            for (const StoredLog& line : store.log(run.toStdString())) {
                if (line.event.level != LogLevel::Warning) continue;
                ++warnings;
                last = line;
            }
            const QString title = warnings == 0   ? QString("Log")
                                  : warnings == 1 ? QString("Log · 1 warning")
                                                  : QString("Log · %1 warnings").arg(warnings);
            const auto* log = find<LogPage>(*window, "logPage");
            QTRY_COMPARE(window->pages()->tabText(window->pages()->indexOf(log)), title);
            const bool shown = warnings > 0 && closed.value(run) < last.id;
            QTRY_COMPARE(strip->isVisible(), shown);
            if (!shown) continue;
            QTextDocument document;
            document.setHtml(text->text());
            QVERIFY2(document.toPlainText().endsWith(QString::fromStdString(last.event.text)),
                     qPrintable(document.toPlainText()));
            if (random() % 3 == 0) {
                find<QPushButton>(*window, "runWarningClose")->click();
                closed[run] = last.id;
                QVERIFY(!strip->isVisible());
            }
        }
        find<QPushButton>(*window, "runWarningLog")->click();
        QCOMPARE(window->pages()->currentWidget()->objectName(), QString("logPage"));
    }

    // A run that another process trains appears, moves, and can be stopped; a NaN in it breaks nothing.
    void followsAnotherProcessAndStopsIt() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);
        const RunConfig config = StoreFixture::config();
        const std::string id = fixture.writer->createRun("from outside", config, RunState::Queued);
        const QString run = QString::fromStdString(id);
        auto recorder = std::make_unique<RunRecorder>(*fixture.writer, id);
        recorder->onState({RunState::Running, 0, {}, true});
        for (StepIndex i = 0; i < 50; ++i) recorder->onStep(StoreFixture::step(config, i));
        auto* page = find<ChartsPage>(*window, "chartsPage");
        QTRY_VERIFY_WITH_TIMEOUT(
            page->chart("lr")->shownSeries(run) != nullptr && page->chart("lr")->shownSeries(run)->size() == 50, 20000);
        for (StepIndex i = 50; i < 80; ++i) {
            StepEvent step = StoreFixture::step(config, i);
            if (i == 60) step.loss = std::nan("");
            recorder->onStep(step);
        }
        QTRY_COMPARE_WITH_TIMEOUT(page->chart("lr")->shownSeries(run)->size(), std::size_t{80}, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(page->chart("loss")->shownSeries(run)->nonFinite().size(), std::size_t{1}, 20000);
        QTRY_COMPARE_WITH_TIMEOUT(window->runs()->run(run)->steps, 80, 20000);
        QVERIFY(!window->grab().isNull());
        QCOMPARE(page->chart("lr")->plot()->xAxis->range().upper, 79.0);  // follows the newest step
        QVERIFY(find<QLabel>(*window, "runningLabel")->text().contains("from outside"));
        window->selectRun(run);
        QTRY_VERIFY(window->findChild<QAction*>("stopRun")->isEnabled());
        window->findChild<QAction*>("stopRun")->trigger();
        std::vector<RunCommand> commands;
        for (int i = 0; i < 400 && commands.empty(); ++i) {
            QTest::qWait(25);
            commands = recorder->take();
        }
        QVERIFY(!commands.empty());
        QCOMPARE(commands.front(), RunCommand::Stop);
        recorder->onState({RunState::Stopped, 80, "stopped by the user", true});
        recorder.reset();
        QTRY_COMPARE_WITH_TIMEOUT(window->runs()->run(run)->state, RunState::Stopped, 20000);
        QTRY_VERIFY(window->findChild<QAction*>("resumeRun")->isEnabled());
    }

    // The process of a run dies: within seconds the list says 'interrupted'.
    void deadRunIsFound() {
        StoreFixture fixture;
        const std::string id = fixture.writer->createRun("dies", StoreFixture::config(), RunState::Queued);
        fixture.writer->setState(id, {RunState::Running, 0, {}, true});  // says it goes, and nobody holds its lock
        const auto window = openWindow(fixture);
        QTRY_COMPARE_WITH_TIMEOUT(window->runs()->run(QString::fromStdString(id))->state, RunState::Interrupted, 20000);
    }

    void renameTrashRestore() {
        StoreFixture fixture;
        const QString run =
            QString::fromStdString(fixture.finishedRun("before", StoreFixture::config(LambdaSchedule::None, 40)));
        const auto window = openWindow(fixture);
        window->selectRun(run);
        auto* model = window->runs();
        model->setData(model->indexOf(run), "after", Qt::EditRole);
        QTRY_COMPARE_WITH_TIMEOUT(model->indexOf(run).data().toString(), QString("after"), 20000);
        window->findChild<QAction*>("trashRun")->trigger();
        auto* table = find<QTableView>(*window, "runTable");
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 0, 20000);
        QVERIFY(find<ChartsPage>(*window, "chartsPage")->chart("loss")->curves().isEmpty());
        find<QToolButton>(*window, "showTrash")->click();
        QCOMPARE(table->model()->rowCount(), 1);
        window->selectRun(run);
        window->findChild<QAction*>("trashRun")->trigger();  // restores
        QTRY_COMPARE_WITH_TIMEOUT(model->run(run)->trashed, false, 20000);
        find<QToolButton>(*window, "showTrash")->click();
        QTRY_COMPARE_WITH_TIMEOUT(table->model()->rowCount(), 1, 20000);
    }

    void pagesShowTheRun() {
        StoreFixture fixture;
        const QString run = QString::fromStdString(fixture.finishedRun("pages", StoreFixture::config(), 0, true));
        const auto window = openWindow(fixture);
        window->selectRun(run);
        const auto rows = [&](int page, const char* name) {
            window->pages()->setCurrentIndex(page);
            settle(*window);
            return find<QTableView>(*window, name)->model()->rowCount();
        };
        QCOMPARE(rows(1, "layersTable"), 28);
        QCOMPARE(rows(2, "samplesTable"), 4);
        QVERIFY(rows(3, "configTable") > 30);
        QCOMPARE(rows(4, "checkpointsTable"), 1);
        QVERIFY(rows(5, "logTable") >= 2);
        QVERIFY(find<QPlainTextEdit>(*window, "sampleText")->toPlainText().contains("God made the heaven"));
        // The layer that collapsed says so, with its figure.
        window->pages()->setCurrentIndex(1);
        auto* layers = find<QTableView>(*window, "layersTable");
        bool collapsed = false;
        for (int row = 0; row < layers->model()->rowCount(); ++row) {
            if (layers->model()->index(row, 1).data().toString() != "collapsed") continue;
            layers->setCurrentIndex(layers->model()->index(row, 0));
            collapsed = true;
        }
        QVERIFY(collapsed);
        QTRY_VERIFY(find<QLabel>(*window, "verdict")->text().contains("0.0004"));
        find<QSlider>(*window, "snapshotSlider")->setValue(0);
        QTRY_COMPARE(find<QLabel>(*window, "snapshotStep")->text(), QString("step 50"));
    }

    // The page, its views and its splitters are as they were left; a page that has nothing to show does not lose them.
    void pagesAreKept() {
        StoreFixture fixture;
        const QString a =
            QString::fromStdString(fixture.finishedRun("a", StoreFixture::config(LambdaSchedule::Linear, 100)));
        const QString bare =
            QString::fromStdString(fixture.writer->createRun("bare", StoreFixture::config(), RunState::Queued));
        fixture.writer->flush();
        WindowOptions options = optionsOf(fixture);
        options.keepSettings = true;
        QList<int> rows;
        for (int visit = 0; visit < 3; ++visit) {
            const auto window = openWindow(options);
            auto* splitter = find<QSplitter>(*window, "weightsSplitter");
            window->selectRun(a);
            settle(*window);
            if (visit == 0) {
                window->pages()->setCurrentWidget(find<QWidget>(*window, "samplesPage"));
                find<QComboBox>(*window, "samplesOf")->setCurrentIndex(1);
                window->pages()->setCurrentWidget(find<QWidget>(*window, "weightsPage"));
                find<QTabWidget>(*window, "weightViews")->setCurrentIndex(2);
                settle(*window);
                splitter->setSizes({splitter->height() - 250, 250});
                settle(*window);
                rows = splitter->sizes();
            } else {
                QCOMPARE(window->pages()->currentWidget()->objectName(), QString("weightsPage"));
                QCOMPARE(find<QComboBox>(*window, "samplesOf")->currentIndex(), 1);
                QCOMPARE(find<QTabWidget>(*window, "weightViews")->currentIndex(), 2);
                QTRY_COMPARE(splitter->sizes(), rows);
                window->showChat(true);  // its second lane was hidden when the settings were written
                find<QToolButton>(*window, "chatCompare")->setChecked(true);
                settle(*window);
                for (const int width : find<QSplitter>(*window, "chatSplitter")->sizes())
                    QVERIFY2(width > 150, qPrintable(QString::number(width)));
                find<QToolButton>(*window, "chatCompare")->setChecked(false);
                window->showChat(false);
                window->selectRun(bare);  // closes with the views hidden
                settle(*window);
                QTRY_VERIFY(!find<QTabWidget>(*window, "weightViews")->isVisible());
            }
            window->close();
        }
    }

    // Several runs: the config page shows only what differs.
    void configDiff() {
        StoreFixture fixture;
        fixture.finishedRun("a", StoreFixture::config(LambdaSchedule::Linear, 30));
        fixture.finishedRun("b", StoreFixture::config(LambdaSchedule::None, 30));
        const auto window = openWindow(fixture);
        window->pages()->setCurrentIndex(3);
        find<QTableView>(*window, "runTable")->selectAll();
        settle(*window);
        auto* table = find<QTableView>(*window, "configTable");
        QStringList keys;
        for (int row = 0; row < table->model()->rowCount(); ++row)
            keys << table->model()->index(row, 0).data(Qt::UserRole).toString();
        QVERIFY2(keys.contains("lambda_schedule"), qPrintable(keys.join(' ')));
        QVERIFY2(!keys.contains("steps"), qPrintable(keys.join(' ')));
    }

    // A question is stored when it is sent, even where no weights can answer it; the pane says why.
    void chatStoresTheQuestion() {
        StoreFixture fixture;
        const QString run =
            QString::fromStdString(fixture.finishedRun("talk", StoreFixture::config(LambdaSchedule::None, 30)));
        const auto window = openWindow(fixture);
        window->selectRun(run);
        window->showChat(true);
        QCOMPARE(find<QComboBox>(*window, "chatModel")->currentData().toString(), "run:" + run);
        find<QPlainTextEdit>(*window, "chatInput")->setPlainText("In the beginning");
        find<QPushButton>(*window, "chatSend")->click();
        RunStore store(fixture.workspace);
        QTRY_COMPARE_WITH_TIMEOUT(store.conversations().size(), std::size_t{1}, 20000);
        QTRY_VERIFY_WITH_TIMEOUT(store.messages(store.conversations().front().id).size() >= 1, 20000);
        QCOMPARE(store.messages(store.conversations().front().id).front().text, std::string("In the beginning"));
        QTRY_VERIFY_WITH_TIMEOUT(find<QPushButton>(*window, "chatSend")->isEnabled(), 20000);
        QVERIFY(!find<QLabel>(*window, "chatStatus")->text().isEmpty());
    }

    void screenshots() {
        StoreFixture fixture;
        fixture.finishedRun("kjv-linear", StoreFixture::config());
        fixture.finishedRun("kjv-none", StoreFixture::config(LambdaSchedule::None), 0.15);
        const std::string id = fixture.writer->createRun("kjv-running", StoreFixture::config(), RunState::Queued);
        RunRecorder recorder(*fixture.writer, id);
        recorder.onState({RunState::Running, 0, {}, true});
        for (StepIndex i = 0; i < 150; ++i) recorder.onStep(StoreFixture::step(StoreFixture::config(), i, 0.08));
        recorder.onHealth(StoreFixture::health(100));
        fixture.writer->flush();
        const auto window = openWindow(fixture);
        window->selectRun(window->runs()->index(0, 0).data(RunListModel::IdRole).toString());
        const QStringList files =
            takeScreenshots(*window, fixture.workspace, QString(TRITLAB_BINARY_DIR) + "/screenshots");
        QCOMPARE(files.size(), 18);
        for (const QString& file : files) {
            const QImage image(file);
            QVERIFY2(!image.isNull(), qPrintable(file));
            QVERIFY(image.width() >= 1180);
        }
        const QStringList plots =
            plotRun(fixture.workspace, "kjv-linear", QString(TRITLAB_BINARY_DIR) + "/screenshots/plots");
        QVERIFY(plots.size() >= 8);
        QVERIFY_THROWS_EXCEPTION(
            Error, plotRun(fixture.workspace, "none-of-these", QString(TRITLAB_BINARY_DIR) + "/screenshots/plots"));
    }
};

QTEST_MAIN(TestMainWindow)
#include "test_main_window.moc"
