// The disk becomes full while tritlab-cli trains: it stops with a checkpoint, or names the last good one; what was
// acknowledged is there, and once there is room the run goes on to the end with the losses of one that was never
// stopped. Skipped where small file systems cannot be mounted.
#include <QTest>

#include "cli_training.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "tests/core/base/small_disk.h"

using namespace tritlab;
using namespace tritlab::test;
using tritlab::testing::SmallDisk;

namespace {

const std::string obstacle = SmallDisk::prepare();  // before main(): there is one thread yet
constexpr int steps = 300;

QStringList fullDiskRun(const Cli& text, const QString& name, int checkpointEvery) {
    return nano(text, name,
                {"steps=" + QString::number(steps), "checkpoint_every=" + QString::number(checkpointEvery)});
}

}  // namespace

class TestCliFullDisk : public QObject {
    Q_OBJECT
private:
    Cli normal_;
    QMap<int, QByteArray> reference_;

private Q_SLOTS:
    void initTestCase() {
        if (!obstacle.empty()) QSKIP(("no small file system can be mounted here: " + obstacle).c_str());
        normal_.write("text.txt", someText(120000));
        const CliResult result = normal_.run(fullDiskRun(normal_, "reference", 10));
        QVERIFY2(result.code == 0, result.err);
        reference_ = series(normal_, "reference");
        QCOMPARE(reference_.size(), steps);
    }

    void stopsAndGoesOn_data() {
        QTest::addColumn<int>("checkpointEvery");
        QTest::addColumn<bool>("runsElsewhere");  // on a disk that has room: the store alone cannot be written
        QTest::addRow("after a checkpoint") << 10 << false;
        QTest::addRow("before the first checkpoint") << steps << false;
        QTest::addRow("checkpoints on another disk") << steps << true;
    }
    void stopsAndGoesOn() {
        QFETCH(int, checkpointEvery);
        QFETCH(bool, runsElsewhere);
        const Cli cli;
        QVERIFY(QDir().mkpath(cli.home()) && QDir().mkpath(cli.path("runs")));
        const SmallDisk disk(cli.home().toStdString(), 24 << 20);
        if (runsElsewhere) QVERIFY(QFile::link(cli.path("runs"), cli.home() + "/runs"));
        const Workspace workspace(cli.home().toStdString());

        QProcess process;
        cli.start(process, fullDiskRun(normal_, "full", checkpointEvery));
        QVERIFY2(waitForStep(cli, process, 30), process.readAllStandardError());
        const std::int64_t acknowledged = RunStore(workspace).resolve("full").steps;
        for (int i = 0; i < 6000 && !process.waitForFinished(10); ++i) disk.fill();
        const CliResult result = Cli::finish(process, 1);
        QVERIFY2(result.code == 1, result.err);
        const QJsonObject json = result.json();
        const QString error = json["error"].toString();
        QVERIFY2(error.contains("disk is full") && result.err.contains(error.toUtf8()), result.err);
        QCOMPARE(json["state"].toString(), QStringLiteral("stopped"));
        const int stoppedAt = json["steps"].toInt();
        QVERIFY(stoppedAt < steps);

        // The last checkpoint is named, and good.
        const std::string run = json["run"].toString().toStdString();
        const auto checkpoints = listCheckpoints(workspace.checkpoints(run));
        QCOMPARE(checkpoints.empty(), checkpointEvery == steps && !runsElsewhere);
        if (checkpoints.empty()) {
            QVERIFY2(error.contains("No checkpoint has been written"), result.err);
        } else {
            QVERIFY2(error.contains(QString::fromStdString(checkpointName(checkpoints.back().step))), result.err);
            QCOMPARE(readCheckedManifest(checkpoints.back().path).step, checkpoints.back().step);
            if (runsElsewhere) QCOMPARE(checkpoints.back().step, stoppedAt);
        }

        // What is stored can be read on the full disk.
        disk.fill();
        const CliResult shown = cli.run({"runs", "show", "full", "--json"});
        QVERIFY2(shown.code == 0 && shown.json()["run"].toString().toStdString() == run, shown.err);

        // The store is whole, holds what was acknowledged, and says of the rest that it is not there.
        disk.makeRoom();
        {
            RunStore store(workspace);
            QCOMPARE(store.integrityCheck(), std::string());
            const RunSummary stored = store.run(run).value();
            QVERIFY(stored.steps >= acknowledged && stored.steps <= stoppedAt);
            QCOMPARE(static_cast<std::int64_t>(store.series(run, "loss").size()), stored.steps);
            if (stored.steps < stoppedAt)
                QVERIFY2(error.contains("up to step " + QString::number(stored.steps)), result.err);
        }
        const QMap<int, QByteArray> before = series(cli, "full");
        for (auto point = before.begin(); point != before.end(); ++point)
            QCOMPARE(point.value(), reference_[point.key()]);
        const QString state = cli.run({"runs", "show", "full", "--json"}).json()["state"].toString();
        QVERIFY2(state == "stopped" || state == "interrupted", qPrintable(state));

        const CliResult resumed = cli.run({"resume", "full", "--json"});
        QVERIFY2(resumed.code == 0, resumed.err);
        QCOMPARE(resumed.json()["steps"].toInt(), steps);
        const QMap<int, QByteArray> after = series(cli, "full");
        for (int step = 0; step < steps; ++step) {
            // A checkpoint that was newer than what the store could take leaves a gap: those steps are not repeated.
            const bool missing = runsElsewhere && step >= before.size() && step < stoppedAt;
            QCOMPARE(after[step], missing ? QByteArray() : reference_[step]);
        }
    }

    void anExperimentEndsThere() {
        const Cli cli;
        QVERIFY(QDir().mkpath(cli.home()) && QDir().mkpath(cli.path("lr")));
        const SmallDisk disk(cli.home().toStdString(), 24 << 20);
        cli.write("lr/definition.json",
                  R"({"name": "lr", "base": {"preset": "nano", "steps": 300, "vocab_size": 400, "sample_every": 0,
                      "data": [{"path": ")" +
                      normal_.path("text.txt").toUtf8() + R"("}]}, "vary": {"learning_rate": [0.001, 0.004]},
                      "seeds": [1]})");
        QProcess process;
        cli.start(process, {"experiment", "run", cli.path("lr"), "--json"});
        QVERIFY2(waitForStep(cli, process, 10), process.readAllStandardError());
        for (int i = 0; i < 6000 && !process.waitForFinished(10); ++i) disk.fill();
        const CliResult result = Cli::finish(process, 1);
        QVERIFY2(result.code == 1 && result.err.contains("disk is full"), result.err);
        QVERIFY2(!result.err.contains("unexpected"), result.err);
        QCOMPARE(result.json()["failed"].toInt(), 1);
        QCOMPARE(RunStore(Workspace(cli.home().toStdString())).runs().size(), std::size_t{1});
    }
};

QTEST_GUILESS_MAIN(TestCliFullDisk)
#include "test_cli_full_disk.moc"
