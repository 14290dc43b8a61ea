// The Compare page's other views in the real window, over a sweep in a real store: small multiples, scatter, parallel
// coordinates by pointer and by key, their files, their empty states; and the samples of the ticked runs side by side.
#include <QCheckBox>
#include <QComboBox>
#include <QLabel>
#include <QMenu>
#include <QSlider>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <cmath>

#include "sweep_fixture.h"
#include "ui/models/run_list_model.h"
#include "ui/models/text_table_model.h"
#include "ui/pages/compare_board.h"
#include "ui/pages/compare_page.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/parallel_plot.h"
#include "ui/plots/scatter_plot.h"
#include "window_fixture.h"

using namespace tritlab;

class TestCompareViews : public QObject {
    Q_OBJECT

    template <typename T>
    T* find(const char* name) const {
        T* found = window_->findChild<T*>(name);
        if (found == nullptr) qFatal("no %s", name);
        return found;
    }
    void choose(const char* box, const QString& key) const {
        auto* combo = find<QComboBox>(box);
        QVERIFY2(combo->findData(key) >= 0, qPrintable(key));
        combo->setCurrentIndex(combo->findData(key));
        settle(*window_);
    }
    // The runs that lie in all brushes, by the plain rule.
    [[nodiscard]] int plainCount(const std::function<bool(const RunConfig&)>& in) const {
        int count = 0;
        for (const RunSummary& run : window_->runs()->runs()) count += in(run.config);
        return count;
    }
    static std::size_t axisOf(const ParallelPlot& plot, const std::string& key) {
        for (std::size_t i = 0; i < plot.axes().size(); ++i) {
            if (plot.axes()[i].figure.key == key) return i;
        }
        qFatal("no axis %s", key.c_str());
    }

private Q_SLOTS:
    void initTestCase() {
        fixture_ = std::make_unique<StoreFixture>();
        sweepRuns(*fixture_);
        RunConfig bare = StoreFixture::config(LambdaSchedule::Linear, 120);
        bare.learningRate = 1e-3;
        bare_ = fixture_->writer->createRun("never-trained", bare, RunState::Queued);
        fixture_->writer->flush();
        window_ = openWindow(*fixture_);
        window_->resize(1280, 800);
        page_ = find<ComparePage>("comparePage");
        window_->pages()->setCurrentWidget(page_);
        settle(*window_);
    }
    void cleanupTestCase() { window_.reset(); }

    void smallMultiplesShareTheirAxes() {
        choose("compareView", "multiples");
        choose("groupBy", "learning_rate");
        choose("compareMetric", "eval/loss");
        const auto& panels = page_->board()->panels();
        QCOMPARE(panels.size(), page_->groups().size());
        QCOMPARE(panels.size(), std::size_t{3});
        QVERIFY(page_->board()->chart("schedules")->isVisible());
        QVERIFY(!page_->chart("loss")->isVisible());
        double min = HUGE_VAL, max = -HUGE_VAL;
        for (std::size_t i = 0; i < panels.size(); ++i) {
            QCOMPARE(panels[i]->spec().title, page_->groups()[i].name);
            QCOMPARE(panels[i]->plot()->yAxis->range(), panels[0]->plot()->yAxis->range());
            QCOMPARE(panels[i]->plot()->xAxis->range(), page_->board()->chart("schedules")->plot()->xAxis->range());
            for (const QString& id : panels[i]->curves()) {
                const Series* series = panels[i]->shownSeries(id);
                for (std::size_t p = 0; p < series->size(); ++p) {
                    min = std::min(min, static_cast<double>(series->y(p)));
                    max = std::max(max, static_cast<double>(series->y(p)));
                }
            }
        }
        QVERIFY(panels[0]->plot()->yAxis->range().lower <= min && panels[0]->plot()->yAxis->range().upper >= max);
        // Zoom and crosshair are the group's.
        Q_EMIT panels[0]->rangePicked(QCPRange(20, 90));
        Q_EMIT panels[1]->crosshairMoved(60);
        for (ChartWidget* panel : panels) QCOMPARE(panel->plot()->xAxis->range(), QCPRange(20, 90));
        for (ChartWidget* panel : panels) QCOMPARE(panel->plot()->yAxis->range(), panels[0]->plot()->yAxis->range());
        page_->board()->follow();
        QTemporaryDir folder;
        QCOMPARE(page_->saveCharts(folder.path(), "png").size(), 4);  // the schedules and three panels
        QVERIFY(QFile::exists(folder.filePath("compare-eval-loss-3.png")));
        QCOMPARE(page_->saveCharts(folder.path(), "pdf").size(), 4);
        choose("compareView", "overlay");
        QTRY_VERIFY(page_->chart("loss")->dataRange().has_value());
        QVERIFY(page_->chart("loss")->isVisible() && page_->board()->panels().empty());
    }

    void scatterPlacesEachRun() {
        choose("groupBy", "");
        choose("compareView", "scatter");
        choose("scatterX", "learning_rate");
        choose("scatterY", "best_eval_loss");
        ScatterPlot* scatter = page_->findChild<ScatterPlot*>();
        QCOMPARE(scatter->shown(), std::size_t{12});
        QCOMPARE(scatter->withoutFigure(), 1);  // the one that never trained, and it is said so
        QVERIFY(find<QLabel>("spreadNote")->text().contains("Without a value for one of the two axes: 1."));
        find<QCheckBox>("scatterLogX")->setChecked(true);
        QCOMPARE(scatter->plot()->xAxis->scaleType(), QCPAxis::stLogarithmic);
        QTest::qWait(50);
        for (const RunSummary& run : window_->runs()->runs()) {
            if (run.id == bare_) continue;
            const QPoint at = scatter->pixelOf(QString::fromStdString(run.id));
            QVERIFY(std::abs(scatter->plot()->xAxis->coordToPixel(run.config.learningRate) - at.x()) < 1);
            QVERIFY(std::abs(scatter->plot()->yAxis->coordToPixel(run.bestEvalLoss) - at.y()) < 1);
        }
        // The pointer names the run, a click selects it in the list.
        const RunSummary& third = window_->runs()->runs()[2];
        const QString id = QString::fromStdString(third.id);
        QTest::mouseMove(scatter->plot(), scatter->pixelOf(id) + QPoint(1, 1));
        QTRY_COMPARE(scatter->hovered(), id);
        QVERIFY(scatter->plot()->accessibleDescription().contains(QString::fromStdString(third.name)));
        QTest::mouseClick(scatter->plot(), Qt::LeftButton, Qt::NoModifier, scatter->pixelOf(id));
        settle(*window_);
        QCOMPARE(page_->current(), id);
        scatter->plot()->setFocus();
        QTest::keyClick(scatter->plot(), Qt::Key_Escape);
        QVERIFY(scatter->hovered().isEmpty());
        QTest::keyClick(scatter->plot(), Qt::Key_Right);
        QTest::keyClick(scatter->plot(), Qt::Key_Right);
        const QString second = scatter->hovered();
        QVERIFY(!second.isEmpty());
        QTest::keyClick(scatter->plot(), Qt::Key_Return);
        settle(*window_);
        QCOMPARE(page_->current(), second);
        // Categories have their names on the axis; figures that no summary holds are read.
        choose("scatterX", "lambda_schedule");
        QCOMPARE(scatter->plot()->xAxis->range(), QCPRange(-0.5, 1.5));
        choose("scatterY", "health/all/flip_rate");
        QTRY_COMPARE(scatter->shown(), std::size_t{12});
        QTemporaryDir folder;
        QCOMPARE(page_->saveCharts(folder.path(), "png"), QStringList{folder.filePath("compare-scatter.png")});
        QCOMPARE(QImage(folder.filePath("compare-scatter.png")).size(), QSize(900, 520));
        QCOMPARE(page_->saveCharts(folder.path(), "pdf").size(), 1);
    }

    void parallelAxesAreBrushed() {
        choose("compareView", "parallel");
        ParallelPlot* plot = page_->findChild<ParallelPlot*>();
        QCOMPARE(plot->countLeft(), 13);
        const std::size_t rate = axisOf(*plot, "learning_rate"), schedule = axisOf(*plot, "lambda_schedule");
        QVERIFY(!plot->axes()[rate].logarithmic);  // one and a half decades
        const auto pixel = [plot](std::size_t axis, double place) { return plot->pixelOf(axis, place).toPoint(); };
        const auto drag = [plot](const QPoint& from, const QPoint& to) {
            QTest::mousePress(plot, Qt::LeftButton, Qt::NoModifier, from);
            QTest::mouseMove(plot, (from + to) / 2);
            QTest::mouseMove(plot, to);
            QTest::mouseRelease(plot, Qt::LeftButton, Qt::NoModifier, to);
        };
        drag(pixel(rate, 0.9), pixel(rate, 1.05));
        const double max = plot->axes()[rate].max;
        const int fast = plainCount([max](const RunConfig& config) { return config.learningRate == max; });
        QCOMPARE(plot->countLeft(), fast);
        // Axes combine, and the note counts.
        const double upper = placeOf(plot->axes()[schedule], 1);
        drag(pixel(schedule, upper - 0.1), pixel(schedule, upper + 0.1));
        const QString name = plot->axes()[schedule].categories[1];
        const int both = plainCount([&](const RunConfig& config) {
            return config.learningRate == max &&
                   (config.lambdaSchedule == LambdaSchedule::Linear) == (name == "linear");
        });
        QVERIFY(both > 0 && both < fast);
        QCOMPARE(plot->countLeft(), both);
        QVERIFY(find<QLabel>("spreadNote")->text().startsWith(QString("%1 of 13").arg(both)));
        // A brush is moved as a whole; a double click takes it away.
        drag(pixel(schedule, upper), pixel(schedule, upper - 0.5));
        QCOMPARE(plot->countLeft(), fast - both);
        QTest::mouseDClick(plot, Qt::LeftButton, Qt::NoModifier, pixel(schedule, 0.5));
        QCOMPARE(plot->countLeft(), fast);
        auto* clear = find<QToolButton>("clearBrushes");
        QVERIFY(clear->isVisible());
        clear->click();
        QCOMPARE(plot->countLeft(), 13);
        QVERIFY(!clear->isVisible());
    }

    void parallelAxesAreBrushedByKey() {
        ParallelPlot* plot = page_->findChild<ParallelPlot*>();
        plot->setFocus();
        for (std::size_t i = 0; i < plot->axes().size(); ++i) QTest::keyClick(plot, Qt::Key_Left);
        const std::size_t schedule = axisOf(*plot, "lambda_schedule");
        for (std::size_t i = 0; i < schedule; ++i) QTest::keyClick(plot, Qt::Key_Right);
        QVERIFY(plot->accessibleDescription().contains("lambda_schedule"));
        QTest::keyClick(plot, Qt::Key_Down);  // the lowest category alone
        const QString first = plot->axes()[schedule].categories[0], second = plot->axes()[schedule].categories[1];
        QVERIFY2(plot->accessibleDescription().contains("brushed: " + first),
                 qPrintable(plot->accessibleDescription()));
        const int lower = plot->countLeft();
        QVERIFY(lower > 0 && lower < 13);
        QTest::keyClick(plot, Qt::Key_Up, Qt::ShiftModifier);
        QCOMPARE(plot->countLeft(), 13);
        QTest::keyClick(plot, Qt::Key_Up, Qt::ControlModifier);
        QVERIFY(plot->accessibleDescription().contains("brushed: " + second));
        QCOMPARE(plot->countLeft(), 13 - lower);
        QTest::keyClick(plot, Qt::Key_PageDown);  // the best of those that are left
        const QString best = plot->hovered();
        for (const RunSummary& run : window_->runs()->runs()) {
            if (QString::fromStdString(run.id) == best)
                QCOMPARE(run.config.lambdaSchedule == LambdaSchedule::Linear, second == "linear");
        }
        QTest::keyClick(plot, Qt::Key_Return);
        settle(*window_);
        QCOMPARE(page_->current(), best);
        QTest::keyClick(plot, Qt::Key_Escape);
        QCOMPARE(plot->countLeft(), 13);
        // The pointer finds the run whose line it is on.
        const auto& axis = plot->axes()[0];
        std::size_t run = 0;
        while (std::isnan(axis.values[run])) ++run;
        QTest::mouseMove(plot, ((plot->pixelOf(0, placeOf(axis, axis.values[run])) +
                                 plot->pixelOf(1, placeOf(plot->axes()[1], plot->axes()[1].values[run]))) /
                                2)
                                   .toPoint());
        QTRY_VERIFY(!plot->hovered().isEmpty());
    }

    void parallelIsWrittenAndColoured() {
        ParallelPlot* plot = page_->findChild<ParallelPlot*>();
        QTemporaryDir folder;
        QCOMPARE(page_->saveCharts(folder.path(), "png"), QStringList{folder.filePath("compare-parallel.png")});
        const QImage scaled(folder.filePath("compare-parallel.png"));
        choose("parallelColour", "group");
        page_->saveCharts(folder.path(), "png");
        QVERIFY(QImage(folder.filePath("compare-parallel.png")) != scaled);
        choose("parallelColour", "scale");
        QCOMPARE(page_->saveCharts(folder.path(), "pdf").size(), 1);
        QFile pdf(folder.filePath("compare-parallel.pdf"));
        QVERIFY(pdf.open(QIODevice::ReadOnly));
        QVERIFY(pdf.read(5) == "%PDF-");
        QVERIFY_THROWS_EXCEPTION(Error, page_->saveCharts(folder.filePath("no/such"), "png"));
        // A result more, an axis more.
        const std::size_t before = plot->axes().size();
        for (QAction* action : find<QMenu>("parallelResultsItems")->actions()) {
            if (action->data() == "health/all/zero") action->setChecked(true);
        }
        QTRY_COMPARE(plot->axes().size(), before + 1);
        QTRY_COMPARE(plot->axes().back().missing, 1);
    }

    // What the person chose comes back, in another window too.
    void choicesAreKept() {
        choose("scatterX", "lambda_schedule");
        const QJsonObject state = page_->state();
        choose("compareView", "overlay");
        choose("scatterX", "learning_rate");
        page_->setState(state);
        QCOMPARE(page_->state(), state);
        const auto other = openWindow(*fixture_);
        auto* fresh = other->findChild<ComparePage*>("comparePage");
        fresh->setState(state);
        other->pages()->setCurrentWidget(fresh);
        settle(*other);
        QCOMPARE(fresh->state(), state);
        QCOMPARE(other->findChild<QComboBox*>("scatterX")->currentData().toString(), QString("lambda_schedule"));
        fresh->setState({});
        QCOMPARE(fresh->state(), state);
    }

    void emptyStatesSayWhatToDo() {
        choose("compareView", "parallel");
        const QStringList all = window_->runs()->visibleRuns();
        window_->runs()->setRunsVisible(all, false);
        QVERIFY(find<QLabel>("compareEmpty")->isVisible());
        window_->runs()->setRunsVisible({QString::fromStdString(bare_)}, true);
        settle(*window_);
        QVERIFY(find<QLabel>("spreadEmpty")->isVisible());
        QVERIFY(find<QLabel>("spreadEmpty")->text().contains("sweep"));
        QTemporaryDir folder;
        QVERIFY(page_->saveCharts(folder.path(), "png").isEmpty());
        choose("compareView", "scatter");
        choose("scatterY", "eval_loss");
        QVERIFY(find<QLabel>("spreadEmpty")->isVisible());
        window_->runs()->setRunsVisible(all, true);
        settle(*window_);
        QVERIFY(!find<QLabel>("spreadEmpty")->isVisible());
    }

    void samplesOfTickedRunsSideBySide() {
        window_->pages()->setCurrentWidget(find<QWidget>("samplesPage"));
        find<QComboBox>("samplesOf")->setCurrentIndex(1);
        auto* table = find<QTableView>("samplesBeside");
        auto* slider = find<QSlider>("samplesStep");
        settle(*window_);
        QTRY_COMPARE(table->model()->columnCount(), 14);  // the prompts and thirteen runs
        QCOMPARE(table->model()->rowCount(), 2);
        QCOMPARE(slider->maximum(), 0);  // one evaluation in 120 steps
        QCOMPARE(find<QLabel>("samplesStepText")->text(), QString("step 100"));
        const QStringList all = window_->runs()->visibleRuns();
        window_->runs()->setRunsVisible(all.mid(2), false);
        QTRY_COMPARE(table->model()->columnCount(), 3);
        QVERIFY(table->model()->index(0, 1).data().toString().startsWith("God made"));
        window_->runs()->setRunsVisible(all, false);
        QTRY_VERIFY(!table->isVisible());
        window_->runs()->setRunsVisible(all, true);
        settle(*window_);
        find<QComboBox>("samplesOf")->setCurrentIndex(0);
        QVERIFY(find<QTableView>("samplesTable")->isVisible());
    }

private:
    std::unique_ptr<StoreFixture> fixture_;
    std::string bare_;
    std::unique_ptr<MainWindow> window_;
    ComparePage* page_ = nullptr;
};

QTEST_MAIN(TestCompareViews)
#include "test_compare_views.moc"
