// The Charts page in the real window: what is drawn after a resume, with a NaN, over another x; which charts are shown
// and how; what the keyboard does; what goes into files. And the mapping of curves onto another x against its
// definition.
#include <QAction>
#include <QComboBox>
#include <QFile>
#include <QSignalSpy>
#include <QSlider>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "ui/models/run_list_model.h"
#include "ui/models/x_axis.h"
#include "ui/pages/chart_board.h"
#include "ui/pages/chart_marks.h"
#include "ui/pages/charts_page.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/file_head.h"
#include "ui/plots/readout.h"
#include "window_fixture.h"

using namespace tritlab;

class TestChartsPage : public QObject {
    Q_OBJECT

    static ChartsPage* pageOf(const MainWindow& window) { return window.findChild<ChartsPage*>("chartsPage"); }
    static void rising(const Series& series) {
        for (std::size_t i = 1; i < series.size(); ++i) QVERIFY(series.x(i) > series.x(i - 1));
    }

private Q_SLOTS:
    // Steps 60 to 99 are written again after a resume: one line, in order, each step once, nothing of the first try
    // left; and no step of a long series is dropped on its way through the store.
    void noZigzagAfterResumeAndNoStepDropped() {
        StoreFixture fixture;
        const RunConfig config = StoreFixture::config(LambdaSchedule::Linear, 40000);
        const std::string id = fixture.writer->createRun("resumed", config, RunState::Queued);
        {
            RunRecorder recorder(*fixture.writer, id);
            recorder.onState({RunState::Running, 0, {}, true});
            for (StepIndex i = 0; i < 20000; ++i) recorder.onStep(StoreFixture::step(config, i, 1.0));
            recorder.onState({RunState::Stopped, 20000, {}, true});
        }
        fixture.writer->flush();
        const auto window = openWindow(fixture);
        const QString run = QString::fromStdString(id);
        ChartsPage* page = pageOf(*window);
        QTRY_COMPARE_WITH_TIMEOUT(page->chart("lr")->shownSeries(run)->size(), std::size_t{20000}, 20000);
        {
            RunRecorder recorder(*fixture.writer, id);
            recorder.onState({RunState::Running, 19000, {}, true});
            for (StepIndex i = 19000; i < 20500; ++i) recorder.onStep(StoreFixture::step(config, i, 0.25));
            recorder.onState({RunState::Stopped, 20500, {}, true});
        }
        fixture.writer->flush();
        QTRY_COMPARE_WITH_TIMEOUT(page->chart("lr")->shownSeries(run)->size(), std::size_t{20500}, 20000);
        settle(*window);
        const Series& norm = *page->chart("flip-rate")->shownSeries(run);
        QVERIFY(norm.empty());
        page->chart("loss")->setSmoothing({});
        settle(*window);
        const Series& loss = *page->chart("loss")->shownSeries(run);
        QCOMPARE(loss.size(), std::size_t{20500});
        rising(loss);
        for (std::size_t i = 0; i < loss.size(); ++i) {
            const auto step = static_cast<StepIndex>(i);
            QCOMPARE(loss.x(i), static_cast<double>(i));
            QCOMPARE(loss.y(i), static_cast<float>(StoreFixture::step(config, step, step < 19000 ? 1.0 : 0.25).loss));
        }
        auto* axis = window->findChild<QComboBox*>("xAxis");
        for (const char* over : {"tokens", "wall_seconds", "share"}) {
            axis->setCurrentIndex(axis->findData(over));
            settle(*window);
            QTRY_COMPARE(page->chart("loss")->shownSeries(run)->size(), std::size_t{20500});
            rising(*page->chart("loss")->shownSeries(run));
        }
        QCOMPARE(page->chart("loss")->shownSeries(run)->x(200), 100.0 * 200 / 40000);
    }

    // A long run's smoothed curve holds the values that a shorter one's held: computed on all points, whatever the
    // length.
    void smoothingDoesNotChangeWithLength() {
        auto raw = std::make_shared<Series>();
        for (const Smoothing& how :
             {Smoothing{Smoothing::Kind::Ema, 0.98, 0}, Smoothing{Smoothing::Kind::Window, 0, 40}}) {
            ChartWidget chart({"s", "s", {}, false, true, false, {}, {}});
            chart.setSmoothing(how);
            raw = std::make_shared<Series>();
            for (std::uint64_t i = 0; i < 3000; ++i) raw->append(static_cast<double>(i), randomUniform(1, 2, i));
            chart.setCurve("a", {"a", Qt::red, Qt::SolidLine}, raw);
            chart.refresh();
            std::vector<float> before;
            for (std::size_t i = 0; i < chart.shownSeries("a")->size(); ++i)
                before.push_back(chart.shownSeries("a")->y(i));
            for (std::uint64_t i = 3000; i < 60000; ++i)
                raw->append(static_cast<double>(i), randomUniform(1, 2, i) + 5);
            chart.refresh();  // so much is smoothed by the worker
            QTRY_VERIFY(chart.shownSeries("a")->size() + 41 > 60000);
            QVERIFY(before.size() > 2900);
            for (std::size_t i = 0; i < before.size(); ++i) QCOMPARE(chart.shownSeries("a")->y(i), before[i]);
        }
    }

    // Curves over another x: as defined, whether at once or grown.
    void mapsOverAnotherX() {
        Series values, keys;
        for (int i = 0; i < 5000; ++i) keys.append(i, 100.0 * (i + 1));
        for (int i = 0; i < 5001; i += 7) values.append(i, i * 0.5);
        values.append(5003, 1);  // beyond the last key
        Series whole, grown;
        mapOver(values, &keys, 1, 0, whole);
        for (std::size_t part = 0; part < values.size(); part += 13) {
            Series some = values;
            if (part + 13 < values.size()) some.truncateFrom(values.x(part + 13));
            mapOver(some, &keys, 1, grown.size(), grown);
        }
        QCOMPARE(grown.size(), values.size());
        QCOMPARE(whole.size(), values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            QCOMPARE(whole.y(i), values.y(i));
            QCOMPARE(grown.x(i), whole.x(i));
            if (values.x(i) < 5000) QCOMPARE(whole.x(i), 100.0 * (values.x(i) + 1));
        }
        rising(whole);
        Series share;
        mapOver(values, nullptr, 0.02, 0, share);
        QCOMPARE(share.x(100), values.x(100) * 0.02);
    }

    // A diverged run among others: the axes are those of the numbers, the page is drawn, and where the NaN was is
    // marked.
    void nanBreaksNothing() {
        StoreFixture fixture;
        fixture.finishedRun("sound", StoreFixture::config());
        const RunConfig config = StoreFixture::config();
        const std::string id = fixture.writer->createRun("diverged", config, RunState::Queued);
        {
            RunRecorder recorder(*fixture.writer, id);
            recorder.onState({RunState::Running, 0, {}, true});
            for (StepIndex i = 0; i < 200; ++i) {
                StepEvent step = StoreFixture::step(config, i);
                if (i > 120) step.loss = i % 2 == 0 ? std::nan("") : HUGE_VAL;
                if (i > 120) step.gradNorm = std::nan("");
                recorder.onStep(step);
            }
            recorder.onState({RunState::Diverged, 200, "the loss is not a number", true});
        }
        fixture.writer->flush();
        const auto window = openWindow(fixture);
        ChartsPage* page = pageOf(*window);
        const QString run = QString::fromStdString(id);
        QTRY_COMPARE(page->chart("grad-norm")->shownSeries(run)->nonFinite().size(), std::size_t{79});
        for (const char* chart : {"loss", "grad-norm", "tokens-per-second"}) {
            const QCPRange y = page->chart(chart)->plot()->yAxis->range();
            QVERIFY2(QCPRange::validRange(y) && std::isfinite(y.size()), chart);
        }
        QVERIFY(page->chart("loss")->plot()->yAxis->range().upper < 20);
        settle(*window);
        QVERIFY(page->group()->exact());
        const QImage image = page->chart("loss")->grab().toImage();
        QVERIFY(!image.isNull());
    }

    // Hovering in one chart reads all charts at the same x, each run's value in each.
    void crosshairReadsEveryChart() {
        StoreFixture fixture;
        const QString a = QString::fromStdString(fixture.finishedRun("a", StoreFixture::config()));
        fixture.finishedRun("b", StoreFixture::config(LambdaSchedule::None), 0.5);
        const auto window = openWindow(fixture);
        ChartsPage* page = pageOf(*window);
        QCustomPlot* plot = page->chart("loss")->plot();
        const int x = static_cast<int>(plot->xAxis->coordToPixel(200));
        QTest::mouseMove(plot, QPoint(x, plot->axisRect()->center().y()));
        for (const char* id : {"lr", "lambda", "grad-norm"}) {
            const auto* readout = page->chart(id)->findChild<Readout*>(QString("readout:") + id);
            const double at = std::round(plot->xAxis->pixelToCoord(x));
            QTRY_VERIFY2(readout->text().startsWith(QString::number(at) + " "), qPrintable(readout->text()));
            QCOMPARE(readout->text().split(' ').size(), 3);  // x and a value of each run
        }
    }

    void keyboardMovesAndFollows() {
        StoreFixture fixture;
        fixture.finishedRun("a", StoreFixture::config());
        const auto window = openWindow(fixture);
        ChartsPage* page = pageOf(*window);
        QCustomPlot *plot = page->chart("lr")->plot(), *other = page->chart("lambda")->plot();
        const QCPRange all = plot->xAxis->range();
        QTest::keyClick(plot, Qt::Key_Plus);
        QVERIFY(plot->xAxis->range().size() < all.size() * 0.85);
        QCOMPARE(other->xAxis->range(), plot->xAxis->range());
        QVERIFY(!page->group()->following());
        const double lower = plot->xAxis->range().lower;
        QTest::keyClick(plot, Qt::Key_Right);
        QVERIFY(other->xAxis->range().lower > lower);
        QTest::keyClick(plot, Qt::Key_Home);
        QVERIFY(page->group()->following());
        QCOMPARE(other->xAxis->range(), all);
    }

    void chartsAreAddedHiddenMovedAndEnlarged() {
        StoreFixture fixture;
        const QString run = QString::fromStdString(fixture.finishedRun("a", StoreFixture::config()));
        const auto window = openWindow(fixture);
        ChartsPage* page = pageOf(*window);
        ChartBoard* board = page->board();
        ChartWidget* lr = page->chart("lr");
        const auto act = [&](const char* action) {
            lr->plot()->setFocus();
            QVERIFY(lr->plot()->hasFocus());
            page->findChild<QAction*>(action)->trigger();
        };
        window->activateWindow();
        const auto before = board->order();
        act("chartEarlier");
        // Past the next one that is seen; perplexity, which is hidden, stays where it is.
        QCOMPARE(std::vector<std::string>(board->order().begin() + 2, board->order().begin() + 5),
                 (std::vector<std::string>{"eval/perplexity", "lr", "eval/bits_per_byte"}));
        act("chartLater");
        QVERIFY(board->order() == before);
        act("chartEnlarge");
        QVERIFY(lr->isVisible() && !page->chart("loss")->isVisible());
        act("chartEnlarge");
        QVERIFY(page->chart("loss")->isVisible());
        act("chartLog");
        QVERIFY(lr->logarithmic());
        act("chartHide");
        QVERIFY(!lr->isVisible());
        const std::string added = "health/model.layers.1.mlp.up_proj/flip_rate";
        ChartWidget* other = board->addMetric(added);
        QTRY_VERIFY(other->isVisible() && other->shownSeries(run) != nullptr && !other->shownSeries(run)->empty());
        const QJsonObject state = page->state();
        board->reset();
        QVERIFY(lr->isVisible());
        page->setState(state);
        QVERIFY(!lr->isVisible() && board->isShown(added));
        QVERIFY(page->state() == state);
    }

    // A name without an ending, or with another one, does not make it another format.
    void filesAreOfTheFormatAskedFor() {
        QTemporaryDir folder;
        ChartWidget chart({"loss", "Loss", {}, true, true, false, 0.0, 1.0, true});
        for (const auto& [name, format, begin] : {std::tuple("a", "pdf", "%PDF"), {"a.pdf", "png", "\x89PNG"}}) {
            const QString path = folder.filePath(name);
            writePlot(chart, path, format, chartPicture, chartPage);
            QVERIFY2(readFile(path.toStdString()).starts_with(begin), name);
        }
    }

    // y as the person set it stays while the view is moved; without outliers one spike does not flatten the rest.
    void verticalRanges() {
        ChartWidget chart({"y", "y", {}, false, false, false, {}, {}});
        auto series = std::make_shared<Series>();
        for (int i = 0; i < 10000; ++i) series->append(i, i == 5000 ? 1e6 : std::sin(i * 0.01));
        chart.setCurve("a", {"a", Qt::red, Qt::SolidLine}, series);
        chart.setXRange(QCPRange(0, 9999));
        QVERIFY(chart.plot()->yAxis->range().upper > 1e6);
        chart.setYMode(YMode::NoOutliers);
        QVERIFY(chart.plot()->yAxis->range().upper < 2);
        QVERIFY(chart.plot()->yAxis->range().lower < -0.9);
        chart.setFixedY(QCPRange(-3, 7));
        chart.setXRange(QCPRange(100, 200));
        QCOMPARE(chart.plot()->yAxis->range(), QCPRange(-3, 7));
        chart.setYMode(YMode::Automatic);
        QVERIFY(chart.plot()->yAxis->range().upper < 2);
    }

    void marksFollowFromConfigAndLog() {
        RunConfig config = StoreFixture::config();
        std::vector<ChartMark> marks = scheduledMarks(config);
        QVERIFY(std::find(marks.begin(), marks.end(),
                          ChartMark{lambdaReachesOne(config), ChartMark::Kind::LambdaOne}) != marks.end());
        QVERIFY(std::find(marks.begin(), marks.end(), ChartMark{20, ChartMark::Kind::LearningRate}) != marks.end());
        config.lrSchedule = LrSchedule::TwoStageLinear;
        config.lrSwitchAt = 0.5;
        marks = scheduledMarks(config);
        QVERIFY(std::find(marks.begin(), marks.end(), ChartMark{200, ChartMark::Kind::LearningRate}) != marks.end());

        StoreFixture fixture;
        const std::string id = fixture.finishedRun("a", StoreFixture::config());
        {
            RunRecorder recorder(*fixture.writer, id);
            recorder.onLog({LogLevel::Info, 300, "Resumed from step-00000300"});
        }
        fixture.writer->flush();
        const auto window = openWindow(fixture);
        ChartsPage* page = pageOf(*window);
        // lambda = 1 (line and word), end of warm-up, the checkpoint, the resume (line and word)
        QTRY_COMPARE(page->chart("loss")->markCount(), std::size_t{6});
        QCOMPARE(page->chart("lambda")->markCount(), std::size_t{2});
    }

    void filesHoldWhatIsSeen() {
        QTemporaryDir folder;
        ChartWidget chart({"f", "File chart", "unit", false, false, false, {}, {}});
        auto series = std::make_shared<Series>();
        for (int i = 0; i < 100000; ++i) series->append(i, std::sin(i * 0.001));
        chart.setCurve("r", {"a run", QColor(0xff, 0xd0, 0x40), Qt::SolidLine}, series);
        chart.setXRange(QCPRange(0, 99999));
        const QImage image = chart.picture(600, 300).toImage();
        QCOMPARE(image.size(), QSize(600, 300));
        int drawn = 0;
        for (int y = 0; y < image.height(); ++y)
            for (int x = 0; x < image.width(); ++x)
                drawn += image.pixelColor(x, y).red() > 240 && image.pixelColor(x, y).blue() < 110;
        QVERIFY2(drawn > 500, qPrintable(QString::number(drawn)));
        const QString path = folder.filePath("chart.pdf");
        QVERIFY(chart.savePdf(path, 640, 320));
        QFile pdf(path);
        QVERIFY(pdf.open(QIODevice::ReadOnly));
        const QByteArray bytes = pdf.readAll();
        QVERIFY(bytes.startsWith("%PDF"));
        // vectors, no more than the page can show
        QVERIFY(!bytes.contains("/Subtype /Image") && bytes.size() < 400000);
    }
};

QTEST_MAIN(TestChartsPage)
#include "test_charts_page.moc"
