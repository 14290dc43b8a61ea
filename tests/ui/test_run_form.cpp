// The form made from the field table: every field has its editor, every preset survives the form, what is wrong is said
// beside it.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>
#include <QToolButton>

#include "core/run/schedules.h"
#include "ui/forms/field_editor.h"
#include "ui/forms/run_form.h"
#include "ui/plots/chart_widget.h"

using namespace tritlab;

namespace {

void type(RunForm& form, const QString& key, const QString& text) {
    auto* edit = form.findChild<QLineEdit*>("field:" + key);
    QVERIFY2(edit != nullptr, qPrintable(key));
    edit->selectAll();
    QTest::keyClicks(edit, text);
}

}  // namespace

class TestRunForm : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyFieldHasAnEditor() {
        RunForm form;
        for (const Field& field : fields()) {
            const QString key = QString::fromStdString(field.key);
            auto* editor = form.findChild<QWidget*>("field:" + key);
            QVERIFY2(editor != nullptr, qPrintable(key));
            QVERIFY2(!editor->accessibleName().isEmpty(), qPrintable(key));
            QVERIFY(form.findChild<QToolButton*>("reset:" + key) != nullptr);
            QVERIFY(form.findChild<QLabel*>("message:" + key) != nullptr);
        }
    }

    // Form to table and back: what is started is the preset, field by field.
    void presetsSurvive() {
        RunForm form;
        for (const PresetInfo& preset : presets()) {
            form.loadPreset(QString::fromStdString(preset.name));
            const RunConfig expected = presetDraft(preset.name).config();
            for (const Field& field : fields()) {
                QVERIFY2(field.get(form.config()) == field.get(expected), field.key.c_str());
                if (!field.applies(expected)) continue;
                // Reading the editors back gives the same values.
                ConfigDraft read = presetDraft(preset.name);
                form.editor(field.key)->apply(read);
                QVERIFY2(field.get(read.config()) == field.get(expected), field.key.c_str());
            }
        }
    }

    void numbersAsPeopleWriteThem() {
        RunForm form;
        form.loadPreset("tiny");
        type(form, "learning_rate", "3e-4");
        QCOMPARE(form.config().learningRate, 3e-4);
        QCOMPARE(form.findChild<QLineEdit*>("field:learning_rate")->text(), QString("3e-4"));  // as the person wrote it
        type(form, "steps", "2_000");
        QCOMPARE(form.config().steps, 2000);
        auto* combo = form.findChild<QComboBox*>("field:lambda_schedule");
        combo->setCurrentIndex(combo->findData("linear"));
        QCOMPARE(form.config().lambdaSchedule, LambdaSchedule::Linear);
    }

    void wrongInputIsSaidBesideTheField() {
        RunForm form;
        form.loadPreset("tiny");
        auto* start = form.findChild<QPushButton*>("startRun");
        QVERIFY2(start->isEnabled(), qPrintable(form.findChild<QLabel*>("problems")->text()));
        for (const char* wrong : {"0,003", "fast", "-1", "1e9", ""}) {
            type(form, "learning_rate", wrong);
            if (*wrong == 0) form.findChild<QLineEdit*>("field:learning_rate")->clear();
            if (*wrong == 0) QTest::keyClicks(form.findChild<QLineEdit*>("field:learning_rate"), " ");
            QVERIFY2(!form.editor("learning_rate")->message().isEmpty(), wrong);
            QVERIFY(!start->isEnabled());
            QVERIFY(!form.valid());
        }
        type(form, "learning_rate", "0.001");
        QVERIFY(form.editor("learning_rate")->message().isEmpty());
        QVERIFY(start->isEnabled());
        // A rule across fields is said beside each of them.
        type(form, "heads", "3");
        QVERIFY(!start->isEnabled());
        QVERIFY(!form.editor("heads")->message().isEmpty());
    }

    void resetGoesBackToTheDefault() {
        RunForm form;
        form.loadPreset("tiny");
        type(form, "grad_clip", "0.25");
        QCOMPARE(form.config().gradClip, 0.25);
        form.findChild<QToolButton*>("reset:grad_clip")->click();
        QCOMPARE(form.config().gradClip, RunConfig().gradClip);
    }

    void fieldsThatDoNotApplyAreHidden() {
        RunForm form;
        form.loadPreset("tiny");
        auto* combo = form.findChild<QComboBox*>("field:lambda_schedule");
        combo->setCurrentIndex(combo->findData("exponential"));
        QVERIFY(!form.findChild<QWidget*>("field:lambda_k")->isHidden());
        combo->setCurrentIndex(combo->findData("none"));
        QVERIFY(form.findChild<QWidget*>("field:lambda_k")->isHidden());
    }

    // The drawing is the formula at each step that it shows.
    void drawingEqualsFormula() {
        RunForm form;
        form.loadPreset("tiny");
        for (const char* schedule : {"linear", "accelerated", "exponential", "sigmoid"}) {
            auto* combo = form.findChild<QComboBox*>("field:lambda_schedule");
            combo->setCurrentIndex(combo->findData(schedule));
            const std::tuple<const char*, double (*)(const RunConfig&, StepIndex)> drawings[] = {
                {"chart:formLr", learningRateAt}, {"chart:formLambda", lambdaAt}, {"chart:formDecay", weightDecayAt}};
            for (const auto& [name, formula] : drawings) {
                const Series* drawn = form.findChild<ChartWidget*>(name)->shownSeries("draft");
                QVERIFY(drawn != nullptr && drawn->size() > 10);
                for (std::size_t i = 0; i < drawn->size(); ++i)
                    QCOMPARE(drawn->y(i),
                             static_cast<float>(formula(form.config(), static_cast<StepIndex>(drawn->x(i)))));
                QCOMPARE(drawn->x(drawn->size() - 1), static_cast<double>(form.config().steps - 1));
            }
        }
    }

    // The form of a branch says how its schedules go on, draws it, and lets the person choose otherwise.
    void aBranchShowsHowItsSchedulesGoOn() {
        RunConfig parent = presetDraft("tiny").config();
        parent.steps = 400;
        parent.warmupSteps = 40;
        parent.lambdaSchedule = LambdaSchedule::Linear;
        parent = frozen(parent);
        RunForm form;
        form.setBranch("r-1", "parent", 200, parent);
        type(form, "steps", "800");
        QCOMPARE(form.config().warmupSteps, 40);  // the parent's, whatever the steps
        auto* choice = form.findChild<QComboBox*>("branchSchedule");
        auto* text = form.findChild<QLabel*>("scheduleChange");
        QWidget* box = choice->parentWidget();
        QVERIFY(!box->isHidden() && choice->currentText() == "Schedules stretched over all steps");
        const auto arrow = [](double before, double after) {
            return QString::fromStdString(scheduledText(before) + " → " + scheduledText(after));
        };
        QVERIFY2(text->text().startsWith("At step 200: learning rate ") &&
                     text->text().contains(arrow(learningRateAt(parent, 199), learningRateAt(form.config(), 200))) &&
                     text->text().contains(arrow(lambdaAt(parent, 199), 0.25)),
                 qPrintable(text->text()));
        const auto choose = [&](BranchSchedule schedule) {
            choice->setCurrentIndex(choice->findData(static_cast<int>(schedule)));
            Q_EMIT choice->activated(choice->currentIndex());
        };
        const auto drawn = [&](const char* chart, StepIndex step) {
            const Series* series = form.findChild<ChartWidget*>(chart)->shownSeries("draft");
            for (std::size_t i = 0; i < series->size(); ++i)
                if (series->x(i) == static_cast<double>(step)) return series->y(i);
            return -1.0F;
        };
        for (const BranchSchedule each : {BranchSchedule::Kept, BranchSchedule::New, BranchSchedule::Stretched}) {
            choose(each);
            const RunConfig config = form.config();
            QVERIFY(branchScheduleOf(parent, config, 200) == each);
            QVERIFY(form.valid());
            for (const StepIndex step : {10, 199})
                QCOMPARE(drawn("chart:formLr", step), static_cast<float>(learningRateAt(parent, step)));
            for (const StepIndex step : {200, 201, 799}) {
                QCOMPARE(drawn("chart:formLr", step), static_cast<float>(learningRateAt(config, step)));
                QCOMPARE(drawn("chart:formLambda", step), static_cast<float>(lambdaAt(config, step)));
            }
        }
        choose(BranchSchedule::Kept);
        QCOMPARE(form.config().scheduleSteps, 400);
        QCOMPARE(form.commandLine(), QString("tritlab-cli runs branch r-1 --step 200 --set steps=800 --set "
                                             "schedule_steps=400 --name 'parent from 200' && tritlab-cli resume "
                                             "'parent from 200'"));
        type(form, "schedule_steps", "500");  // something of one's own
        QCOMPARE(choice->currentIndex(), -1);
        choose(BranchSchedule::New);
        const RunConfig anew = form.config();
        QVERIFY(anew.scheduleFrom == 200 && anew.lambdaStart > 0);
        form.load(anew, "copy");  // a run of its own
        QVERIFY(box->isHidden());
        QVERIFY(form.config().scheduleFrom == 0 && form.config().lambdaStart == 0 && form.config().steps == 800);
        form.loadPreset("nano");
        QCOMPARE(drawn("chart:formLr", 50), static_cast<float>(learningRateAt(form.config(), 50)));
    }

    // The command line that is shown makes the same config.
    void commandLineSaysTheSame() {
        RunForm form;
        form.loadPreset("tiny");
        type(form, "steps", "777");
        type(form, "learning_rate", "1e-4");
        const QString line = form.commandLine();
        QVERIFY(line.startsWith("tritlab-cli train --preset tiny "));
        ConfigDraft draft = presetDraft("tiny");
        const QStringList words = line.split(' ');
        for (int i = 0; i + 1 < words.size(); ++i) {
            if (words[i] != "--set") continue;
            draft.setText(words[i + 1].section('=', 0, 0).toStdString(), words[i + 1].section('=', 1).toStdString());
        }
        QVERIFY(draft.config() == form.config());
        QCOMPARE(form.findChild<QPlainTextEdit*>("commandLine")->toPlainText(), line);
    }

    void savedConfigIsReadBack() {
        QTemporaryDir folder;
        RunForm form;
        form.loadPreset("nano");
        type(form, "steps", "123");
        const QString path = folder.filePath("x.tritlab");
        form.saveFile(path);
        RunForm other;
        other.loadFile(path);
        QVERIFY2(toJson(other.config()) == toJson(form.config()),
                 qPrintable(other.findChild<QLabel*>("problems")->text()));
        QFile broken(folder.filePath("broken.tritlab"));
        QVERIFY(broken.open(QIODevice::WriteOnly));
        broken.write("{\"stepz\": 3}");
        broken.close();
        other.loadFile(broken.fileName());
        QVERIFY(other.findChild<QLabel*>("problems")->text().contains("steps"));  // names the nearest key
        QCOMPARE(other.config().steps, 123);                                      // and nothing is lost
    }

    void startGivesTheFrozenConfig() {
        RunForm form;
        form.loadPreset("nano");
        form.show();
        QSignalSpy started(&form, &RunForm::startWanted);
        form.findChild<QLineEdit*>("runName")->setText("first");
        form.findChild<QPushButton*>("startRun")->click();
        QCOMPARE(started.count(), 1);
        QCOMPARE(started.first().at(0).toString(), QString("first"));
        QVERIFY(toJson(started.first().at(1).value<RunConfig>()) == toJson(form.config()));
    }
};

QTEST_MAIN(TestRunForm)
#include "test_run_form.moc"
