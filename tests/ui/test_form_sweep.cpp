// Sweeps, what presets change, the overlay of schedules and the look at the data, in the real form.
#include <QCheckBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QTextBrowser>
#include <fstream>
#include <set>

#include "core/base/error.h"
#include "ui/forms/data_preview.h"
#include "ui/forms/field_editor.h"
#include "ui/forms/run_form.h"
#include "ui/forms/sweep_editor.h"
#include "ui/plots/chart_widget.h"

using namespace tritlab;

class TestFormSweep : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyCombinationOnce() {
        const ConfigDraft base = presetDraft("nano");
        const auto runs = sweepRuns(base, "s", {{"learning_rate", {"1e-3", "3e-3"}}, {"seed", {"1", "2", "3"}}});
        QCOMPARE(runs.size(), std::size_t{6});
        std::set<std::pair<double, std::int64_t>> seen;
        for (const SweepRun& run : runs) seen.insert({run.config.learningRate, run.config.seed});
        QCOMPARE(seen.size(), std::size_t{6});
        QCOMPARE(runs[1].name, std::string("s, learning_rate=1e-3, seed=2"));
        QCOMPARE(runs[1].config.hiddenSize, base.config().hiddenSize);
        QCOMPARE(runs[1].config, frozen(runs[1].config));
    }

    void whatCannotBeIsSaid() {
        const ConfigDraft base = presetDraft("nano");
        QVERIFY_EXCEPTION_THROWN(sweepRuns(base, "s", {{"learning_rate", {"1e-3", "fast"}}}), Error);
        // 64 is not divisible by 5
        QVERIFY_EXCEPTION_THROWN(sweepRuns(base, "s", {{"heads", {"4", "5"}}}), Error);
        QVERIFY_EXCEPTION_THROWN(sweepRuns(base, "s", {{"lr_switch_at", {"0.3"}}}), Error);  // does not apply
        QVERIFY_EXCEPTION_THROWN(sweepRuns(base, "s", {{"seed", std::vector<std::string>(300, "1")}}), Error);
    }

    void formStartsThemAll() {
        RunForm form;
        form.loadPreset("nano");
        form.findChild<QLineEdit*>("runName")->setText("rates");
        QSignalSpy one(&form, &RunForm::startWanted);
        std::vector<SweepRun> got;
        QString experiment;
        connect(&form, &RunForm::sweepWanted, this, [&](const QString& name, const std::vector<SweepRun>& runs) {
            experiment = name;
            got = runs;
        });
        auto* start = form.findChild<QPushButton*>("startRun");
        form.sweep()->addAxis("lambda_schedule", "none, linear, sigmoid");
        QVERIFY(form.valid());
        QVERIFY(start->text().contains("3"));
        form.sweep()->addAxis("seed", "1, two");
        QVERIFY(!form.valid());
        QVERIFY(!start->isEnabled());
        QVERIFY(!form.findChild<QLabel*>("sweepMessage")->text().isEmpty());
        form.findChild<QLineEdit*>("sweepValues1")->setText("1, 2");
        QVERIFY(form.valid());
        start->click();
        QCOMPARE(one.count(), 0);
        QCOMPARE(experiment, QString("rates"));
        QCOMPARE(got.size(), std::size_t{6});
        QCOMPARE(got.back().config.lambdaSchedule, LambdaSchedule::Sigmoid);
    }

    void presetSaysWhatItChanges() {
        RunForm form;
        form.loadPreset("tiny");
        form.loadPreset("nano");
        const auto* text = form.findChild<QLabel*>("presetText");
        QVERIFY2(text->text().contains("Changes"), qPrintable(text->text()));
        QVERIFY2(text->toolTip().contains(QStringLiteral("256 → 64")), qPrintable(text->toolTip()));
        form.loadPreset("nano");  // nothing to change any more
        QVERIFY(!text->text().contains("Changes"));
    }

    void allSchedulesLieOverTheDraft() {
        RunForm form;
        form.loadPreset("nano");
        auto* lambda = form.findChild<ChartWidget*>("chart:formLambda");
        QCOMPARE(lambda->curves().size(), 1);
        form.findChild<QCheckBox*>("allSchedules")->setChecked(true);
        QCOMPARE(lambda->curves().size(), 1 + static_cast<int>(findField("lambda_schedule")->choices.size()));
        form.findChild<QCheckBox*>("allSchedules")->setChecked(false);
        QCOMPARE(lambda->curves().size(), 1);
    }

    // A bad line is counted and shown with its reason; the batch is the data's own first one.
    void dataIsLookedAt() {
        QTemporaryDir folder;
        const std::string path = folder.filePath("text.jsonl").toStdString();
        {
            std::ofstream file(path);
            for (int i = 0; i < 200; ++i)
                file << "{\"text\": \"In the beginning God made the heaven and the earth, number " << i << ".\"}\n";
            file << "{\"text\": broken\n";
        }
        ConfigDraft draft = presetDraft("nano");
        draft.setText("data", path);
        draft.setText("vocab_size", "300");
        draft.setText("held_out", "0.2");
        DataPreviewDialog dialog(frozen(draft.config()), Workspace(folder.filePath("home").toStdString()));
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.show();
        auto* skipped = dialog.findChild<QTableView*>("previewSkipped");
        QTRY_COMPARE_WITH_TIMEOUT(skipped->model()->rowCount(), 1, 20000);
        QCOMPARE(skipped->model()->index(0, 1).data().toString(), QString("201"));
        QVERIFY(!skipped->model()->index(0, 2).data().toString().isEmpty());
        QVERIFY(dialog.findChild<QTextBrowser*>("previewDocuments")->toPlainText().contains("the heaven"));
        auto* make = dialog.findChild<QPushButton*>("makeBatch");
        QTRY_VERIFY_WITH_TIMEOUT(make->isEnabled(), 20000);
        make->click();
        auto* batch = dialog.findChild<QTextBrowser*>("previewBatch");
        QTRY_VERIFY2_WITH_TIMEOUT(batch->toPlainText().contains("<BOS>"),
                                  qPrintable(dialog.findChild<QLabel*>("previewState")->text()), 60000);
        QVERIFY(batch->toPlainText().contains("<EOS>"));
    }
};

QTEST_MAIN(TestFormSweep)
#include "test_form_sweep.moc"
