// What Compare shows: groups, their mean with the least and the most against plain sums, the table with its best, and
// the page in the real window.
#include <QComboBox>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "ui/models/compare_results.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/compare_page.h"
#include "ui/plots/chart_widget.h"
#include "window_fixture.h"

using namespace tritlab;

namespace {

Series seriesOf(std::initializer_list<std::pair<double, double>> points) {
    Series series;
    for (const auto& [x, y] : points) series.append(x, y);
    return series;
}

RunSummary makeRun(const std::string& id, std::int64_t seed, double rate, double loss) {
    RunSummary run;
    run.id = run.name = id;
    run.state = RunState::Finished;
    run.config.seed = seed;
    run.config.learningRate = rate;
    run.lastEvalLoss = run.bestEvalLoss = run.lastLoss = loss;
    run.perplexity = std::exp(loss);
    run.bitsPerByte = loss / 1.9;
    return run;
}

}  // namespace

class TestCompare : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runsThatDifferInTheSeedAloneAreOneGroup() {
        const std::vector<RunSummary> runs = {makeRun("a", 1, 1e-3, 2), makeRun("b", 1, 3e-3, 3),
                                              makeRun("c", 2, 1e-3, 4)};
        QCOMPARE(varyingFields(runs), std::vector<std::string>{"learning_rate"});
        const auto groups = groupRuns(runs, grouping::allButSeed);
        QCOMPARE(groups.size(), std::size_t{2});
        QCOMPARE(groups[0].name, QString("learning_rate = 0.001"));
        QCOMPARE(groups[0].runs.size(), std::size_t{2});
        QCOMPARE(groupRuns(runs, grouping::none).size(), std::size_t{3});
        QCOMPARE(groupRuns(runs, "learning_rate").size(), std::size_t{2});
        std::vector<RunSummary> tagged = runs;
        tagged[0].tags = tagged[1].tags = {experimentTag("schedules")};
        const auto experiments = groupRuns(tagged, grouping::experiment);
        QCOMPARE(experiments.size(), std::size_t{2});  // c stands alone
        QCOMPARE(experiments[0].name, QString("schedules"));
    }
    void runsOfOtherProgramsStandAlone() {
        std::vector<RunSummary> runs = {makeRun("a", 1, 1e-3, 2), makeRun("b", 2, 1e-3, 3), makeRun("x", 1, 7, 4),
                                        makeRun("y", 1, 8, 4)};
        runs[2].foreign = runs[3].foreign = ForeignSettings{};  // what their config says means nothing
        QCOMPARE(varyingFields(runs), std::vector<std::string>{});
        QCOMPARE(groupRuns(runs, grouping::allButSeed).size(), std::size_t{3});  // a with b, nobody knows of x and y
        QCOMPARE(groupRuns(runs, "learning_rate").size(), std::size_t{2});
        QCOMPARE(groupRuns(runs, "learning_rate")[1].name, QString("learning_rate = –"));
    }

    void theNewestOfTooManyAreDrawn() {
        std::vector<RunGroup> groups;
        const std::size_t sizes[] = {3, 300, 1, 100};
        for (const std::size_t size : sizes) {
            RunGroup& group = groups.emplace_back();
            for (std::size_t i = 0; i < size; ++i) group.runs.push_back(makeRun(std::to_string(i), 1, 1e-3, 2));
        }
        const auto newest = newestGroups(groups, 3, 60);
        QCOMPARE(newest.size(), std::size_t{3});
        QCOMPARE(newest[0].runs.size(), std::size_t{29});  // 60 less the group of one, shared by two
        QCOMPARE(newest[1].runs.size(), std::size_t{1});
        QCOMPARE(newest[2].runs.size(), std::size_t{29});
        QCOMPARE(newest[0].runs.front().id, std::string("271"));
        QCOMPARE(newest[2].runs.back().id, std::string("99"));
        const auto all = newestGroups(groups, 4, 404);
        QCOMPARE(all.size(), std::size_t{4});
        QCOMPARE(all[1].runs.size(), std::size_t{300});
        QVERIFY(newestGroups({}, 3, 60).empty());
    }

    // On shared steps the band is the plain mean, minimum and maximum; a run that is shorter counts as far as it
    // reaches.
    void bandIsThePlainMean() {
        std::vector<Series> runs(3);
        for (int i = 0; i < 1000; ++i) {
            runs[0].append(i, std::sin(i * 0.1));
            runs[1].append(i, std::cos(i * 0.3));
            if (i < 600) runs[2].append(i, i * 0.001);
        }
        const Band band = bandOf(runs);
        QCOMPARE(band.mean.size(), std::size_t{1000});
        QCOMPARE(band.min.size(), std::size_t{1000});
        for (std::size_t i = 0; i < 1000; ++i) {
            double sum = 0, min = HUGE_VAL, max = -HUGE_VAL;
            int count = 0;
            for (const Series& run : runs) {
                if (i >= run.size()) continue;
                const auto value = static_cast<double>(run.y(i));
                sum += value;
                min = std::min(min, value);
                max = std::max(max, value);
                ++count;
            }
            QCOMPARE(band.mean.y(i), static_cast<float>(sum / count));
            QCOMPARE(band.min.y(i), static_cast<float>(min));
            QCOMPARE(band.max.y(i), static_cast<float>(max));
        }
    }

    void bandInterpolatesAndLeavesNanOut() {
        const Band between = bandOf({seriesOf({{0, 0}, {10, 10}}), seriesOf({{5, 1}, {6, 2}})});
        QCOMPARE(between.mean.size(), std::size_t{4});
        QCOMPARE(between.mean.y(1), 3.0F);  // (5 + 1) / 2 at x = 5
        QCOMPARE(between.max.y(2), 6.0F);
        const Band holed = bandOf({seriesOf({{0, 1}, {1, std::nan("")}, {2, 1}}), seriesOf({{0, 3}, {1, 3}, {2, 3}})});
        QCOMPARE(holed.mean.y(0), 2.0F);
        QCOMPARE(holed.mean.y(1), 3.0F);
        const Band lost = bandOf({seriesOf({{0, std::nan("")}}), seriesOf({{0, std::nan("")}})});
        QVERIFY(std::isnan(lost.mean.y(0)));  // is marked in the chart, not left out
        QVERIFY(lost.min.empty());
    }

    // Smoothing takes every point: longer series begin with the same values, and a spike stays seen.
    void smoothedValuesDoNotChangeWithLength() {
        Series series;
        for (int i = 0; i < 5000; ++i) series.append(i, i == 1234 ? 100.0 : std::sin(i * 0.7));
        Series shorter;
        for (std::size_t i = 0; i < 1300; ++i) shorter.append(series.x(i), static_cast<double>(series.y(i)));
        const Series all = smoothed(series, 0.9), part = smoothed(shorter, 0.9);
        for (std::size_t i = 0; i < part.size(); ++i) QCOMPARE(part.y(i), all.y(i));
        QVERIFY(all.y(1234) > 9);
        QCOMPARE(smoothed(series, 0).y(77), series.y(77));
    }

    void tableMarksTheBest() {
        const auto groups = groupRuns({makeRun("a", 1, 1e-3, 2), makeRun("b", 2, 1e-3, 2.5), makeRun("c", 1, 3e-3, 3)},
                                      "learning_rate");
        const RunResult& loss = runResults().front();
        QCOMPARE(bestGroup(groups, loss), 0);
        const GroupResult result = resultOf(groups[0], loss);
        QCOMPARE(result.mean, 2.25);
        QCOMPARE(result.max, 2.5);
        const auto rows = resultRows(groups, false);
        QCOMPARE(rows[0].cells[3].text, QStringLiteral("2.2500 (2.0000–2.5000) ★"));
        QVERIFY(!rows[1].cells[3].text.contains(QStringLiteral("★")));
        QVERIFY(resultsMarkdown(groups).contains(QStringLiteral("**2.2500 (2.0000–2.5000)**")));
        const QStringList lines = resultsCsv(groups).split('\n', Qt::SkipEmptyParts);
        QCOMPARE(lines.size(), 3);
        QVERIFY(lines[0].startsWith("group,runs,state,eval_loss,eval_loss_least,eval_loss_most"));
        QVERIFY2(lines[1].startsWith("learning_rate = 0.001,2,finished,2.25,2,2.5,"), qPrintable(lines[1]));
        for (const QString& line : lines) QCOMPARE(line.count(','), lines[0].count(','));
        QCOMPARE(bestGroup({groups[0]}, loss), -1);  // alone, nothing is the best
    }

    // A NaN, and a run without any value, leave the page whole.
    void nanIsNoBest() {
        std::vector<RunSummary> runs = {makeRun("a", 1, 1e-3, std::nan("")), makeRun("b", 1, 2e-3, 3),
                                        makeRun("c", 1, 3e-3, 4)};
        const auto groups = groupRuns(runs, "");
        QCOMPARE(bestGroup(groups, runResults().front()), 1);
        QCOMPARE(resultRows(groups, false)[0].cells[3].text, QStringLiteral("–"));
    }

    void pageOverlaysGroupsAndWritesFiles() {
        StoreFixture fixture;
        RunConfig seeded = StoreFixture::config(LambdaSchedule::Linear, 200);
        const std::string first = fixture.finishedRun("linear-1", seeded);
        seeded.seed = 2;
        fixture.finishedRun("linear-2", seeded, 0.2);
        const std::string none = fixture.finishedRun("none", StoreFixture::config(LambdaSchedule::None, 200), 0.5);
        MainWindow window(optionsOf(fixture));
        QSignalSpy opened(&window, &MainWindow::opened);
        window.show();
        QVERIFY(opened.wait(20000));
        auto* page = window.findChild<ComparePage*>("comparePage");
        QVERIFY(page != nullptr);
        window.pages()->setCurrentWidget(page);
        settle(window);
        QTRY_COMPARE(page->chart("loss")->curves().size(), 3);
        QTRY_VERIFY(page->chart("schedules")->dataRange().has_value());
        QCOMPARE(page->chart("loss")->plot()->xAxis->range(), page->chart("schedules")->plot()->xAxis->range());
        auto* by = window.findChild<QComboBox*>("groupBy");
        by->setCurrentIndex(by->findData("*"));
        settle(window);
        QTRY_COMPARE(page->groups().size(), std::size_t{2});
        const QString id = QString::fromStdString(first);
        QTRY_COMPARE(page->chart("eval-loss")->curves().size(), 4);  // a mean with its two edges, and a run alone
        const Series* mean = page->chart("eval-loss")->shownSeries(id);
        const Series* max = page->chart("eval-loss")->shownSeries(id + "/most");
        QVERIFY(mean != nullptr && max != nullptr);
        const double plain = 2.4 + 4 * std::exp(-99.0 / 80);
        QCOMPARE(mean->y(0), static_cast<float>(plain + 0.1));
        QCOMPARE(max->y(0), static_cast<float>(plain + 0.2));
        auto* table = window.findChild<QTableView*>("resultsTable");
        QCOMPARE(table->model()->rowCount(), 2);
        QTemporaryDir folder;
        QVERIFY(page->saveCharts(folder.path(), "png").size() >= 6);
        QVERIFY(page->saveCharts(folder.path(), "pdf").size() >= 6);
        QFile pdf(folder.filePath("compare-loss.pdf"));
        QVERIFY(pdf.open(QIODevice::ReadOnly));
        QVERIFY(pdf.read(5) == "%PDF-");
        window.runs()->setRunsVisible({QString::fromStdString(none)}, false);
        QTRY_COMPARE(table->model()->rowCount(), 1);
    }
};

QTEST_MAIN(TestCompare)
#include "test_compare.moc"
