// tritlab-cli from text to a model and back: train, show, export, generate, evaluate, logits; stopped, killed and
// resumed runs give the losses of one that was never stopped. TRITLAB_KILLS sets how often the killed run is killed.
#include <QTest>
#include <csignal>

#include "cli_training.h"

using namespace tritlab::test;

class TestCliTrain : public QObject {
    Q_OBJECT
private:
    Cli cli;
    QMap<int, QByteArray> reference;
    QString referenceRun;

private Q_SLOTS:
    void initTestCase() {
        cli.write("text.txt", someText(120000));
        cli.write("other.txt", someText(5000, 9));
    }
    void trains() {
        const CliResult result = cli.run(nano(cli, "reference"));
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject json = result.json();
        referenceRun = json["run"].toString();
        QVERIFY(!referenceRun.isEmpty());
        QCOMPARE(json["state"].toString(), QStringLiteral("finished"));
        QCOMPARE(json["steps"].toInt(), 100);
        QCOMPARE(json["tokens"].toInt(), 100 * 8 * 64);
        reference = series(cli, referenceRun);
        QCOMPARE(reference.size(), 100);
        QVERIFY(reference[99].toDouble() < reference[0].toDouble() - 0.5);  // it learns
        QCOMPARE(json["final_loss"].toDouble(), reference[99].toDouble());
        QVERIFY(result.err.contains("step ") && result.err.contains("tokens/s"));
        const QMap<int, QByteArray> lambda = series(cli, referenceRun, "lambda");
        QCOMPARE(lambda[99], QByteArray("1"));
    }
    void showsAndLists() {
        const QJsonObject shown = cli.run({"runs", "show", "reference", "--json"}).json();
        QCOMPARE(shown["run"].toString(), referenceRun);
        QCOMPARE(shown["config"].toObject()["vocab_size"].toInt(), 400);
        QVERIFY(!shown["checkpoints"].toArray().isEmpty());
        QVERIFY(shown["bits_per_byte"].toDouble() > 0);
        QCOMPARE(
            cli.run({"runs", "list", "--query", "REF and state = finished", "--json"}).json()["runs"].toArray().size(),
            1);
        QCOMPARE(cli.run({"runs", "list", "--query", "nothing", "--json"}).json()["runs"].toArray().size(), 0);
        QVERIFY(cli.run({"runs", "show", "latest"}).out.contains("held-out loss"));
        QCOMPARE(cli.run({"runs", "show", "refe", "--json"}).json()["run"].toString(), referenceRun);
    }
    void generatesAndEvaluates() {
        const QStringList generate{"generate", "--run",        "reference", "--prompt",
                                   "The king", "--max-tokens", "12",        "--json"};
        const CliResult first = cli.run(generate), again = cli.run(generate);
        QVERIFY2(first.code == 0, first.err);
        QCOMPARE(first.json()["text"].toString(), again.json()["text"].toString());
        QVERIFY(!first.json()["token_ids"].toArray().isEmpty() && first.json()["token_ids"].toArray().size() <= 12);
        QVERIFY(!first.json()["prompt_token_ids"].toArray().isEmpty());

        const CliResult eval =
            cli.run({"eval", "perplexity", "--run", "latest", "--data", cli.path("other.txt"), "--json"});
        QVERIFY2(eval.code == 0, eval.err);
        const QJsonObject e = eval.json();
        QVERIFY(std::abs(std::exp(e["loss"].toDouble()) - e["perplexity"].toDouble()) <
                1e-6 * e["perplexity"].toDouble());
        QVERIFY(std::abs(e["loss"].toDouble() * e["tokens"].toDouble() / (std::log(2.0) * e["bytes"].toDouble()) -
                         e["bits_per_byte"].toDouble()) < 1e-9);
        QCOMPARE(e["bytes"].toInt(), static_cast<int>(QFile(cli.path("other.txt")).size()));

        const QJsonObject train =
            cli.run({"logits", "--run", "latest", "--tokens", "5,6,7", "--engine", "train", "--json"}).json();
        const QJsonObject packed =
            cli.run({"logits", "--run", "latest", "--tokens", "5,6,7", "--engine", "packed", "--json"}).json();
        QCOMPARE(train["logits"].toArray().size(), 400);
        QCOMPARE(train["argmax"].toInt(), packed["argmax"].toInt());
        QCOMPARE(cli.run({"logits", "--run", "latest", "--tokens", "400"}).code, 1);
    }
    void chatsAndKeepsIt() {
        const CliResult result =
            cli.run({"chat", "--run", "latest", "--max-tokens", "8", "--json"}, "In the morning\nAnd then\n");
        QVERIFY2(result.code == 0, result.err);
        QCOMPARE(result.json()["messages"].toArray().size(), 4);
        tritlab::RunStore store(tritlab::Workspace(cli.home().toStdString()));
        QCOMPARE(store.messages(result.json()["conversation"].toInt()).size(), 4U);
    }
    void aFinishedRunIsNotResumed() {
        const CliResult result = cli.run({"resume", "reference", "--json"});
        QCOMPARE(result.code, 1);
        QVERIFY(result.json()["error"].toString().contains("finished"));
    }
    void sameSeedSameLosses() {
        const CliResult result = cli.run(nano(cli, "again"));
        QVERIFY2(result.code == 0, result.err);
        QVERIFY(series(cli, result.json()["run"].toString()) == reference);
        QCOMPARE(cli.run({"runs", "diff", "reference", "again", "--json"}).json()["differences"].toArray().size(), 0);
    }
    void stoppedAndResumed() {
        QProcess process;
        cli.start(process, nano(cli, "stopped"));
        QVERIFY(waitForStep(cli, process, 14));
        const CliResult busy = cli.run({"resume", "stopped", "--json"});  // it goes already
        QCOMPARE(busy.code, 1);
        QVERIFY(!busy.json()["error"].toString().isEmpty());
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        const CliResult result = Cli::finish(process);
        QVERIFY2(result.code == 3, result.err);
        QCOMPARE(result.json()["state"].toString(), QStringLiteral("stopped"));
        QVERIFY(result.json()["steps"].toInt() < 100);
        const CliResult resumed = cli.run({"resume", "stopped", "--json"});
        QVERIFY2(resumed.code == 0, resumed.err);
        QCOMPARE(resumed.json()["steps"].toInt(), 100);
        QVERIFY(series(cli, "stopped") == reference);
    }
    // A micro-batch that takes seconds: the first Ctrl-C is answered at once and waits for it, the second does not.
    void aSecondSignalStopsAtOnce() {
        QProcess process;
        cli.start(process, nano(cli, "twice", {"batch_size=700", "steps=3", "checkpoint_every=1"}),
                  {{"TRITLAB_KERNELS", "scalar"}});
        QVERIFY(waitForStep(cli, process, 0));
        // Until the first checkpoint is there, and the second step is on its way.
        QVERIFY(QTest::qWaitFor(
            [this] {
                tritlab::RunStore store(tritlab::Workspace(cli.home().toStdString()));
                return !store.checkpoints(store.resolve("twice").id).empty();
            },
            60000));
        QTest::qWait(600);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);  // as timeout(1) sends it twice: still one
        QTest::qWait(130);
        QVERIFY(process.state() == QProcess::Running);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QElapsedTimer timer;
        timer.start();
        const CliResult result = Cli::finish(process);
        QVERIFY2(timer.elapsed() < 2000, QByteArray::number(timer.elapsed()));
        QVERIFY2(result.code == 3, result.err);
        QVERIFY2(result.err.contains("stopping: a checkpoint is written first"), result.err);
        QVERIFY2(result.err.count("stopped at once") == 1, result.err);
        QCOMPARE(result.json()["state"].toString(), QStringLiteral("stopped"));
        const QJsonObject shown = cli.run({"runs", "show", "twice", "--json"}).json();
        QCOMPARE(shown["run"].toString(), result.json()["run"].toString());
        QCOMPARE(shown["state"].toString(), QStringLiteral("stopped"));
        QVERIFY2(shown["explanation"].toString().contains("Stopped at once by a signal"), result.out);
        const CliResult resumed = cli.run({"resume", "twice", "--json"});
        QVERIFY2(resumed.code == 0, resumed.err);
        QCOMPARE(resumed.json()["steps"].toInt(), 3);
    }
    void whatIsInTheTrashRests() {
        QCOMPARE(cli.run({"runs", "trash", "again"}).code, 0);
        for (const QStringList& arguments :
             {QStringList{"resume", "again"},
              {"chat", "--run", "again"},
              {"generate", "--run", "again", "--prompt", "x"},
              {"export", "--run", "again", "--out", cli.path("again")},
              {"eval", "perplexity", "--run", "again", "--data", cli.path("other.txt")}}) {
            const CliResult result = cli.run(arguments + QStringList{"--json"});
            QCOMPARE(result.code, 1);
            QVERIFY2(result.json()["error"].toString().contains("in the trash"), result.out);
            QVERIFY2(result.err.contains("runs restore"), result.err);
        }
        QCOMPARE(cli.run({"runs", "show", "again"}).code, 0);
        QCOMPARE(cli.run({"runs", "restore", "again"}).code, 0);
        QCOMPARE(cli.run({"generate", "--run", "again", "--prompt", "x", "--max-tokens", "1"}).code, 0);
    }
    void aConversationOutgrowsItsContext() {
        const CliResult result = cli.run({"chat", "--run", "reference", "--max-tokens", "8", "--json"},
                                         "In the morning\n" + QByteArray("the king said ").repeated(80) + "\nand\n");
        QCOMPARE(result.code, 1);
        QVERIFY2(result.err.contains("context holds 64") && result.err.contains("--shift-context"), result.err);
        QCOMPARE(result.json()["messages"].toArray().size(), 3);  // the answer, and the message that has none
        const QByteArray prompt = QByteArray("the king said ").repeated(80);
        const QStringList generate{"generate", "--run", "reference", "--prompt", prompt, "--max-tokens", "4"};
        const CliResult refused = cli.run(generate);
        QCOMPARE(refused.code, 1);
        QVERIFY2(refused.err.contains("context holds 64") && refused.err.contains("--shift-context"), refused.err);
        QCOMPARE(cli.run(generate + QStringList{"--shift-context"}).code, 0);
    }
    void anErrorIsSaidOnce() {
        for (const bool json : {false, true}) {
            QStringList arguments = nano(cli, "failing", {"vocab_size=100000"});
            arguments.removeOne("--json");
            const CliResult result = cli.run(json ? arguments + QStringList{"--json"} : arguments);
            QCOMPARE(result.code, 1);
            QVERIFY2(result.err.count("too small for a vocabulary") == 1, result.err);
            QCOMPARE(result.out.count("too small for a vocabulary"), json ? 1 : 0);
        }
    }
    void stoppedByAnotherProcess() {
        QProcess process;
        cli.start(process, nano(cli, "asked"));
        QVERIFY(waitForStep(cli, process, 5));
        QCOMPARE(cli.run({"runs", "stop", "asked"}).code, 0);
        QCOMPARE(Cli::finish(process).code, 3);
    }
    void killedAndResumed() {
        const int kills =
            qEnvironmentVariableIsSet("TRITLAB_KILLS") ? qEnvironmentVariableIntValue("TRITLAB_KILLS") : 3;
        // Each round gets some 20 steps further than its checkpoint; so many steps that no round finishes before its
        // kill.
        const QStringList steps{"steps=" + QString::number(100 + 60 * kills)};
        const CliResult whole = cli.run(nano(cli, "whole", steps));
        QVERIFY2(whole.code == 0, whole.err);
        const tritlab::Workspace workspace(cli.home().toStdString());
        QStringList arguments = nano(cli, "killed", steps);
        for (int round = 0; round < kills; ++round) {
            QProcess process;
            cli.start(process, arguments);
            QVERIFY(waitForStep(cli, process, -1));  // it goes (again)
            const auto bits = tritlab::randomBits(11, 4, static_cast<std::uint64_t>(round));
            QTest::qSleep(static_cast<int>(bits % 400));
            std::int64_t acknowledged = 0;
            {
                tritlab::RunStore store(workspace);
                acknowledged = store.resolve("killed").steps;
            }
            QVERIFY(process.state() == QProcess::Running);
            process.kill();
            process.waitForFinished();
            tritlab::RunStore store(workspace);
            QCOMPARE(store.integrityCheck(), std::string());
            const tritlab::RunSummary run = store.resolve("killed");
            QVERIFY(run.steps >= acknowledged);
            QVERIFY(static_cast<std::int64_t>(store.series(run.id, "loss").size()) >= acknowledged);
            QCOMPARE(cli.run({"runs", "show", "killed", "--json"}).json()["state"].toString(),
                     QStringLiteral("interrupted"));
            arguments = QStringList{"resume", "killed", "--json"};
        }
        const CliResult result = cli.run(arguments);
        QVERIFY2(result.code == 0, result.err);
        QVERIFY(series(cli, "killed") == series(cli, "whole"));
        QCOMPARE(series(cli, "killed").size(), 100 + 60 * kills);
    }
    void theDemoTrainsOnce() {
        // A finished run of the demo's name is the demo: it speaks and is not trained again.
        QCOMPARE(cli.run(nano(cli, "demo", {"steps=20"})).code, 0);
        const auto runs = [&] { return cli.run({"runs", "list", "--json"}).json()["runs"].toArray().size(); };
        const auto before = runs();
        const CliResult result = cli.run({"demo", "--json"});
        QVERIFY2(result.code == 0, result.err);
        QCOMPARE(result.json()["steps"].toInt(), 20);
        QVERIFY(!result.json()["reply"].toString().isEmpty());
        QVERIFY(QFile::exists(result.json()["database"].toString()));
        QVERIFY(QFile::exists(result.json()["checkpoints"].toString()));
        QCOMPARE(runs(), before);
    }
    void badTextIsRefused() {
        cli.write("empty.txt", "");
        cli.write("binary.txt", QByteArray(5000, '\0'));
        cli.write("broken.jsonl", "{\"text\": \"unfinished\n[1, 2\nnot json\n");
        cli.write("small.txt", "Too little text.");
        for (const char* name : {"empty.txt", "binary.txt", "broken.jsonl", "small.txt"}) {
            QStringList arguments = nano(cli, name);
            arguments[arguments.indexOf("--data") + 1] = cli.path(name);
            const CliResult result = cli.run(arguments);
            QVERIFY2(result.code == 1, name);
            QVERIFY2(!result.json()["error"].toString().isEmpty(), name);
            for (const auto run : cli.run({"runs", "list", "--query", name, "--json"}).json()["runs"].toArray())
                QCOMPARE(run.toObject()["state"].toString(), QStringLiteral("failed"));
        }
    }
    void estimateMeasures() {
        const CliResult result = cli.run({"estimate", "--preset", "nano", "--measure", "--json"});
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject json = result.json();
        const double tokens = json["total_tokens"].toDouble(), seconds = json["run_seconds"].toDouble();
        QVERIFY(seconds > 0 && json["measured_memory_bytes"].toDouble() > 0);
        QVERIFY(std::abs(json["tokens_per_second"].toDouble() * seconds / tokens - 1) < 1e-9);
        QVERIFY(cli.run({"estimate", "--preset", "nano", "--measure"}).out.contains("of training at"));
    }
    void trashAndRestore() {
        QCOMPARE(cli.run({"runs", "trash", "again"}).code, 0);
        QCOMPARE(cli.run({"runs", "list", "--query", "again", "--json"}).json()["runs"].toArray().size(), 0);
        QCOMPARE(cli.run({"runs", "list", "--trash", "--json"}).json()["runs"].toArray().size(), 1);
        QCOMPARE(cli.run({"runs", "restore", "again"}).code, 0);
        QCOMPARE(cli.run({"runs", "list", "--query", "again", "--json"}).json()["runs"].toArray().size(), 1);
    }
};

QTEST_GUILESS_MAIN(TestCliTrain)
#include "test_cli_train.moc"
