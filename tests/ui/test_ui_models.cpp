// The item models: each passes QAbstractItemModelTester, tells differences and never resets, whatever order changes
// come in.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <set>

#include "store_fixture.h"
#include "ui/models/metric_text.h"
#include "ui/models/run_filter_model.h"
#include "ui/models/run_list_model.h"
#include "ui/models/text_table_model.h"
#include "ui/pages/chart_metrics.h"
#include "ui/services/store_reader.h"

using namespace tritlab;

namespace {

RunSummary makeRun(const std::string& id, std::int64_t created, std::int64_t revision) {
    RunSummary run;
    run.id = id;
    run.name = "name of " + id;
    run.createdMs = created;
    run.revision = revision;
    run.config.steps = 100;
    run.lastLoss = 2.5;
    return run;
}

}  // namespace

class TestUiModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void runListTellsDifferences() {
        RunListModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        RunFilterModel filter;
        filter.setSourceModel(&model);
        QAbstractItemModelTester filterTester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        filter.sort(RunListModel::Loss);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset), changes(&model, &QAbstractItemModel::dataChanged);
        model.apply({makeRun("b", 20, 2), makeRun("a", 10, 1)});
        model.apply({makeRun("c", 15, 3)});
        QCOMPARE(model.rowCount(), 3);
        QCOMPARE(model.index(1, 0).data(RunListModel::IdRole).toString(), QString("c"));  // in order of creation
        RunSummary changed = makeRun("a", 10, 5);
        changed.state = RunState::Running;
        changed.steps = 50;
        changed.wallSeconds = 60;
        changes.clear();
        model.apply({changed});
        QCOMPARE(changes.count(), 1);
        QCOMPARE(model.index(0, RunListModel::Progress).data().toString(), QString("50 % · 1m 00s left"));
        model.apply({makeRun("a", 10, 4)});  // older than what is shown
        QCOMPARE(model.run("a")->revision, 5);
        QCOMPARE(changes.count(), 1);
        changed.trashed = true;
        changed.revision = 6;
        model.apply({changed});
        QCOMPARE(filter.rowCount(), 2);
        QVERIFY(!model.visibleRuns().contains("a"));
        filter.setShowTrash(true);
        QCOMPARE(filter.rowCount(), 1);
        filter.setShowTrash(false);
        model.keepOnly({"b", "c"});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(resets.count(), 0);
    }

    void filterTakesWordsAndQueries() {
        RunListModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        RunSummary tagged = makeRun("t", 1, 1);
        tagged.name = "Linear lambda";
        tagged.tags = {"good"};
        tagged.state = RunState::Finished;
        model.apply({tagged, makeRun("u", 2, 2)});
        const std::pair<const char*, int> cases[] = {
            {"", 2},         {"linear", 1}, {"LAMBDA finished", 1},          {"linear queued", 0},
            {"tag:good", 1}, {"good", 1},   {"loss < 3 and steps = 100", 2}, {"not state = finished", 1}};
        for (const auto& [words, count] : cases) {
            QVERIFY2(filter.setQuery(words).isEmpty(), words);
            QCOMPARE(filter.rowCount(), count);
        }
        // A wrong query says where and how to mend it, and the list stays as it was.
        const QString wrong = filter.setQuery("steps > many");
        QVERIFY2(wrong.contains("Character 9") && wrong.contains("not a number"), qPrintable(wrong));
        QVERIFY(filter.setQuery("stepz = 3").contains("'steps'"));
        QCOMPARE(filter.rowCount(), 1);
    }

    // Sorting, grouping, folding, columns that come and go and changes of the store, in any order: the rows are always
    // those that a plain filter and sort over all runs gives, views hear of each difference, and nothing is reset.
    void filterAgreesWithAPlainSort() {
        RunListModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        QAbstractItemModelTester tester(&filter, QAbstractItemModelTester::FailureReportingMode::QtTest);
        QSignalSpy resets(&filter, &QAbstractItemModel::modelReset);
        std::uint64_t state = 7;
        const auto chance = [&state](int below) {
            state = state * 6364136223846793005U + 1442695040888963407U;
            return static_cast<int>((state >> 33) % static_cast<std::uint64_t>(below));
        };
        std::set<std::string> present;
        std::int64_t revision = 0;
        bool descending = false, trash = false;
        std::string by;
        int column = RunListModel::Loss;
        for (int round = 0; round < 400; ++round) {
            const std::string id = "r" + std::to_string(chance(30));
            switch (chance(8)) {
                case 0:
                case 1:
                case 2: {
                    RunSummary run = makeRun(id, chance(1000), ++revision);
                    if (const RunSummary* known = model.run(QString::fromStdString(id)))
                        run.createdMs = known->createdMs;
                    run.lastLoss = chance(5) == 0 ? std::nan("") : chance(9) / 2.0;
                    run.trashed = chance(4) == 0;
                    run.config.steps = 100 + chance(3);
                    model.apply({run});
                    present.insert(id);
                    break;
                }
                case 3:
                    present.erase(id);
                    model.keepOnly(present);
                    break;
                case 4:
                    descending = !descending;
                    column = chance(2) ? RunListModel::Loss : RunListModel::Name;
                    break;
                case 5:
                    by = chance(2) ? "" : "steps";
                    filter.setGroupBy(by);
                    break;
                case 6: filter.setShowTrash(trash = chance(2)); break;
                default:
                    model.setExtraColumns(chance(2) ? std::vector<std::string>{"steps"}
                                                    : std::vector<std::string>{"seed", "steps"});
            }
            filter.sort(column, descending ? Qt::DescendingOrder : Qt::AscendingOrder);
            std::vector<const RunSummary*> plain;
            for (const RunSummary& run : model.runs())
                if (run.trashed == trash) plain.push_back(&run);
            std::stable_sort(plain.begin(), plain.end(), [&](const RunSummary* a, const RunSummary* b) {
                if (column == RunListModel::Name) return descending ? b->name < a->name : a->name < b->name;
                if (std::isnan(a->lastLoss) != std::isnan(b->lastLoss)) return std::isnan(b->lastLoss);
                if (std::isnan(a->lastLoss)) return false;
                return descending ? b->lastLoss < a->lastLoss : a->lastLoss < b->lastLoss;
            });
            QStringList wanted, got;
            std::vector<std::int64_t> groups;
            for (const RunSummary* run : plain) {
                if (std::find(groups.begin(), groups.end(), run->config.steps) == groups.end())
                    groups.push_back(run->config.steps);
            }
            if (by.empty()) groups = {0};
            for (const std::int64_t group : groups) {
                if (!by.empty()) wanted << QString("steps = %1").arg(group);
                for (const RunSummary* run : plain)
                    if (by.empty() || run->config.steps == group) wanted << QString::fromStdString(run->id);
            }
            for (int row = 0; row < filter.rowCount(); ++row) {
                const QModelIndex at = filter.index(row, 0);
                const bool heading = at.data(RunFilterModel::HeadingRole).toBool();
                got << (heading ? at.data().toString().mid(2).section("  (", 0, 0)
                                : at.data(RunListModel::IdRole).toString());
            }
            QCOMPARE(got, wanted);
        }
        QCOMPARE(resets.count(), 0);
    }

    void headingsFoldAndHide() {
        RunListModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        RunSummary other = makeRun("c", 3, 3);
        other.config.steps = 200;
        model.apply({makeRun("a", 1, 1), makeRun("b", 2, 2), other});
        filter.setGroupBy("steps");
        QCOMPARE(filter.rowCount(), 5);
        QCOMPARE(filter.index(0, 0).data(RunFilterModel::MembersRole).toStringList(), (QStringList{"a", "b"}));
        QVERIFY(filter.setData(filter.index(0, 0), Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(model.visibleRuns(), QStringList{"c"});
        filter.fold(filter.index(0, 0));
        QCOMPARE(filter.rowCount(), 3);
        QVERIFY(filter.index(0, 0).data().toString().startsWith(QStringLiteral("▸")));
        filter.fold(filter.index(0, 0));
        QCOMPARE(filter.rowCount(), 5);
    }

    void othersShowTheirDifferenceToTheBaseline() {
        RunListModel model;
        RunSummary base = makeRun("a", 1, 1), worse = makeRun("b", 2, 2);
        base.baseline = true;
        base.bestEvalLoss = 2;
        worse.bestEvalLoss = 2.25;
        model.apply({base, worse});
        QCOMPARE(model.indexOf("b", RunListModel::DeltaEval).data().toString(), QString("+0.250"));
        QVERIFY(model.indexOf("a", RunListModel::DeltaEval).data().toString().isEmpty());
        base.baseline = false;
        base.revision = 3;
        model.apply({base});
        QVERIFY(model.indexOf("b", RunListModel::DeltaEval).data().toString().isEmpty());
    }

    // A query may ask for what no summary holds: it is read, and read anew when the run has changed.
    void queriesReadSeries() {
        StoreFixture fixture;
        const auto record = [&](const std::string& id, StepIndex step, double flips) {
            RunRecorder recorder(*fixture.writer, id);
            HealthEvent event{step, {LayerHealth()}};
            event.layers[0].layer = "a";
            event.layers[0].flipRate = flips;
            recorder.onHealth(event);
            recorder.sync();
        };
        const std::string calm = fixture.writer->createRun("calm", StoreFixture::config(), RunState::Running),
                          wild = fixture.writer->createRun("wild", StoreFixture::config(), RunState::Running);
        record(calm, 10, 0.001);
        record(wild, 10, 0.2);
        RunStore store(fixture.workspace);
        StoreReader reader(fixture.workspace);
        RunListModel model;
        RunFilterModel filter;
        filter.setReader(&reader);
        filter.setSourceModel(&model);
        model.apply(store.runs());
        QCOMPARE(filter.rowCount(), 2);
        QVERIFY(filter.setQuery("flip_rate > 0.01").isEmpty());
        QTRY_COMPARE(filter.rowCount(), 1);
        QCOMPARE(filter.index(0, 0).data(RunListModel::IdRole).toString(), QString::fromStdString(wild));
        record(calm, 20, 0.3);
        model.apply(store.runs());
        QTRY_COMPARE(filter.rowCount(), 2);
        QVERIFY(!filter.setQuery("flip_rat > 1").isEmpty());
        QCOMPARE(filter.rowCount(), 2);
    }

    // Every metric has a chart of its own, on the Charts page or on demand, and so has each layer's.
    void metricsCanBeDrawn() {
        QSet<QString> ids, titles;
        for (const Metric& metric : metrics()) {
            const ChartMetric chart = chartMetric(metric.series);
            QCOMPARE(chart.key, std::string(metric.series));
            QVERIFY2(!chart.spec.title.isEmpty() && !ids.contains(chart.spec.id) && !titles.contains(chart.spec.title),
                     metric.name);
            ids.insert(chart.spec.id);
            titles.insert(chart.spec.title);
            QCOMPARE(chart.spec.max.has_value(), metric.share);
            if (!isOfLayers(metric)) continue;
            const ChartMetric layer = chartMetric(layerSeries(metric, "model.layers.0.mlp.up_proj"));
            QCOMPARE(layer.spec.title, chart.spec.title + ", model.layers.0.mlp.up_proj");
            QVERIFY(layer.spec.id != chart.spec.id && layer.key != chart.key && !layer.shown);
        }
        QVERIFY(ids.contains("eval-loss") && ids.contains("flip-rate"));
        QCOMPARE(chartMetric("other/accuracy").spec.title, QString("other/accuracy"));
        LayerHealth layer;
        layer.zero = 0.25;
        layer.std = 0.0123456;
        QCOMPARE(layerValueText(layer, metricNamed("zero_share")), QString("25.0 %"));
        QCOMPARE(layerValueText(layer, metricNamed("std")), QString("0.01235"));
        QCOMPARE(layerValueText(layer, metricNamed("bitlinear_gradient_norm")), QString("–"));  // not recorded
    }

    void checkBoxHidesAndNameEditAsks() {
        RunListModel model;
        QSignalSpy visibility(&model, &RunListModel::visibilityChanged), renamed(&model, &RunListModel::renamed);
        model.apply({makeRun("a", 1, 1)});
        visibility.clear();
        QVERIFY(model.setData(model.index(0, 0), Qt::Unchecked, Qt::CheckStateRole));
        QCOMPARE(visibility.count(), 1);
        QVERIFY(model.visibleRuns().isEmpty());
        QVERIFY(!model.setData(model.index(0, 0), "  ", Qt::EditRole));
        QVERIFY(model.setData(model.index(0, 0), "new", Qt::EditRole));
        QCOMPARE(renamed.count(), 1);
        QCOMPARE(model.index(0, 0).data().toString(), QString("name of a"));  // until the store says so
    }

    void nanIsNoNumber() {
        RunListModel model;
        RunSummary run = makeRun("a", 1, 1);
        run.lastLoss = run.bitsPerByte = std::nan("");
        model.apply({run});
        QVERIFY(model.index(0, RunListModel::Loss).data().toString().isEmpty());
    }

    void textTableTellsDifferences() {
        TextTableModel model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        const auto row = [](const QString& key, const QString& text) {
            return TableRow{key, {{text, {}, {}, {}, false}, {"2", 2, {}, {}, true}}};
        };
        model.setTable({"a", "b"}, {row("1", "x"), row("2", "y")});
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset), changes(&model, &QAbstractItemModel::dataChanged),
            inserted(&model, &QAbstractItemModel::rowsInserted), removed(&model, &QAbstractItemModel::rowsRemoved);
        model.setTable({"a", "b"}, {row("1", "x"), row("2", "z"), row("3", "w")});
        QCOMPARE(changes.count(), 1);
        QCOMPARE(inserted.count(), 1);
        QCOMPARE(removed.count(), 0);
        model.setTable({"a", "b"}, {row("1", "x"), row("3", "w")});
        QCOMPARE(model.rowCount(), 2);
        QCOMPARE(model.index(1, 0).data().toString(), QString("w"));
        QCOMPARE(resets.count(), 0);
        model.setTable({"a", "b"}, {});
        QCOMPARE(model.rowCount(), 0);
    }
};

QTEST_MAIN(TestUiModels)
#include "test_ui_models.moc"
