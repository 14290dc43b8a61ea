// experiment run as a process: trains what is missing, stops when it is told to, resumes what broke off, and ends with
// the same losses as a run that was trained by itself.
#include <QElapsedTimer>
#include <QTest>
#include <csignal>

#include "cli_process.h"
#include "core/store/run_store.h"

using namespace tritlab::test;

class TestCliExperiment : public QObject {
    Q_OBJECT
private:
    Cli cli;

    [[nodiscard]] std::vector<tritlab::RunSummary> runs() const {
        tritlab::RunStore store(tritlab::Workspace(cli.home().toStdString()));
        return store.runs();
    }
    // Waits until as many runs are there and the newest has got beyond the step.
    bool waitFor(QProcess& process, std::size_t count, std::int64_t step) const {
        QElapsedTimer timer;
        timer.start();
        while (timer.elapsed() < 100000 && !process.waitForFinished(20)) {
            const auto all = QFile::exists(cli.home() + "/tritlab.db") ? runs() : std::vector<tritlab::RunSummary>();
            if (all.size() == count && all.front().state == tritlab::RunState::Running && all.front().steps > step)
                return true;
        }
        return false;
    }

private Q_SLOTS:
    void initTestCase() {
        cli.write("text.txt", someText(120000));
        QDir().mkpath(cli.path("exp"));
        cli.write("exp/definition.json",
                  R"({"name": "lr", "base": {"preset": "nano", "steps": 60, "vocab_size": 400, "sample_every": 0,
            "checkpoint_every": 10, "eval_every": 0, "health_every": 20, "data": [{"path": "../text.txt"}]},
            "vary": {"learning_rate": [0.001, 0.004]}, "seeds": [1]})");
    }
    void stopsAndGoesOn() {
        const QStringList run{"experiment", "run", cli.path("exp"), "--json"};
        QProcess process;
        cli.start(process, run);
        QVERIFY(waitFor(process, 1, 12));
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const CliResult stopped = Cli::finish(process);
        QVERIFY2(stopped.code == 3, stopped.err);
        QCOMPARE(runs().size(), 1U);
        QCOMPARE(runs().front().state, tritlab::RunState::Stopped);

        QProcess again;
        cli.start(again, run);
        QVERIFY(waitFor(again, 2, 12));
        again.kill();
        again.waitForFinished();

        const CliResult rest = cli.run(run);
        QVERIFY2(rest.code == 0, rest.err);
        QCOMPARE(rest.json()["complete"].toInt(), 2);
        QCOMPARE(rest.json()["trained"].toInt(), 1);
        QCOMPARE(runs().size(), 2U);
        for (const auto& each : runs()) QCOMPARE(each.tags, std::vector<std::string>{"experiment/lr"});
    }
    void sameLossesAsByItself() {
        const auto all = runs();
        const CliResult alone = cli.run({"train",
                                         "--preset",
                                         "nano",
                                         "--data",
                                         cli.path("text.txt"),
                                         "--name",
                                         "alone",
                                         "--json",
                                         "--set",
                                         "steps=60",
                                         "--set",
                                         "vocab_size=400",
                                         "--set",
                                         "sample_every=0",
                                         "--set",
                                         "checkpoint_every=10",
                                         "--set",
                                         "eval_every=0",
                                         "--set",
                                         "health_every=20",
                                         "--set",
                                         "learning_rate=0.004",
                                         "--set",
                                         "seed=1"});
        QVERIFY2(alone.code == 0, alone.err);
        tritlab::RunStore store(tritlab::Workspace(cli.home().toStdString()));
        const auto expected = store.series(alone.json()["run"].toString().toStdString(), "loss");
        const auto loss = store.series(store.resolve("lr/learning_rate=0.004/seed-1").id, "loss");
        QCOMPARE(loss.size(), 60U);
        QCOMPARE(expected.size(), loss.size());
        for (std::size_t i = 0; i < loss.size(); ++i) QCOMPARE(loss[i].value, expected[i].value);
        QCOMPARE(all.size(), 2U);
    }
    void reports() {
        const CliResult report =
            cli.run({"experiment", "report", cli.path("exp"), "--no-plots", "--out", cli.path("out"), "--json"});
        QVERIFY2(report.code == 0, report.err);
        QCOMPARE(report.json()["finished"].toInt(), 2);
        QVERIFY(QFile(cli.path("out/summary.md")).size() > 200);
    }
};

QTEST_GUILESS_MAIN(TestCliExperiment)
#include "test_cli_experiment.moc"
