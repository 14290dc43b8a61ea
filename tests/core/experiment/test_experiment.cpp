// Experiments: what a definition means, which run of the store stands for a planned one, and the figures over seeds
// against figures worked out by hand.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/experiment/report.h"
#include "tests/core/store/store_fixture.h"

using namespace tritlab;

namespace {

const char* const twoByTwo =
    R"({"name": "pair", "title": "A pair", "base": {"preset": "nano", "data": [{"path": "text.txt"}]},
  "variants": [{"name": "none"}, {"name": "sigmoid", "set": {"lambda_schedule": "sigmoid"}}], "seeds": [1, 2]})";

struct Folder {
    QTemporaryDir folder;
    explicit Folder(const QByteArray& definition) {
        QFile file(folder.filePath("definition.json"));
        if (!file.open(QIODevice::WriteOnly) || file.write(definition) != definition.size())
            qFatal("cannot write a fixture");
    }
    [[nodiscard]] std::filesystem::path path() const { return folder.path().toStdString(); }
    [[nodiscard]] Experiment read() const { return readExperiment(path()); }
};

std::string errorOf(const QByteArray& definition) {
    const Folder folder(definition);
    try {
        (void)folder.read();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

// A run of the experiment with a final evaluation of that many bits per byte.
std::string makeRun(StoreWriter& writer, const Experiment& experiment, std::size_t planned, RunState state,
                    double bitsPerByte) {
    const PlannedRun& plan = experiment.runs[planned];
    const std::string id = writer.createRun(plan.name, plan.config, RunState::Preparing);
    writer.setTags(id, {"other", experiment.tag()});
    {
        RunRecorder recorder(writer, id);
        for (StepIndex step = 0; step < 100; ++step) {
            StepEvent event = stepEvent(step);
            event.loss = 1 + static_cast<double>(step) / 100;
            recorder.onStep(event);
        }
        EvaluationEvent evaluation;
        evaluation.step = 50;
        evaluation.loss = evaluation.perplexity = evaluation.bitsPerByte = 9;  // of a part: not the one that counts
        recorder.onEvaluation(evaluation);
        evaluation.step = 100;
        evaluation.full = true;
        evaluation.loss = bitsPerByte * 2;
        evaluation.perplexity = std::exp(evaluation.loss);
        evaluation.bitsPerByte = bitsPerByte;
        recorder.onEvaluation(evaluation);
        recorder.onState({state, 100, "", true});
    }
    writer.flush();
    return id;
}

}  // namespace

class TestExperiment : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsVariantsAndSeeds() {
        const Folder folder(twoByTwo);
        const Experiment experiment = folder.read();
        QCOMPARE(experiment.tag(), std::string("experiment/pair"));
        QCOMPARE(experiment.variants, (std::vector<std::string>{"none", "sigmoid"}));
        QCOMPARE(experiment.seeds, (std::vector<std::int64_t>{1, 2}));
        QCOMPARE(experiment.runs.size(), 4U);
        // Seed after seed: a batch that is cut short compares like with like.
        QCOMPARE(experiment.runs[1].name, std::string("pair/sigmoid/seed-1"));
        QCOMPARE(experiment.runs[2].name, std::string("pair/none/seed-2"));
        QCOMPARE(experiment.runs[1].config.lambdaSchedule, LambdaSchedule::Sigmoid);
        QCOMPARE(experiment.runs[1].config.lambdaK, 100.0);  // derived
        QCOMPARE(experiment.runs[2].config.seed, 2);
        QCOMPARE(experiment.runs[0].config.hiddenSize, 64);
        // Paths are relative to the definition, whoever calls from wherever.
        QCOMPARE(experiment.runs[0].config.data.front().path, (folder.path() / "text.txt").string());
        QCOMPARE(experiment.fields, (std::vector<std::string>{"lambda_schedule", "lambda_k", "lambda_reach_one_at"}));
    }
    void combinesLists() {
        const Folder folder(R"({"name": "grid", "base": {"preset": "nano", "seed": 7},
            "vary": {"learning_rate": [0.001, 0.002], "weight_decay": [0, 0.1, 0.2]}})");
        const Experiment experiment = folder.read();
        QCOMPARE(experiment.runs.size(), 6U);
        QCOMPARE(experiment.variants[1], std::string("learning_rate=0.001+weight_decay=0.1"));
        QCOMPARE(experiment.runs[5].config.learningRate, 0.002);
        QCOMPARE(experiment.runs[5].config.weightDecay, 0.2);
        QCOMPARE(experiment.runs[5].seed, 7);
        QVERIFY(std::find(experiment.fields.begin(), experiment.fields.end(), "seed") == experiment.fields.end());
    }
    void theProjectsOwnAreSound() {
        for (const auto& entry : std::filesystem::directory_iterator(TRITLAB_SOURCE_DIR "/experiments"))
            if (entry.is_directory()) QVERIFY(!readExperiment(entry.path()).runs.empty());
        QCOMPARE(readExperiment(TRITLAB_SOURCE_DIR "/experiments/lambda-schedules").runs.size(), 15U);
    }
    void saysWhatIsWrong_data() {
        QTest::addColumn<QByteArray>("definition");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const char* definition, const char* message) {
            QTest::newRow(name) << QByteArray(definition) << QByteArray(message);
        };
        row("no JSON", "{\n\n\"name\": }", ":3");
        row("no object", "[]", "not a JSON object");
        row("unknown key", R"({"name": "a", "variant": []})", "There are: base");
        row("neither", R"({"name": "a"})", "either \"variants\" or \"vary\"");
        row("both", R"({"name": "a", "variants": [], "vary": {}})", "either \"variants\" or \"vary\"");
        row("no name", R"({"variants": [{"name": "x"}]})", "Name it");
        row("name with a blank", R"({"name": "a b", "variants": [{"name": "x"}]})", "a tag cannot");
        row("unknown field",
            R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x", "set": {"lr": 1}}]})", "'lr'");
        row("out of range",
            R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x", "set": {"held_out": 2}}]})",
            "variant 'x'");
        row("does not fit",
            R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x", "set": {"heads": 5}}]})",
            "5 heads");
        row("same name", R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x"}, {"name": "x"}]})",
            "called 'x'");
        row("same config", R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x"}, {"name": "y"}]})",
            "same config");
        row("same seed", R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x"}], "seeds": [1, 1]})",
            "names 1 twice");
        row("seed no number",
            R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x"}], "seeds": ["1"]})",
            "whole number");
        row("seed twice",
            R"({"name": "a", "base": {"preset": "nano"}, "variants": [{"name": "x", "set": {"seed": 1}}], )"
            R"("seeds": [1]})",
            "beside \"seeds\"");
        row("empty list", R"({"name": "a", "base": {"preset": "nano"}, "vary": {"steps": []}})", "no list of values");
    }
    void saysWhatIsWrong() {
        QFETCH(QByteArray, definition);
        QFETCH(QByteArray, message);
        const std::string error = errorOf(definition);
        QVERIFY2(error.find(message.toStdString()) != std::string::npos, error.c_str());
        QVERIFY2(error.find("definition.json") != std::string::npos, error.c_str());
    }
    void aFolderWithoutDefinitionIsNone() {
        const QTemporaryDir folder;
        QVERIFY_EXCEPTION_THROWN((void)readExperiment(folder.path().toStdString()), Error);
    }
    void findsItsRuns() {
        const Folder folder(twoByTwo);
        const Experiment experiment = folder.read();
        const TemporaryWorkspace place;
        StoreWriter writer(place.workspace);
        const auto found = [&](std::size_t i) {
            RunStore store(place.workspace);
            return runOf(experiment, experiment.runs[i], store.runs());
        };
        QVERIFY(!found(0));
        QCOMPARE(taskFor(found(0)), ExperimentTask::Start);
        // The same config without the tag is another matter.
        const std::string other = writer.createRun("other", experiment.runs[0].config, RunState::Finished);
        QVERIFY(!found(0));
        const std::string broken = writer.createRun("a", experiment.runs[0].config, RunState::Interrupted);
        writer.setTags(broken, {experiment.tag()});
        QCOMPARE(found(0)->id, broken);
        QCOMPARE(taskFor(found(0)), ExperimentTask::Resume);
        QVERIFY(!found(1));
        // What is finished stands before what broke off, newer or not.
        const std::string finished = makeRun(writer, experiment, 0, RunState::Finished, 1);
        const std::string later = writer.createRun("b", experiment.runs[0].config, RunState::Stopped);
        writer.setTags(later, {experiment.tag()});
        QCOMPARE(found(0)->id, finished);
        QCOMPARE(taskFor(found(0)), ExperimentTask::Nothing);
        writer.trash(finished, true);
        QCOMPARE(found(0)->id, later);
        writer.setState(later, {RunState::Running, 0, "", true});
        QCOMPARE(taskFor(found(0)), ExperimentTask::Wait);
        writer.setState(later, {RunState::Diverged, 0, "", true});
        QCOMPARE(taskFor(found(0)), ExperimentTask::Nothing);
        writer.setState(later, {RunState::Failed, 0, "", true});
        QCOMPARE(taskFor(found(0)), ExperimentTask::Resume);
    }
    void sumsUpOverSeeds() {
        const Folder folder(twoByTwo);
        const Experiment experiment = folder.read();
        const TemporaryWorkspace place;
        StoreWriter writer(place.workspace);
        makeRun(writer, experiment, 0, RunState::Finished, 2.0);  // none, seed 1
        makeRun(writer, experiment, 1, RunState::Finished, 2.5);  // sigmoid, seed 1
        makeRun(writer, experiment, 2, RunState::Finished, 2.2);  // none, seed 2
        makeRun(writer, experiment, 3, RunState::Diverged, 99);   // sigmoid, seed 2: its figures are none
        RunStore store(place.workspace);
        const ExperimentReport report = reportExperiment(experiment, store);
        QCOMPARE(report.finished, 3);
        QCOMPARE(report.diverged, 1);
        const Spread& none = report.variants[0][bitsPerByteMeasure()];
        QCOMPARE(none.n, 2);
        QCOMPARE(none.mean, 2.1);
        QCOMPARE(none.min, 2.0);
        QCOMPARE(none.max, 2.2);
        QCOMPARE(report.variants[1][bitsPerByteMeasure()].n, 1);
        QCOMPARE(report.againstFirst[1].n, 1);
        QCOMPARE(report.againstFirst[1].mean, 0.5);
        QCOMPARE(report.againstFirst[0].max, 0.0);
        // Training loss: steps 95 to 99 of 1 + step / 100.
        QVERIFY(std::abs(report.outcomes[0].values[3] - 1.97) < 1e-12);
        QVERIFY(std::isnan(report.outcomes[3].values[0]));

        const ExperimentCurve& loss = report.curves.front();
        QCOMPARE(loss.key, std::string("loss"));
        QCOMPARE(loss.variants[0].size(), 100U);
        QCOMPARE(loss.variants[0][10].value.n, 2);
        QVERIFY(std::abs(loss.variants[0][10].value.mean - 1.1) < 1e-12);
        QCOMPARE(loss.variants[1][10].value.n, 1);

        const QStringList summary = QString::fromStdString(summaryCsv(report)).split('\n');
        QCOMPARE(summary.size(), 4);
        QVERIFY(summary[0].startsWith(
            "variant,lambda_schedule,lambda_k,lambda_reach_one_at,finished,diverged,eval_loss_mean,"));
        QVERIFY2(summary[2].startsWith("sigmoid,sigmoid,100,1,1,1,5,5,5,"), qPrintable(summary[2]));
        QVERIFY(summary[1].endsWith(",0,0,0") && summary[2].endsWith(",0.5,0.5,0.5"));
        for (const QString& line : summary.mid(1, 2)) QCOMPARE(line.count(','), summary[0].count(','));
        const QStringList runs = QString::fromStdString(runsCsv(report)).split('\n');
        QCOMPARE(runs.size(), 6);
        QVERIFY(runs[4].startsWith("sigmoid,2,diverged,") && runs[4].endsWith(",,"));
        QCOMPARE(QString::fromStdString(curvesCsv(report)).count("eval/loss,none,50,2,9,9,9\n"), 1);

        const QString page = QString::fromStdString(summaryMarkdown(report));
        QVERIFY2(page.contains("| **2.1000 (2.0000–2.2000)** |"), qPrintable(page));
        QVERIFY2(page.contains("| sigmoid | 1 + 1 diverged |"), qPrintable(page));
        QVERIFY2(page.contains("+0.5000"), qPrintable(page));
        QVERIFY2(
            page.contains("Lowest mean of bits per byte: **none**. All its seeds are below all seeds of: sigmoid."),
            qPrintable(page));
    }
};

QTEST_APPLESS_MAIN(TestExperiment)
#include "test_experiment.moc"
