// tritlab-cli as a process, what needs no training engine: wrong use, configs, estimates, tokenizers, an empty
// workspace.
#include <QElapsedTimer>
#include <QRegularExpression>
#include <QTest>
#include <csignal>

#include "cli_process.h"

using namespace tritlab::test;

namespace {

// What of a command, of its options and of the commands below it the page on the command line does not name.
QStringList unnamed(const Cli& cli, const QStringList& command, const QString& page) {
    static const QRegularExpression option("^  (-[\\w,-]+)"), below("^  ([a-z]+)");
    const QString name = command.join(' ');
    QStringList missing;
    if (!command.isEmpty() && !page.contains('`' + name)) missing << name;
    QString part;
    for (const QString& line : QString::fromUtf8(cli.run(command + QStringList{"--help"}).out).split('\n')) {
        if (!line.startsWith(' ')) part = line;
        const bool ofOption = part == "Options:", ofCommand = part == "Subcommands:";
        if (const auto match = option.match(line); ofOption && match.hasMatch()) {
            for (const QString& word : match.captured(1).split(','))
                if (word != "-h" && word != "--help" && !page.contains(QRegularExpression(word + "\\b")))
                    missing << name + ' ' + word;
        }
        if (const auto match = below.match(line); ofCommand && match.hasMatch())
            missing << unnamed(cli, command + QStringList{match.captured(1)}, page);
    }
    return missing;
}

}  // namespace

class TestCli : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void wrongUseExitsTwo_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("message");
        const auto row = [](const char* name, const QStringList& arguments, const char* message) {
            QTest::newRow(name) << arguments << QByteArray(message);
        };
        row("no command", {}, "subcommand is required");
        row("unknown command", {"trian"}, "trian");
        row("unknown option", {"estimate", "--presets", "nano"}, "--presets");
        row("group alone", {"runs"}, "subcommand is required");
        row("missing argument", {"runs", "show"}, "run is required");
        row("unknown preset", {"train", "--preset", "giant"}, "notebook-125m");
        row("unknown key", {"train", "--preset", "nano", "--set", "batchsize=4"}, "'batch_size'");
        row("wrong type", {"train", "--preset", "nano", "--set", "steps=many"}, "not a whole number");
        row("out of range", {"train", "--preset", "nano", "--set", "held_out=2"}, "0 to 0.9");
        row("decimal comma", {"train", "--preset", "nano", "--set", "learning_rate=0,001"}, "not a number");
        row("no equals sign", {"train", "--preset", "nano", "--set", "steps"}, "key=value");
        row("does not apply", {"train", "--preset", "nano", "--set", "lambda_k=3"},
            "lambda_schedule is exponential or sigmoid");
        row("no data", {"train"}, "builtin:bible");
        row("heads do not fit", {"train", "--preset", "nano", "--set", "heads=5"}, "no multiple of the 5 heads");
        row("neither run nor model", {"generate", "--prompt", "x"}, "either --run or --model");
        row("both", {"generate", "--prompt", "x", "--run", "a", "--model", "b"}, "either --run or --model");
        row("bad tokens", {"logits", "--model", "x", "--tokens", "1,b"}, "1,2,3");
        row("bad engine", {"logits", "--model", "x", "--tokens", "1", "--engine", "gpu"}, "train or packed");
        row("bad number", {"generate", "--model", "x", "--prompt", "y", "--max-tokens", "none"}, "max-tokens");
        row("negative seed", {"generate", "--model", "x", "--prompt", "y", "--seed", "-1"}, "--seed: '-1'");
        row("seed beyond 64 bits", {"generate", "--model", "x", "--prompt", "y", "--seed", "99999999999999999999"},
            "too large");
        row("NaN", {"generate", "--model", "x", "--prompt", "y", "--temperature", "nan"}, "--temperature: 'nan'");
        row("infinite", {"bench", "plot", "--seconds", "1e400"}, "--seconds: '1e400'");
        row("half a token", {"generate", "--model", "x", "--prompt", "y", "--max-tokens", "1.5"}, "--max-tokens");
        row("negative seed of a run", {"estimate", "--preset", "nano", "--set", "seed=-1"}, "'seed'");
        row("seed of a run beyond", {"estimate", "--preset", "nano", "--set", "seed=1e400"}, "'seed'");
        row("half a step", {"estimate", "--preset", "nano", "--set", "steps=1.5"}, "'steps'");
        row("export format", {"runs", "export", "latest", "--format", "xml"}, "Give csv, md");
    }
    void wrongUseExitsTwo() {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, message);
        const Cli cli;
        const CliResult plain = cli.run(arguments);
        QCOMPARE(plain.code, 2);
        QVERIFY2(plain.err.contains(message), plain.err);
        QVERIFY(plain.out.isEmpty());
        const CliResult json = cli.run(arguments + QStringList{"--json"});
        QCOMPARE(json.code, 2);
        QVERIFY2(json.json()["error"].toString().toUtf8().contains(message), json.out);
    }
    void helpExitsZero() {
        const Cli cli;
        for (const QStringList& arguments :
             {QStringList{"--help"}, {"train", "--help"}, {"runs", "export", "--help"}, {"--version"}}) {
            const CliResult result = cli.run(arguments);
            QCOMPARE(result.code, 0);
            QVERIFY(!result.out.isEmpty());
        }
    }
    void docsNameEveryCommandAndOption() {
        QFile file(TRITLAB_SOURCE_DIR "/docs/command-line.md");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const Cli cli;
        const QStringList missing = unnamed(cli, {}, QString::fromUtf8(file.readAll()));
        QVERIFY2(missing.isEmpty(), qPrintable("\n" + missing.join('\n')));
        // The check sees what it is for.
        QCOMPARE(unnamed(cli, {"presets"}, "`presets`"), QStringList());
        QVERIFY(unnamed(cli, {"logits"}, "`logits --tokens`").contains("logits --engine"));
        QVERIFY(unnamed(cli, {}, "").contains("runs list --query"));
    }
    void estimateCounts() {
        const Cli cli;
        const CliResult result = cli.run({"estimate", "--preset", "2b4t", "--json"});
        QCOMPARE(result.code, 0);
        QCOMPARE(result.json()["parameters"].toDouble(), 2412820480.0);
        for (const char* key : {"ternary_parameters", "training_bytes", "packed_bytes", "tokens_per_step",
                                "total_tokens", "flops_per_token"})
            QVERIFY2(result.json()[key].toDouble() > 0, key);
        const QJsonObject base = cli.run({"estimate", "--preset", "nano", "--json"}).json();
        const QJsonObject wider = cli.run({"estimate", "--preset", "nano", "--set", "vocab_size=612", "--json"}).json();
        QCOMPARE(wider["parameters"].toDouble() - base["parameters"].toDouble(), 100.0 * 64);
        QVERIFY(cli.run({"estimate", "--preset", "nano"}).out.contains("parameters"));
        // Of a device that need not be on this machine.
        QCOMPARE(cli.run({"estimate", "--preset", "nano", "--set", "device=cuda", "--json"})
                     .json()["training_memory"]
                     .toString(),
                 QString("cuda"));
        QVERIFY(cli.run({"estimate", "--preset", "nano", "--set", "device=cuda"}).out.contains("CUDA memory"));
    }
    void configFiles() {
        const Cli cli;
        const auto estimate = [&](const QByteArray& content) {
            return cli.run({"estimate", "--config", cli.write("c.json", content), "--json"});
        };
        const CliResult good = estimate(R"({"preset": "nano", "steps": 7, "learning_rate": 1e-3})");
        QCOMPARE(good.code, 0);
        QCOMPARE(good.json()["total_tokens"].toInt(), 7 * 8 * 64);
        const auto wrong = [&](const QByteArray& content, const QByteArray& message) {
            const CliResult result = estimate(content);
            QCOMPARE(result.code, 2);
            QVERIFY2(result.err.contains(message) && result.err.contains("c.json"), result.err);
        };
        wrong(R"({"stepz": 7})", "'steps'");
        wrong(R"({"steps": "7"})", "not a whole number");
        wrong(R"({"steps": 0})", "1 to 1000000000");
        wrong("{\"seed\": 1,\n\"steps\": }", "c.json:2");
        wrong("[1]", "JSON object");
        wrong(R"({"steps": 7, "seed": 1, "steps": 8})", "'steps' stands there twice");
        wrong(R"({"data": [{"path": "a", "path": "b"}]})", "'path' stands there twice");
        wrong(R"({"learning_rate": 1e400})", "too large");
        wrong(R"({"learning_rate": NaN})", "c.json:1");
        wrong(R"({"seed": -1})", "'seed'");
        wrong(R"({"steps": 1.5})", "not a whole number");
        wrong(R"({"lambda_k": 4})", "applies where");
        QCOMPARE(cli.run({"estimate", "--config", cli.path("missing.json")}).code, 2);
    }
    void fieldsAndPresetsAreListed() {
        const Cli cli;
        const QJsonArray fields = cli.run({"fields", "--json"}).json()["fields"].toArray();
        QVERIFY(fields.size() > 50);
        for (const auto field : fields) QVERIFY(!field.toObject()["help"].toString().isEmpty());
        QVERIFY(cli.run({"fields"}).out.contains("checkpoint_every"));
        QVERIFY(cli.run({"presets", "--json"}).json()["presets"].toArray().size() >= 15);
    }
    void readsNumbersUnderADecimalCommaLocale() {
        Cli cli;
        cli.setVariable("LC_ALL", "de_DE.UTF-8");
        const CliResult result = cli.run(
            {"estimate", "--preset", "nano", "--set", "learning_rate=0.0003", "--set", "held_out=0.5", "--json"});
        QCOMPARE(result.code, 0);
        const CliResult refused = cli.run({"estimate", "--preset", "nano", "--set", "learning_rate=0,0003"});
        QCOMPARE(refused.code, 2);
    }
    void numbersAreReadAsTheyStand() {
        const Cli cli;  // not as octal; and as --set reads them
        for (const char* number : {"010", "1e1", "+10", " 10 "}) {
            const CliResult result = cli.run({"tokenizer", "train", "--data", cli.write("t.txt", "x"), "--out",
                                              cli.path("t.model"), "--vocab-size", number});
            QCOMPARE(result.code, 2);
            QVERIFY2(result.err.contains("A vocabulary of 10 "), result.err);
        }
    }
    void placesToWriteAreLookedAtFirst_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<bool>("folder");
        const auto row = [](const char* name, const QStringList& arguments, bool folder) {
            QTest::newRow(name) << arguments << folder;
        };
        row("tokenizer", {"tokenizer", "train", "--data", "builtin:bible", "--out"}, false);
        row("points", {"runs", "export", "latest", "--out"}, false);
        row("report", {"runs", "export", "latest", "--format", "md", "--out"}, false);
        row("gguf", {"export", "--run", "latest", "--format", "gguf-f16", "--out"}, false);
        row("losses", {"bench", "curve", "--preset", "nano", "--data", "builtin:bible", "--csv"}, false);
        row("hf", {"export", "--run", "latest", "--out"}, true);
        row("experiment", {"experiment", "report", TRITLAB_SOURCE_DIR "/experiments/lambda-schedules", "--out"}, true);
        row("packed", {"bench", "generate", "--shape", "small", "--pack-to"}, true);
    }
    void placesToWriteAreLookedAtFirst() {
        QFETCH(QStringList, arguments);
        QFETCH(bool, folder);
        const Cli cli;
        const QString file = cli.write("a.txt", "not to be touched");
        const auto refused = [&](const QString& out, const QByteArray& message) {
            const CliResult result = cli.run(arguments + QStringList{out});
            QCOMPARE(result.code, 2);
            QVERIFY2(result.err.contains(message) && result.err.contains(arguments.last().toUtf8() + ": "), result.err);
            QCOMPARE(result.err.count('\n'), 1);
        };
        refused("", "the name is empty");
        refused(cli.path("nowhere/x"), "there is no folder " + cli.path("nowhere").toUtf8());
        refused(file + "/x", "a.txt is a file, not a folder");
        if (folder) refused(file, "a.txt is a file");
        else refused(cli.path("."), "is a folder");
        QVERIFY(!QFile::exists(cli.path("nowhere")));
        QCOMPARE(QFileInfo(file).size(), 17);
    }
    void whatIsReadIsNotOverwritten() {
        const Cli cli;
        const QString text = cli.write("t.txt", someText(60000));
        const CliResult result =
            cli.run({"tokenizer", "train", "--data", text, "--vocab-size", "400", "--out", cli.path("./t.txt")});
        QCOMPARE(result.code, 2);
        QVERIFY2(result.err.contains("is what is read"), result.err);
        QCOMPARE(QFileInfo(text).size() >= 60000, true);
        QCOMPARE(cli.run({"tokenizer", "train", "--data", text + ":2", "--out", cli.path("t.model")}).code, 2);
        // A file of that very name is meant, not the other one with a weight.
        QVERIFY(QFile::copy(text, text + ":2"));
        const QStringList named{"tokenizer", "train", "--data", text + ":2", "--vocab-size", "400"};
        QCOMPARE(cli.run(named + QStringList{"--out", cli.path("t.model")}).code, 0);
    }
    void aHomeIsFoundOrNamed() {
        const Cli cli;
        const auto run = [&](const QStringList& arguments, const Cli::Variables& variables) {
            QProcess process;
            cli.start(process, arguments, variables);
            return Cli::finish(process);
        };
        const QString none;
        const QStringList list{"runs", "list"};
        const Cli::Variables unset{{"TRITLAB_HOME", none}, {"XDG_DATA_HOME", none}, {"HOME", none}};
        QCOMPARE(run({"presets"}, unset).code, 0);
        // Without HOME the user database knows; here it must not be the tester's own workspace that is listed.
        Cli::Variables missing = unset;
        missing["HOME"] = cli.path("nobody");
        QCOMPARE(run({"presets"}, missing).code, 0);
        CliResult result = run(list, missing);
        QCOMPARE(result.code, 1);
        QVERIFY2(result.err.contains("nobody does not exist") && result.err.contains("TRITLAB_HOME"), result.err);
        QVERIFY(!QFile::exists(cli.path("nobody")));
        const QString file = cli.write("file", "x");
        for (const QString& place : {file, file + "/sub"}) {
            result = run(list, {{"TRITLAB_HOME", place}});
            QCOMPARE(result.code, 1);
            QVERIFY2(result.err.contains(place.toUtf8()) && result.err.contains("file, not"), result.err);
        }
        result = run({"bench", "store", "--runs", "2", "--points", "100", "--long-runs", "0", "--no-window", "--folder",
                      cli.path("w/")},
                     {});
        QVERIFY2(result.code == 0, result.err);
        for (const QString& place : {cli.path("w"), cli.path("w/"), cli.path("./w/../w//")})
            QCOMPARE(run({"runs", "list", "--json"}, {{"TRITLAB_HOME", place}}).json()["runs"].toArray().size(), 2);
    }
    // What sentencepiece computes cannot be interrupted; Ctrl-C is heard all the same.
    void ctrlCEndsATokenizersTraining() {
        const Cli cli;
        QByteArray text;
        for (std::uint64_t i = 0; text.size() < 6'000'000; ++i) {
            for (int k = 0; k < 9; ++k) text += static_cast<char>('a' + tritlab::randomBits(3, i, k) % 26);
            text += i % 8 == 0 ? '\n' : ' ';
        }
        const QString file = cli.write("t.txt", text);
        QVERIFY(QDir().mkdir(cli.path("out")));
        for (const bool json : {false, true}) {
            QProcess process;
            cli.start(process, QStringList{"tokenizer", "train", "--data", file, "--vocab-size", "8000", "--model",
                                           "unigram", "--out", cli.path("out/t.model")} +
                                   (json ? QStringList{"--json"} : QStringList()));
            QVERIFY(!process.waitForFinished(2500));
            QElapsedTimer timer;
            timer.start();
            ::kill(static_cast<pid_t>(process.processId()), SIGINT);
            const CliResult result = Cli::finish(process, 20);
            QVERIFY2(timer.elapsed() < 2000, QByteArray::number(timer.elapsed()));
            QCOMPARE(result.code, 3);
            QVERIFY2(result.err.count("stopped") == 1, result.err);
            QCOMPARE(result.json().contains("error"), json);
            QVERIFY(QDir(cli.path("out")).isEmpty(QDir::AllEntries | QDir::Hidden | QDir::NoDotAndDotDot));
        }
    }
    void outputThatNobodyTakes() {
        const Cli cli;
        const auto shell = [&](const QString& rest) {
            QProcess process;
            process.start("/bin/sh", {"-c", QStringLiteral(TRITLAB_BINARY_DIR "/bin/tritlab-cli ") + rest});
            return Cli::finish(process, 30);
        };
        const CliResult full = shell("fields > /dev/full");
        QCOMPARE(full.code, 1);
        QCOMPARE(full.err, QByteArray("tritlab-cli: cannot write to standard output\n"));
        const CliResult left = shell("fields | true");
        QVERIFY2(left.err.isEmpty(), left.err);
    }
    void anEmptyWorkspaceHasNoRuns() {
        const Cli cli;
        const CliResult list = cli.run({"runs", "list", "--json"});
        QCOMPARE(list.code, 0);
        QCOMPARE(list.json()["runs"].toArray().size(), 0);
        for (const QStringList& arguments : {QStringList{"runs", "show", "latest"},
                                             {"resume", "latest"},
                                             {"runs", "trash", "x"},
                                             {"generate", "--run", "latest", "--prompt", "x"},
                                             {"runs", "restore", "x"}}) {
            const CliResult result = cli.run(arguments + QStringList{"--json"});
            QCOMPARE(result.code, 1);
            QVERIFY(!result.json()["error"].toString().isEmpty());
        }
    }
    void missingTextMakesNoRun() {
        const Cli cli;
        for (const QString& data : {cli.path("missing.txt"), QStringLiteral("builtin:klingon")}) {
            const CliResult result = cli.run({"train", "--preset", "nano", "--data", data, "--json"});
            QVERIFY(result.code == 1 || result.code == 2);
            QVERIFY2(result.json()["error"].toString().contains(data.section(':', -1)), result.out);
        }
        QCOMPARE(cli.run({"runs", "list", "--json"}).json()["runs"].toArray().size(), 0);
    }
    void trainsAndInspectsATokenizer() {
        const Cli cli;
        const QString text = cli.write("text.txt", someText(60000));
        const CliResult trained = cli.run(
            {"tokenizer", "train", "--data", text, "--vocab-size", "400", "--out", cli.path("t.model"), "--json"});
        QVERIFY2(trained.code == 0, trained.err);
        QCOMPARE(trained.json()["vocab_size"].toInt(), 400);
        const CliResult looked =
            cli.run({"tokenizer", "inspect", cli.path("t.model"), "--text", "The king said: 火", "--json"});
        QCOMPARE(looked.code, 0);
        QCOMPARE(looked.json()["decoded"].toString(), QStringLiteral("The king said: 火"));
        QVERIFY(looked.json()["token_ids"].toArray().size() > 4);
        QCOMPARE(cli.run({"tokenizer", "inspect", text}).code, 1);
        QCOMPARE(
            cli.run({"tokenizer", "train", "--data", text, "--vocab-size", "200", "--out", cli.path("u.model")}).code,
            2);
        QVERIFY(!QFile::exists(cli.path("u.model")));
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
