// The item models: each passes QAbstractItemModelTester, tells differences and never resets, whatever order changes come in.
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

#include "ui/models/run_list_model.h"
#include "ui/models/text_table_model.h"

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

    void filterTakesWords() {
        RunListModel model;
        RunFilterModel filter;
        filter.setSourceModel(&model);
        RunSummary tagged = makeRun("t", 1, 1);
        tagged.name = "Linear lambda";
        tagged.tags = {"good"};
        tagged.state = RunState::Finished;
        model.apply({tagged, makeRun("u", 2, 2)});
        const std::pair<const char*, int> cases[] = {{"", 2}, {"linear", 1}, {"LAMBDA finished", 1}, {"linear queued", 0}, {"tag:good", 1}};
        for (const auto& [words, count] : cases) {
            filter.setWords(words);
            QCOMPARE(filter.rowCount(), count);
        }
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
        const auto row = [](const QString& key, const QString& text) { return TableRow{key, {{text, {}, {}, {}, false}, {"2", 2, {}, {}, true}}}; };
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
