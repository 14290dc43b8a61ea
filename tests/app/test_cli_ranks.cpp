// Data-parallel runs of real processes on the loopback address: ranks that halve the micro-batches give the losses and
// the checkpoints of one rank, to the bit; a run changes its number of ranks when it is resumed; a killed rank ends the
// others.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>
#include <QElapsedTimer>
#include <QTest>
#include <array>
#include <cmath>
#include <csignal>
#include <memory>

#include "cli_process.h"
#include "core/store/run_store.h"

using namespace tritlab::test;

namespace {

constexpr int steps = 120, killedSteps = 5000;  // enough of them that a run is stopped on its way

QStringList nano(const Cli& cli, const QString& name, const QStringList& sets = {}) {
    QStringList arguments{"train", "--preset", "nano", "--data", cli.path("text.txt"), "--name", name, "--json"};
    for (const QString& set : QStringList{"vocab_size=400", "steps=" + QString::number(steps), "warmup_steps=4",
                                          "checkpoint_every=40", "eval_every=40", "sample_every=0", "sample_tokens=4",
                                          "health_every=20", "threads=1", "lambda_schedule=linear"} +
                                  sets)
        arguments << "--set" << set;
    return arguments;
}

QByteArray losses(const Cli& cli, const QString& run) {
    QByteArray lines;
    for (const QByteArray& line : cli.run({"runs", "export", run, "--format", "csv"}).out.split('\n'))
        if (line.contains(",loss,") || line.contains(",eval/") || line.contains(",grad_norm,") ||
            line.contains(",health/"))
            lines += line + '\n';
    return lines;
}

QByteArray checkpointFile(const Cli& cli, const QString& run, const QString& file) {
    QFile opened(cli.home() + "/runs/" + run + "/checkpoints/step-00000120/" + file);
    return opened.open(QIODevice::ReadOnly) ? opened.readAll() : QByteArray("missing");
}

tritlab::RunSummary summary(const Cli& cli, const QString& name) {
    return tritlab::RunStore(tritlab::Workspace(cli.home().toStdString())).resolve(name.toStdString());
}

// A port that nobody listens on at the moment.
QString freePort() {
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket, any, size) != 0 || ::getsockname(socket, any, &size) != 0) qFatal("no port is free");
    ::close(socket);
    return QString::number(ntohs(address.sin_port));
}

// Ranks as torchrun starts them, but each with a command line of its own.
struct Launched {
    std::array<std::unique_ptr<QProcess>, 3> ranks;
    Launched(const Cli& cli, const QStringList& first, int size, const char* rankName = "RANK",
             const char* sizeName = "WORLD_SIZE") {
        const QString port = freePort();
        for (int rank = 0; rank < size; ++rank) {
            Cli::Variables variables{{rankName, QString::number(rank)},
                                     {sizeName, QString::number(size)},
                                     {"MASTER_ADDR", "127.0.0.1"},
                                     {"MASTER_PORT", port}};
            ranks[static_cast<std::size_t>(rank)] = std::make_unique<QProcess>();
            cli.start(at(rank), rank == 0 ? first : QStringList{"train"}, variables);
        }
    }
    [[nodiscard]] QProcess& at(int rank) const { return *ranks[static_cast<std::size_t>(rank)]; }
};

bool waitForStep(const Cli& cli, QProcess& process, const QString& name, std::int64_t step) {
    QElapsedTimer timer;
    timer.start();
    while (timer.elapsed() < 300000) {
        if (process.waitForFinished(20)) return false;
        if (!QFile::exists(cli.home() + "/tritlab.db")) continue;
        tritlab::RunStore store(tritlab::Workspace(cli.home().toStdString()));
        for (const tritlab::RunSummary& run : store.runs())
            if (run.name == name.toStdString() && run.state == tritlab::RunState::Running && run.steps > step)
                return true;
    }
    return false;
}

}  // namespace

class TestCliRanks : public QObject {
    Q_OBJECT
    Cli cli;
    QByteArray reference;
    QString referenceRun;

    void sameAsReference(const QString& name) const {
        QCOMPARE(losses(cli, name), reference);
        const QString run = QString::fromStdString(summary(cli, name).id);
        for (const char* file : {"model.safetensors", "optimizer.safetensors", "health.safetensors"})
            QVERIFY2(checkpointFile(cli, run, file) == checkpointFile(cli, referenceRun, file), file);
    }

private Q_SLOTS:
    void initTestCase() {
        cli.write("text.txt", someText(60000));
        const CliResult result = cli.run(nano(cli, "one", {"accumulation=2"}));
        QVERIFY2(result.code == 0, result.err);
        referenceRun = result.json()["run"].toString();
        reference = losses(cli, "one");
        QCOMPARE(reference.count(",loss,"), steps);
        QVERIFY(reference.contains("/gradient_norm,"));  // what ranks share is compared too
    }

    void twoRanksEqualOneWithTwiceTheAccumulation() {
        const Launched launched(cli, nano(cli, "two"), 2);
        const CliResult first = Cli::finish(launched.at(0)), second = Cli::finish(launched.at(1));
        QVERIFY2(first.code == 0, first.err);
        QVERIFY2(second.code == 0, second.err);
        QVERIFY2(second.out.isEmpty(), second.out);  // only rank 0 speaks
        QCOMPARE(first.json()["tokens"].toInt(), cli.run({"runs", "show", "one", "--json"}).json()["tokens"].toInt());
        QCOMPARE(summary(cli, "two").config.accumulation, 2);
        sameAsReference("two");
        QCOMPARE(cli.run({"runs", "list", "--json"}).json()["runs"].toArray().size(), 2);
    }

    // Micro-batches have one order of sums, whichever ranks have them: losses, norms, health and weights to the bit.
    void ranksThatDivideTheMicroBatchesEqualOne_data() {
        QTest::addColumn<int>("micros");
        QTest::addColumn<QList<int>>("ranks");
        QTest::newRow("four") << 4 << QList<int>{2, 4};
        QTest::newRow("six") << 6 << QList<int>{2};
        QTest::newRow("three by two and three") << 3 << QList<int>{2, 3};
    }
    void ranksThatDivideTheMicroBatchesEqualOne() {
        QFETCH(int, micros);
        QFETCH(QList<int>, ranks);
        const auto trained = [&](const QString& name, int accumulation, int size, const QStringList& more = {}) {
            const QStringList sets{"steps=40", "batch_size=2", "accumulation=" + QString::number(accumulation)};
            const CliResult result = cli.run(nano(cli, name, sets + more) << "--processes" << QString::number(size));
            if (result.code != 0) qWarning("%s", result.err.constData());
            return losses(cli, name);
        };
        const QString all = QString::number(micros);
        const QByteArray one = trained("one" + all, micros, 1);
        QCOMPARE(one.count(",loss,"), 40);
        for (const int size : ranks) {
            if (micros % size != 0) continue;
            const QString name = "ranks" + QString::number(size) + "of" + all;
            QCOMPARE(trained(name, micros / size, size), one);
            QCOMPARE(summary(cli, name).config.accumulation, micros);
        }
        if (micros == 3) return;  // the same sum in any case
        const QByteArray inOrder = trained("inOrder" + all, micros, 1, {"gradient_blocks=1"});
        QCOMPARE(inOrder.count(",loss,"), 40);
        QVERIFY(inOrder != one);  // the order shows in the bits
    }

    // Three ranks cannot halve four micro-batches: near, not equal, and it is said.
    void otherCountsComeNear() {
        QCOMPARE(cli.run(nano(cli, "alone", {"accumulation=4"})).code, 0);
        const double expected = summary(cli, "alone").lastLoss;
        QProcess uneven;
        cli.start(uneven, nano(cli, "uneven", {"accumulation=4"}));
        QVERIFY(waitForStep(cli, uneven, "uneven", 3));
        ::kill(static_cast<pid_t>(uneven.processId()), SIGTERM);
        QCOMPARE(Cli::finish(uneven).code, 3);
        const Launched launched(cli, {"resume", "uneven", "--json"}, 3, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
        for (int rank = 0; rank < 3; ++rank) {
            const CliResult result = Cli::finish(launched.at(rank));
            QVERIFY2(result.code == 0, result.err);
            if (rank == 0) QVERIFY2(result.err.contains("3 ranks instead of 1"), result.err);
        }
        QVERIFY(!summary(cli, "uneven").bitEqual);
        QVERIFY(std::abs(summary(cli, "uneven").lastLoss - expected) < 0.1);
    }

    void aRunChangesItsNumberOfRanks() {
        QProcess two;  // two ranks, stopped on the way; both have to go
        cli.start(two, nano(cli, "changing", {"checkpoint_every=1000"}) << "--processes"
                                                                        << "2");
        QVERIFY(waitForStep(cli, two, "changing", 3));
        ::kill(static_cast<pid_t>(two.processId()), SIGTERM);
        const CliResult stopped = Cli::finish(two);
        QVERIFY2(stopped.code == 3, stopped.err);
        const CliResult resumed = cli.run({"resume", "changing", "--json"});
        QVERIFY2(resumed.code == 0, resumed.err);
        QVERIFY2(!resumed.err.contains("instead of"), resumed.err);  // one rank sums as two do
        QVERIFY(summary(cli, "changing").bitEqual);
        sameAsReference("changing");
    }

    void aKilledRankEndsTheOthersAtTheLastCheckpoint() {
        const QStringList sets{"steps=" + QString::number(killedSteps), "checkpoint_every=4", "eval_every=0",
                               "health_every=0"};
        Launched launched(cli, nano(cli, "killed", sets), 2);
        QVERIFY(waitForStep(cli, launched.at(0), "killed", 5));
        launched.at(1).kill();
        const CliResult first = Cli::finish(launched.at(0));
        QCOMPARE(first.code, 1);
        QVERIFY2(first.err.contains("rank 1 (process ") && first.err.contains("is gone"), first.err);
        QVERIFY2(first.err.contains("can be resumed from step-"), first.err);
        QCOMPARE(summary(cli, "killed").state, tritlab::RunState::Failed);
        // Rank 0 is killed: the other ends, and the run is found interrupted.
        Launched again(cli, {"resume", "killed", "--json"}, 2, "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE");
        QVERIFY(waitForStep(cli, again.at(0), "killed", summary(cli, "killed").steps + 3));
        again.at(0).kill();
        const CliResult other = Cli::finish(again.at(1));
        QCOMPARE(other.code, 1);
        QVERIFY2(other.err.contains("rank 0 (process ") && other.err.contains("is gone"), other.err);
        QCOMPARE(cli.run({"runs", "list", "--query", "killed interrupted", "--json"}).json()["runs"].toArray().size(),
                 1);
        // What is left goes on.
        QProcess third;
        cli.start(third, {"resume", "killed", "--processes", "2"});
        QVERIFY(waitForStep(cli, third, "killed", summary(cli, "killed").steps + 3));
        ::kill(static_cast<pid_t>(third.processId()), SIGINT);
        const CliResult stopped = Cli::finish(third);
        QVERIFY2(stopped.code == 3, stopped.err);
    }

    void whatCannotWorkIsSaid() {
        cli.setVariable("RANK", "1");
        const CliResult half = cli.run(nano(cli, "half"));
        QCOMPARE(half.code, 2);
        QVERIFY2(half.err.contains("WORLD_SIZE: is not set"), half.err);
        cli.setVariable("RANK", "");
        const CliResult many = cli.run({"resume", "killed", "--processes", "3", "--json"});
        QCOMPARE(many.code, 1);
        QVERIFY2(many.err.contains("2 micro-batches, and there are 3 ranks"), many.err);
        QCOMPARE(cli.run(nano(cli, "none") << "--processes"
                                           << "0")
                     .code,
                 2);
    }
};

QTEST_GUILESS_MAIN(TestCliRanks)
#include "test_cli_ranks.moc"
