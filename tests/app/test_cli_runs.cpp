// tritlab-cli runs, import and experiment report as processes, on runs that were put into the store without training.
#include <QDirIterator>
#include <QTest>
#include <cmath>

#include "cli_process.h"
#include "core/experiment/definition.h"
#include "core/store/database.h"
#include "core/store/store_writer.h"
#include "tests/core/store/event_writer.h"

using namespace tritlab::test;
using tritlab::RunState;

class TestCliRuns : public QObject {
    Q_OBJECT
private:
    Cli cli;
    QString first, second, third;

    QString makeRun(const QString& name, const tritlab::RunConfig& config, double loss,
                    const std::vector<std::string>& tags = {}) {
        const tritlab::Workspace workspace(cli.home().toStdString());
        tritlab::StoreWriter writer(workspace);
        const std::string id = writer.createRun(name.toStdString(), config, RunState::Preparing);
        writer.setTags(id, tags);
        {
            tritlab::RunRecorder recorder(writer, id);
            for (tritlab::StepIndex step = 0; step < 20; ++step) {
                tritlab::StepEvent event;
                event.step = step;
                event.loss = loss + static_cast<double>(20 - step) / 7;
                event.learningRate = config.learningRate;
                event.wallSeconds = static_cast<double>(step);
                event.tokens = (step + 1) * 512;
                recorder.onStep(event);
            }
            tritlab::EvaluationEvent evaluation;
            evaluation.step = 20;
            evaluation.full = true;
            evaluation.loss = loss;
            evaluation.perplexity = std::exp(loss);
            evaluation.bitsPerByte = loss / 2;
            recorder.onEvaluation(evaluation);
            recorder.onState({RunState::Finished, 20, "", true});
        }
        writer.flush();
        return QString::fromStdString(id);
    }
    QStringList listed(const QStringList& arguments) const {
        const CliResult result = cli.run(QStringList{"runs", "list", "--json"} + arguments);
        if (result.code != 0) return {QString::fromUtf8(result.err)};
        QStringList names;
        for (const auto run : result.json()["runs"].toArray()) names << run.toObject()["name"].toString();
        return names;
    }

    // Of the workspace and all in it; folders of the test stay open to other users.
    void setWritable(bool writable) const {
        const auto read = QFile::ReadOwner | QFile::ReadGroup | QFile::ReadOther;
        const auto enter = QFile::ExeOwner | QFile::ExeGroup | QFile::ExeOther;
        const auto change = writable ? QFile::WriteOwner : QFile::Permissions();
        QFile::setPermissions(cli.path("."), read | enter | QFile::WriteOwner);
        QDirIterator each(cli.home(), QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot,
                          QDirIterator::Subdirectories);
        QFile::setPermissions(cli.home(), read | enter | change);
        while (each.hasNext()) {
            const QFileInfo info(each.next());
            QFile::setPermissions(info.filePath(), read | change | (info.isDir() ? enter : QFile::Permissions()));
        }
    }

private Q_SLOTS:
    void initTestCase() {
        tritlab::RunConfig config;
        config.steps = 20;
        first = makeRun("plain", config, 3.5, {"good"});
        config.learningRate = 1e-4;
        second = makeRun("slow", config, 4.5);
        config.lambdaSchedule = tritlab::LambdaSchedule::Sigmoid;
        config.lambdaK = 100;
        third = makeRun("sigmoid", config, 2.5, {"good", "odd"});
    }
    void listsByQuery() {
        QCOMPARE(listed({"--query", "lr > 1e-3"}), QStringList{"plain"});
        QCOMPARE(listed({"--query", "tag:good and not tag:odd"}), QStringList{"plain"});
        QCOMPARE(listed({"--query", "state = finished and eval_loss < 4"}), (QStringList{"sigmoid", "plain"}));
        QCOMPARE(listed({"--query", "SLO"}), QStringList{"slow"});
        for (const char* query : {"lr >", "lrr > 1", "state = done", "(lr > 1"}) {
            const CliResult result = cli.run({"runs", "list", "--query", query});
            QCOMPARE(result.code, 2);
            QVERIFY2(result.err.contains("query, character "), result.err);
        }
    }
    void sortsAndChoosesColumns() {
        QCOMPARE(listed({"--sort", "eval_loss"}), (QStringList{"sigmoid", "plain", "slow"}));
        QCOMPARE(listed({"--sort", "eval_loss", "--reverse"}), (QStringList{"slow", "plain", "sigmoid"}));
        QCOMPARE(listed({"--sort", "name"}), (QStringList{"plain", "sigmoid", "slow"}));
        // What has no value comes last, either way round.
        QCOMPARE(listed({"--sort", "lambda_k"}).first(), QStringLiteral("sigmoid"));
        QCOMPARE(listed({"--sort", "lambda_k", "--reverse"}).first(), QStringLiteral("sigmoid"));
        const CliResult table = cli.run({"runs", "list", "--sort", "name", "--columns", "name,lr,lambda_k"});
        QCOMPARE(table.out,
                 QByteArray("name     lr      lambda_k\nplain    0.003   \nsigmoid  0.0001  100\nslow     0.0001  \n"));
        QCOMPARE(cli.run({"runs", "list", "--columns", "nmae"}).code, 2);
        QVERIFY(cli.run({"runs", "list", "--sort", "nmae"}).err.contains("Did you mean 'name'"));
    }
    void comparesSeveral() {
        const QJsonObject two = cli.run({"runs", "diff", "plain", "slow", "--json"}).json();
        QCOMPARE(two["differences"].toArray().size(), 1);
        QCOMPARE(two["differences"].toArray()[0].toObject()["left"].toString(), QStringLiteral("0.003"));
        const CliResult three = cli.run({"runs", "diff", "plain", "slow", "sigmoid"});
        QVERIFY2(three.out.contains("learning_rate        0.003  0.0001  0.0001\n"), three.out);
        QVERIFY2(three.out.contains("lambda_k             -      -       100\n"), three.out);
        QCOMPARE(cli.run({"runs", "diff", "plain", "plain", "--json"}).json()["differences"].toArray().size(), 0);
        QCOMPARE(cli.run({"runs", "diff", "plain"}).code, 2);
    }
    void changesWhatIsSaidOfRuns() {
        QCOMPARE(cli.run({"runs", "tag", "plain", "slow", "--add", "x", "--add", "y", "--remove", "good"}).code, 0);
        QCOMPARE(listed({"--query", "tag:x and tag:y"}).size(), 2);
        QCOMPARE(listed({"--query", "tag:good"}), QStringList{"sigmoid"});
        QCOMPARE(cli.run({"runs", "tag", "plain", "--add", "two words"}).code, 2);
        QCOMPARE(cli.run({"runs", "note", "plain", "for the record"}).code, 0);
        QCOMPARE(listed({"--query", "notes:record"}), QStringList{"plain"});
        QCOMPARE(cli.run({"runs", "rename", "slow", "slower"}).code, 0);
        QCOMPARE(cli.run({"runs", "rename", "plain", ""}).code, 2);
        QCOMPARE(cli.run({"runs", "star", "plain", "slower"}).code, 0);
        QCOMPARE(cli.run({"runs", "star", "plain", "--off"}).code, 0);
        QCOMPARE(listed({"--query", "starred = true"}), QStringList{"slower"});
        QCOMPARE(cli.run({"runs", "baseline", "slower"}).code, 0);
        QCOMPARE(listed({"--query", "baseline = true"}), QStringList{"slower"});
        QCOMPARE(cli.run({"runs", "baseline", "--off"}).code, 0);
        QCOMPARE(listed({"--query", "baseline = true"}), QStringList());
        QCOMPARE(cli.run({"runs", "baseline"}).code, 2);
        QCOMPARE(cli.run({"runs", "tag", "nobody", "--add", "x"}).code, 1);
    }
    void deletesOnlyFromTheTrash() {
        const QString doomed = makeRun("doomed", {}, 5);
        QCOMPARE(cli.run({"runs", "purge", "doomed", "--yes"}).code, 1);
        QCOMPARE(cli.run({"runs", "trash", "doomed", "slower"}).code, 0);
        QCOMPARE(cli.run({"runs", "restore", "slower"}).code, 0);
        const CliResult asked = cli.run({"runs", "purge", "doomed"});
        QCOMPARE(asked.code, 2);
        QVERIFY(asked.err.contains("--yes") && asked.out.contains("doomed"));
        QCOMPARE(listed({"--trash"}), QStringList{"doomed"});
        QCOMPARE(cli.run({"runs", "purge", "doomed", "--yes"}).code, 0);
        QCOMPARE(listed({"--trash"}), QStringList());
        QVERIFY(!QFile::exists(cli.home() + "/runs/" + doomed));
        QCOMPARE(listed({}).size(), 3);
    }
    void exportsMarkdownAndJson() {
        const CliResult table = cli.run({"runs", "export", "plain", "sigmoid", "--format", "md"});
        QVERIFY2(table.out.startsWith("| run | state | steps | learning_rate | lambda_schedule | lambda_k |"),
                 table.out);
        QVERIFY2(table.out.contains("| sigmoid | finished | 20 | 0.0001 | sigmoid | 100 |"), table.out);
        QVERIFY2(table.out.contains("| **2.5000** |"), table.out);
        const QJsonObject whole = cli.run({"runs", "export", "sigmoid", "--format", "json", "--json"}).json();
        QCOMPARE(whole["config"].toObject()["lambda_k"].toDouble(), 100.0);
        QCOMPARE(whole["series"].toObject()["loss"].toObject()["value"].toArray().size(), 20);
        QCOMPARE(whole["evaluations"].toArray().size(), 1);
        QCOMPARE(cli.run({"runs", "export", "plain", "sigmoid", "--format", "csv"}).code, 2);
        QCOMPARE(cli.run({"runs", "export", "plain", "--format", "tensorboard"}).code, 2);
        QCOMPARE(cli.run({"runs", "export", "plain", "--key", "nothing"}).code, 1);
        const QString file = cli.path("loss.csv");
        QCOMPARE(cli.run({"runs", "export", "plain", "--key", "loss", "--out", file}).code, 0);
        QFile written(file);
        QVERIFY(written.open(QIODevice::ReadOnly));
        QCOMPARE(written.readAll().count('\n'), 21);
    }
    void tensorboardOutAndIn() {
        const QString out = cli.path("tb");
        const CliResult exported =
            cli.run({"runs", "export", "plain", "sigmoid", "--format", "tensorboard", "--out", out, "--json"});
        QVERIFY2(exported.code == 0, exported.err);
        QCOMPARE(exported.json()["files"].toArray().size(), 2);
        const CliResult imported = cli.run({"import", out, "--name", "back", "--json"});
        QVERIFY2(imported.code == 0, imported.err);
        QCOMPARE(imported.json()["runs"].toArray().size(), 2);
        QCOMPARE(listed({"--query", "tag:imported and name:back"}).size(), 2);
        QCOMPARE(listed({"--query", "tag:imported and loss < 3"}), QStringList{"back/sigmoid-" + third});
        QCOMPARE(imported.json()["losses"].toArray().size(), 0);
        // Their config came along as a text; what is known of it is shown, and it is the same.
        QCOMPARE(cli.run({"runs", "show", "back/plain", "--json"}).json()["config"],
                 cli.run({"runs", "show", "plain", "--json"}).json()["config"]);
        const CliResult resumed = cli.run({"resume", "back/plain"});
        QCOMPARE(resumed.code, 1);
        QVERIFY2(resumed.err.contains("another program"), resumed.err);
        const CliResult one = cli.run({"import", out, "--name", "both", "--merge", "--json"});
        QCOMPARE(one.json()["runs"].toArray().size(), 1);
    }
    void eventFilesThatAreHurtOrSayLittle() {
        tritlab::EventWriter events;
        events.scalar("loss", 1, 2).scalar("loss", 2, 1).scalar("loss", 3, 0.5F);
        QDir().mkpath(cli.path("events/bare"));
        QDir().mkpath(cli.path("events/hurt"));
        cli.write("events/bare/events.out.tfevents.1", QByteArray::fromStdString(events.bytes));
        events.bytes[events.starts[2] + 20] = '?';
        cli.write("events/hurt/events.out.tfevents.1", QByteArray::fromStdString(events.bytes));
        const CliResult told = cli.run({"import", cli.path("events")});
        QCOMPARE(told.code, 0);
        QVERIFY2(told.out.contains("warning: ") && told.out.contains("1 record, "), told.out);
        const QJsonObject json = cli.run({"import", cli.path("events/hurt"), "--name", "again", "--json"}).json();
        QCOMPARE(json["runs"].toArray()[0].toObject()["points"].toInt(), 2);
        const QJsonObject damage = json["losses"].toArray()[0].toObject()["damage"].toArray()[0].toObject();
        QCOMPARE(damage["records"].toInt(), 1);
        QCOMPARE(damage["byte"].toInt(), static_cast<int>(events.starts[2]));
        // Event files say nothing of settings, and nothing is told of them.
        const QJsonObject bare = cli.run({"runs", "show", "events/bare", "--json"}).json();
        QVERIFY(bare["config"].toObject().isEmpty());
        QVERIFY(bare["total_steps"].isNull() && bare["bit_equal"].isNull() && bare["foreign"].toBool());
        QVERIFY(cli.run({"runs", "show", "events/bare"}).out.contains("settings are not known"));
        const CliResult diff = cli.run({"runs", "diff", "events/bare", "plain", "--json"});
        QCOMPARE(diff.json()["differences"].toArray().size(), 0);
        QVERIFY(cli.run({"runs", "diff", "events/bare", "plain"}).out.contains("No setting that is known"));
        QVERIFY(!listed({"--query", "learning_rate < 1 or not learning_rate < 1"}).contains("events/bare"));
        QCOMPARE(listed({"--query", "name:events/bare"}).size(), 1);
    }
    void whatCannotBeImported() {
        QCOMPARE(cli.run({"import", cli.path("nowhere")}).code, 1);
        QVERIFY(cli.run({"import", cli.home()}).err.contains("TensorBoard"));
    }
    void reportsAnExperiment() {
        QDir().mkpath(cli.path("exp"));
        cli.write("exp/definition.json", R"({"name": "two", "base": {"preset": "nano", "steps": 20},
            "variants": [{"name": "a"}, {"name": "b", "set": {"learning_rate": 0.002}}], "seeds": [1, 2]})");
        const CliResult nothing = cli.run({"experiment", "report", cli.path("exp")});
        QCOMPARE(nothing.code, 1);
        QVERIFY(nothing.err.contains("experiment run"));
        const tritlab::Experiment experiment = tritlab::readExperiment(cli.path("exp").toStdString());
        double loss = 3;
        for (const tritlab::PlannedRun& run : experiment.runs)
            makeRun(QString::fromStdString(run.name), run.config, loss += 0.25, {experiment.tag()});
        QCOMPARE(listed({"--query", "tag:experiment/two"}).size(), 4);
        const QJsonObject plan = cli.run({"experiment", "run", cli.path("exp"), "--dry-run", "--json"}).json();
        QCOMPARE(plan["complete"].toInt(), 4);
        QCOMPARE(cli.run({"experiment", "run", cli.path("exp")}).code, 0);  // nothing is left to do
        QCOMPARE(listed({"--query", "tag:experiment/two"}).size(), 4);
        const CliResult report = cli.run({"experiment", "report", cli.path("exp"), "--json"});
        QVERIFY2(report.code == 0, report.err);
        QCOMPARE(report.json()["finished"].toInt(), 4);
        QCOMPARE(report.json()["files"].toArray().size(), 4);
        for (const auto file : report.json()["files"].toArray()) QVERIFY(QFile(file.toString()).size() > 50);
        // The window's program draws where it was built.
        if (QFile::exists(TRITLAB_BINARY_DIR "/bin/tritlab"))
            QVERIFY(QFile(cli.path("exp/plots/loss.png")).size() > 5000);
        QCOMPARE(cli.run({"experiment", "run", cli.path("nowhere")}).code, 1);
    }
    // As on a disk that is mounted read-only: with SQLite's own files, without the index of its log, without a log.
    void aReadOnlyWorkspaceIsRead() {
        QCOMPARE(cli.run({"runs", "note", first, "early"}).code, 0);
        const QStringList list{"runs", "list", "--json"};
        const QStringList points{"runs", "export", first, "--format", "csv"};
        const QByteArray runs = cli.run(list).out, losses = cli.run(points).out;
        QVERIFY(losses.count('\n') > 20);
        QVERIFY(QFile::exists(cli.home() + "/tritlab.db-wal"));
        for (const char* gone : {"", "tritlab.db-shm", "tritlab.db-wal"}) {
            if (*gone != 0) {
                const tritlab::Workspace workspace(cli.home().toStdString());
                tritlab::Database(workspace.database(), tritlab::Database::Mode::ReadWrite).checkpoint(true);
                // Without its index the log has something to say that the database does not.
                if (QByteArray(gone).endsWith("shm")) QCOMPARE(cli.run({"runs", "note", first, "late"}).code, 0);
                for (const char* suffix : {"-shm", QByteArray(gone).endsWith("wal") ? "-wal" : "-shm"})
                    QFile::remove(cli.home() + "/tritlab.db" + suffix);
            }
            setWritable(false);
            const CliResult listed = cli.runAsNobody(list);
            const CliResult shown = cli.runAsNobody({"runs", "show", first, "--json"});
            const CliResult exported = cli.runAsNobody(points);
            const CliResult wrote = cli.runAsNobody({"runs", "note", first, "x"});
            setWritable(true);
            QVERIFY2(listed.code == 0, listed.err);
            QCOMPARE(listed.json()["runs"].toArray().size(), cli.run(list).json()["runs"].toArray().size());
            QVERIFY2(listed.err.contains("nothing can be written in " + cli.home().toUtf8()), listed.err);
            QVERIFY2(shown.code == 0, shown.err);
            QCOMPARE(shown.json()["notes"].toString(), QString(*gone == 0 ? "early" : "late"));
            QVERIFY2(exported.code == 0 && exported.out == losses, exported.err);
            QCOMPARE(wrote.code, 1);
            QVERIFY2(wrote.err.contains(cli.home().toUtf8() + ": the workspace cannot be written"), wrote.err);
        }
    }
};

QTEST_GUILESS_MAIN(TestCliRuns)
#include "test_cli_runs.moc"
