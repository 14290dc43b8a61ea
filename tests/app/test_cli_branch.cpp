// Runs that go on from another's checkpoint through tritlab-cli: what is told of the schedules, and that those which
// are kept give the parent's own losses.
#include <QTest>
#include <cmath>

#include "cli_training.h"
#include "core/run/schedules.h"

using namespace tritlab;
using namespace tritlab::test;

class TestCliBranch : public QObject {
    Q_OBJECT
    Cli cli;
    QMap<int, QByteArray> parentLoss_, parentRate_;
    RunConfig parent_;

    [[nodiscard]] RunConfig configOf(const QString& run) const {
        return RunStore(Workspace(cli.home().toStdString())).resolve(run.toStdString()).config;
    }
    static double valueOf(const CliResult& result, const char* key, const char* when) {
        return result.json()["schedule"].toObject()[key].toObject()[when].toDouble(-1);
    }

private Q_SLOTS:
    void initTestCase() {
        cli.write("text.txt", someText(60000));
        const CliResult result =
            cli.run(nano(cli, "parent",
                         {"steps=40", "warmup_steps=4", "threads=1", "lambda_schedule=linear", "keep_checkpoints=9"}));
        QVERIFY2(result.code == 0, result.err);
        parentLoss_ = series(cli, "parent");
        parentRate_ = series(cli, "parent", "lr");
        parent_ = configOf("parent");
        QCOMPARE(parentLoss_.size(), 40);
        QCOMPARE(parentRate_.size(), 40);
    }

    // Nothing asked for: over all steps, and the jump is said with both ways out of it.
    void stretchedSchedulesJumpAndSaySo() {
        const CliResult text =
            cli.run({"runs", "branch", "parent", "--step", "20", "--name", "stretched", "--set", "steps=80"});
        QVERIFY2(text.code == 0, text.err);
        const RunConfig config = configOf("stretched");
        const QByteArray line =
            QByteArray("At step 20: learning rate ") + scheduledText(learningRateAt(parent_, 19)).c_str() + " → " +
            scheduledText(learningRateAt(config, 20)).c_str() + ", lambda 0.475 → 0.25, weight decay stays at ";
        QVERIFY2(text.out.contains(line), text.out);
        QVERIFY2(text.out.contains("stretched over all 80 steps"), text.out);
        QVERIFY2(text.out.contains("--keep-schedule") && text.out.contains("--new-schedule"), text.out);
        const CliResult json = cli.run({"runs", "branch", "parent", "--step", "20", "--set", "steps=80", "--json"});
        QCOMPARE(json.json()["schedule"].toObject()["curves"].toString(), QString("stretched"));
        QCOMPARE(json.json()["branch_step"].toInt(), 20);
        QCOMPARE(json.json()["total_steps"].toInt(), 80);
        QCOMPARE(valueOf(json, "learning_rate", "before"), learningRateAt(parent_, 19));
        QCOMPARE(valueOf(json, "learning_rate", "after"), learningRateAt(config, 20));
        QCOMPARE(valueOf(json, "lambda", "before"), lambdaAt(parent_, 19));
        QCOMPARE(valueOf(json, "lambda", "after"), 0.25);
        QCOMPARE(valueOf(json, "weight_decay", "after"), weightDecayAt(config, 20));
    }

    // The old curve, then its last value: up to the parent's last step the same run, to the bit.
    void keptSchedulesGiveTheParentsLosses() {
        const CliResult made = cli.run({"runs", "branch", "parent", "--step", "20", "--name", "kept", "--set",
                                        "steps=60", "--set", "eval_every=0", "--keep-schedule", "--json"});
        QVERIFY2(made.code == 0, made.err);
        QCOMPARE(made.json()["schedule"].toObject()["curves"].toString(), QString("kept"));
        QCOMPARE(valueOf(made, "learning_rate", "after"), learningRateAt(parent_, 20));
        QCOMPARE(valueOf(made, "lambda", "after"), lambdaAt(parent_, 20));
        const CliResult trained = cli.run({"resume", "kept", "--json"});
        QVERIFY2(trained.code == 0, trained.err);
        const QMap<int, QByteArray> loss = series(cli, "kept"), rate = series(cli, "kept", "lr"),
                                    lambda = series(cli, "kept", "lambda");
        QCOMPARE(loss.size(), 40);
        for (int step = 20; step < 40; ++step) {
            QCOMPARE(loss[step], parentLoss_[step]);
            QCOMPARE(rate[step], parentRate_[step]);
        }
        for (int step = 40; step < 60; ++step) {
            QCOMPARE(rate[step], parentRate_[39]);
            QCOMPARE(lambda[step].toDouble(), 1.0);
        }
    }

    // A finished run goes on to more steps in one command; a new curve begins there, and lambda does not fall.
    void resumeToMoreSteps() {
        const CliResult told = cli.run({"resume", "parent", "--json"});
        QCOMPARE(told.code, 1);
        QVERIFY2(told.json()["error"].toString().contains("--steps"), told.out);
        const CliResult result = cli.run({"resume", "parent", "--steps", "60", "--new-schedule", "--json"});
        QVERIFY2(result.code == 0, result.err);
        QCOMPARE(result.json()["steps"].toInt(), 60);
        QCOMPARE(result.json()["branch_step"].toInt(), 40);
        QCOMPARE(result.json()["schedule"].toObject()["curves"].toString(), QString("new"));
        QCOMPARE(valueOf(result, "learning_rate", "after"), 0.0);  // its warm-up
        QCOMPARE(valueOf(result, "lambda", "after"), 1.0);
        const QString run = result.json()["run"].toString();
        QVERIFY(run != result.json()["parent"].toString());
        const QMap<int, QByteArray> rate = series(cli, run, "lr"), lambda = series(cli, run, "lambda");
        QCOMPARE(rate.size(), 20);
        QCOMPARE(rate[44].toDouble(), parent_.learningRate);  // the peak, after four steps
        for (const QByteArray& value : lambda) QCOMPARE(value.toDouble(), 1.0);
        // The parent is as it was.
        QVERIFY(series(cli, "parent") == parentLoss_);
        QCOMPARE(configOf("parent").steps, 40);
    }

    // A stopped branch is resumed with the losses of one that was never stopped.
    void aBranchResumesBitEqual() {
        const QStringList sets{"--step",        "20", "--set", "steps=4000", "--set", "checkpoint_every=1000",
                               "--new-schedule"};
        QVERIFY(cli.run(QStringList{"runs", "branch", "parent", "--name", "stopped"} + sets).code == 0);
        QProcess process;
        cli.start(process, {"resume", "stopped"});
        QVERIFY(waitForStep(cli, process, 30));
        QVERIFY(cli.run({"runs", "stop", "stopped"}).code == 0);
        QCOMPARE(Cli::finish(process).code, 3);
        const QMap<int, QByteArray> first = series(cli, "stopped");
        QProcess again;
        cli.start(again, {"resume", "stopped"});
        QVERIFY(waitForStep(cli, again, first.lastKey() + 5));
        QVERIFY(cli.run({"runs", "stop", "stopped"}).code == 0);
        QCOMPARE(Cli::finish(again).code, 3);
        QVERIFY(cli.run(QStringList{"runs", "branch", "parent", "--name", "whole"} + sets).code == 0);
        QProcess whole;
        cli.start(whole, {"resume", "whole"});
        QVERIFY(waitForStep(cli, whole, first.lastKey() + 5));
        QVERIFY(cli.run({"runs", "stop", "whole"}).code == 0);
        QCOMPARE(Cli::finish(whole).code, 3);
        const QMap<int, QByteArray> resumed = series(cli, "stopped"), expected = series(cli, "whole");
        for (int step = 20; step <= first.lastKey() + 5; ++step) QCOMPARE(resumed[step], expected[step]);
    }

    void whatCannotBeIsRefused() {
        const auto refused = [&](const QStringList& arguments, int code, const char* text) {
            const CliResult result = cli.run(arguments);
            QCOMPARE(result.code, code);
            QVERIFY2(result.err.contains(text), result.err);
        };
        const qsizetype before = cli.run({"runs", "list", "--json"}).json()["runs"].toArray().size();
        refused({"runs", "branch", "parent", "--step", "20"}, 0, "");
        refused({"runs", "branch", "parent", "--step", "40"}, 1, "40 steps already");
        refused({"runs", "branch", "parent", "--step", "7", "--set", "steps=60"}, 1, "no checkpoint of step 7");
        refused({"runs", "branch", "parent", "--set", "hidden_size=128", "--set", "steps=60"}, 1, "keeps the model");
        refused({"runs", "branch", "parent", "--keep-schedule", "--new-schedule"}, 2, "--keep-schedule");
        refused({"runs", "branch", "parent", "--set", "steps=60", "--set", "schedule_steps=50", "--keep-schedule"}, 2,
                "schedule_steps");
        refused({"runs", "branch", "parent", "--set", "steps=43", "--new-schedule"}, 2, "warm-up");
        refused({"resume", "parent", "--keep-schedule"}, 2, "--steps");
        refused(nano(cli, "late", {"schedule_from=20"}), 2, "schedule_from");
        refused({"resume", "parent", "--steps", "30"}, 1, "40 steps already");
        QCOMPARE(cli.run({"runs", "list", "--json"}).json()["runs"].toArray().size(), before + 1);
    }

    // A curve that is longer than the run: lambda is told not to come to 1.
    void aRunThatEndsBeforeItsScheduleIsTold() {
        const CliResult result = cli.run(
            {"runs", "branch", "parent", "--step", "10", "--name", "short", "--set", "steps=30", "--keep-schedule"});
        QVERIFY2(result.code == 0, result.err);
        QVERIFY2(result.out.contains("Lambda ends at 0.725"), result.out);
        const CliResult low = cli.run({"runs", "branch", "parent", "--set", "steps=60", "--keep-schedule"});
        QVERIFY2(low.out.contains("The curves end at step 40; from there on the learning rate stays at "), low.out);
        QVERIFY2(low.out.contains("0.2 % of its peak"), low.out);
    }
};

QTEST_GUILESS_MAIN(TestCliBranch)
#include "test_cli_branch.moc"
