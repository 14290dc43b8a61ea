// tritlab-cli takes models out and in: a trained run as GGUF answers as it did; a GGUF file and a Hugging Face folder
// become runs; a dense model that is converted goes on from its own weights and ends ternary. What was trained below
// lambda 1 is not taken for its ternary twin in silence, and a damaged checkpoint is opened by nothing.
#include <QTest>
#include <cmath>

#include "cli_process.h"

using namespace tritlab::test;

class TestCliModels : public QObject {
    Q_OBJECT
private:
    Cli cli;
    double denseLoss_ = 0;

    CliResult train(const QString& name, const QStringList& sets) const {
        QStringList arguments{"train", "--preset", "nano", "--data", cli.path("text.txt"), "--name", name, "--json"};
        for (const QString& set :
             QStringList{"vocab_size=400", "hidden_size=128", "eval_every=0", "sample_every=0", "learning_rate=0.01"} +
                 sets)
            arguments << "--set" << set;
        return cli.run(arguments);
    }
    [[nodiscard]] QList<double> logits(const QStringList& model, const QString& engine = "packed") const {
        const CliResult result = cli.run(QStringList{"logits"} + model +
                                         QStringList{"--tokens", "1,40,300,7,90", "--engine", engine, "--json"});
        QList<double> values;
        for (const QJsonValue& value : result.json()["logits"].toArray()) values << value.toDouble();
        return values;
    }
    // Every command that computes with a model, in a form that needs nothing else.
    [[nodiscard]] QList<QStringList> commands(const QString& out) const {
        return {{"generate", "--prompt", "The king", "--max-tokens", "4"},
                {"chat", "--max-tokens", "4"},
                {"logits", "--tokens", "1,2"},
                {"logits", "--tokens", "1,2", "--engine", "packed"},
                {"eval", "perplexity", "--data", cli.path("short.txt")},
                {"eval", "perplexity", "--method", "llama.cpp", "--context", "32", "--chunks", "2", "--data",
                 cli.path("short.txt")},
                {"eval", "agreement", "--data", cli.path("short.txt"), "--texts", "2"},
                {"export", "--format", "hf-packed", "--out", out},
                {"export", "--format", "gguf-f16", "--out", out + ".gguf"}};
    }
    [[nodiscard]] QJsonArray checkpoints(const QString& run) const {
        return cli.run({"runs", "show", run, "--json"}).json()["checkpoints"].toArray();
    }
    // Turns one bit of a file around; again, and it is as it was.
    static bool flip(const QString& path) {
        QFile file(path);
        char byte = 0;
        if (!file.open(QIODevice::ReadWrite) || !file.seek(file.size() / 2) || !file.getChar(&byte)) return false;
        return file.seek(file.size() / 2) && file.putChar(static_cast<char>(byte ^ 1));
    }
    static double largestDifference(const QList<double>& left, const QList<double>& right) {
        if (left.size() != right.size() || left.isEmpty()) return INFINITY;
        double max = 0;
        for (qsizetype i = 0; i < left.size(); ++i) max = std::max(max, std::abs(left[i] - right[i]));
        return max;
    }

private Q_SLOTS:
    void initTestCase() {
        cli.write("text.txt", someText(120000));
        const CliResult bit = train("bit", {"steps=60", "activation=silu"});
        QVERIFY2(bit.code == 0, bit.err);
        const CliResult dense = train("dense", {"steps=60", "architecture=llama"});
        QVERIFY2(dense.code == 0, dense.err);
        denseLoss_ = dense.json()["final_loss"].toDouble();
        cli.write("short.txt", someText(4000, 3));
    }
    void leavesAsGgufAndAnswersTheSame_data() {
        QTest::addColumn<QString>("format");
        for (const char* format : {"gguf-f16", "gguf-tq2_0", "gguf-tq1_0"})
            QTest::newRow(format) << QString::fromLatin1(format);
    }
    void leavesAsGgufAndAnswersTheSame() {
        QFETCH(QString, format);
        const QString file = cli.path(format + ".gguf");
        const CliResult written = cli.run({"export", "--run", "bit", "--format", format, "--out", file, "--json"});
        QVERIFY2(written.code == 0, written.err);
        QVERIFY(written.json()["llama_cpp"].toBool());
        QVERIFY(written.json()["same_argmax"].toInt() > 0.9 * written.json()["positions"].toInt());
        const QList<double> before = logits({"--run", "bit"}), after = logits({"--model", file});
        QVERIFY2(largestDifference(before, after) < 0.1, qPrintable(QString::number(largestDifference(before, after))));
        QVERIFY(largestDifference(logits({"--model", file}, "train"), after) < 0.1);
        const auto says = [&](const QStringList& model) {
            return cli
                .run(QStringList{"generate"} + model +
                     QStringList{"--prompt", "The king", "--max-tokens", "8", "--greedy", "--json"})
                .json();
        };
        QCOMPARE(says({"--model", file})["prompt_token_ids"], says({"--run", "bit"})["prompt_token_ids"]);
        QVERIFY(!says({"--model", file})["text"].toString().isEmpty());
        const CliResult perplexity =
            cli.run({"eval", "perplexity", "--model", file, "--data", cli.path("text.txt"), "--json"});
        QVERIFY2(perplexity.code == 0 && perplexity.json()["perplexity"].toDouble() < 200, perplexity.err);
        QCOMPARE(cli.run({"export", "--run", "bit", "--format", format, "--out", file}).code, 1);  // it is there
    }
    void perplexityByLlamaCppsMethod() {
        const QStringList command{"eval",      "perplexity", "--run",  "bit",    "--method",          "llama.cpp",
                                  "--context", "64",         "--json", "--data", cli.path("text.txt")};
        const CliResult whole = cli.run(command + QStringList{"--head", "f32", "--cache", "f32"});
        QVERIFY2(whole.code == 0, whole.err);
        const QJsonObject json = whole.json();
        QCOMPARE(json["method"].toString(), QStringLiteral("llama.cpp"));
        QVERIFY(json["bos"].toBool());
        QCOMPARE(json["windows"].toInt(), json["text_tokens"].toInt() / 64);
        QCOMPARE(json["tokens"].toInt(), json["windows"].toInt() * 31);
        QVERIFY(std::abs(std::exp(json["loss"].toDouble()) - json["perplexity"].toDouble()) <
                1e-9 * json["perplexity"].toDouble());
        QVERIFY(json["perplexity_stderr"].toDouble() > 0);
        // The other method scores the same text and the same model: of the same order, and another figure.
        const double other =
            cli.run({"eval", "perplexity", "--run", "bit", "--data", cli.path("text.txt"), "--window", "64", "--json"})
                .json()["perplexity"]
                .toDouble();
        QVERIFY2(json["perplexity"].toDouble() > other / 2 && json["perplexity"].toDouble() < other * 2,
                 qPrintable(QString("%1 and %2").arg(json["perplexity"].toDouble()).arg(other)));
        const QJsonObject two = cli.run(command + QStringList{"--chunks", "2"}).json();
        QCOMPARE(two["windows"].toInt(), 2);
        QCOMPARE(two["all_windows"].toInt(), 2);
        QVERIFY2(whole.err.contains("window 1/"), whole.err);
        // The command with one option given otherwise, or besides.
        const auto fails = [&](const QStringList& option, int code, const char* part) {
            QStringList changed = command;
            if (const qsizetype at = changed.indexOf(option.front()); at >= 0) changed[at + 1] = option.back();
            else changed += option;
            const CliResult result = cli.run(changed);
            return result.code == code && result.err.contains(part) ? QByteArray() : part + (": " + result.err);
        };
        QCOMPARE(fails({"--window", "64"}, 2, "--context"), QByteArray());
        QCOMPARE(fails({"--method", "gpt"}, 2, "training or llama.cpp"), QByteArray());
        QCOMPARE(fails({"--context", "100000"}, 1, "longer than the model's"), QByteArray());
        QCOMPARE(fails({"--context", "3"}, 2, "--context"), QByteArray());
        cli.write("few.txt", "The king said.");
        QCOMPARE(fails({"--data", cli.path("few.txt")}, 1, "two windows of 64"), QByteArray());
        const CliResult misplaced =
            cli.run({"eval", "perplexity", "--run", "bit", "--data", cli.path("text.txt"), "--context", "64"});
        QVERIFY2(misplaced.code == 2 && misplaced.err.contains("--method llama.cpp"), misplaced.err);
    }
    void aModelIsInspected() {
        const CliResult seen = cli.run({"models", "inspect", cli.path("gguf-tq2_0.gguf"), "--context", "32", "--json"});
        QVERIFY2(seen.code == 0, seen.err);
        const QJsonObject json = seen.json();
        QCOMPARE(json["kind"].toString(), QStringLiteral("gguf"));
        QCOMPARE(json["architecture"].toString(), QStringLiteral("bitnet"));
        QVERIFY(json["ternary"].toBool() && json["obstacles"].toArray().isEmpty());
        QCOMPARE(json["sizes"].toObject()["hidden_size"].toInt(), 128);
        QCOMPARE(json["costs"].toObject()["context"].toInt(), 32);
        const CliResult text = cli.run({"models", "inspect", cli.path("gguf-tq2_0.gguf")});
        for (const char* part : {"Architecture", "bitnet (BitNetForCausalLM)", "Q4_0", "sentencepiece", "Together"})
            QVERIFY2(text.out.contains(part), text.out);
        const CliResult nothing = cli.run({"models", "inspect", cli.path("text.txt")});
        QVERIFY2(nothing.code == 1 && nothing.err.contains("nothing that can be imported"), nothing.err);
    }
    void ggufBecomesARun() {
        const CliResult taken = cli.run({"import", cli.path("gguf-tq2_0.gguf"), "--name", "back", "--json"});
        QVERIFY2(taken.code == 0, taken.err);
        QVERIFY(!taken.json()["resumable"].toBool());
        QVERIFY(largestDifference(logits({"--run", "back"}), logits({"--model", cli.path("gguf-tq2_0.gguf")})) < 0.1);
        const CliResult out =
            cli.run({"export", "--run", "back", "--format", "gguf-tq2_0", "--out", cli.path("again.gguf"), "--json"});
        QVERIFY2(out.code == 0, out.err);
        QVERIFY(largestDifference(logits({"--model", cli.path("again.gguf")}),
                                  logits({"--model", cli.path("gguf-tq2_0.gguf")})) < 0.1);
    }
    // A bitnet file without the key, as converters wrote it for years: nothing opens it until somebody says which
    // activation it has; a run that is imported from it knows it from then on.
    void aSilentFileIsAskedAbout() {
        QFile named(cli.path("gguf-tq2_0.gguf"));
        QVERIFY(named.open(QIODevice::ReadOnly));
        const QString silent = cli.path("silent.gguf");
        cli.write("silent.gguf", named.readAll().replace("bitnet.hidden_activation", "bitnet.hidden_activatioX"));
        const QList<QStringList> commands{{"generate", "--prompt", "The", "--max-tokens", "3", "--json", "--model"},
                                          {"eval", "perplexity", "--data", cli.path("text.txt"), "--json", "--model"},
                                          {"logits", "--tokens", "1,2", "--json", "--model"},
                                          {"chat", "--json", "--model"},
                                          {"export", "--out", cli.path("said"), "--json", "--model"},
                                          {"import", "--name", "said", "--json"}};
        for (const QStringList& command : commands) {
            const CliResult refused = cli.run(command + QStringList{silent});
            QVERIFY2(refused.code == 1 && refused.err.contains("--activation"), refused.err);
            const CliResult said = cli.run(command + QStringList{silent, "--activation", "relu2"});
            QVERIFY2(said.code == 0 && said.err.contains("computed with relu2"), said.err);
            const QJsonArray notes = said.json()["notes"].toArray();  // the other key is unknown, and named too
            QVERIFY2(notes.size() == 2 && notes[0].toString().contains("hidden_activatioX"), said.out);
        }
        const QList<double> relu = logits({"--model", silent, "--activation", "relu2"}),
                            silu = logits({"--model", silent, "--activation", "silu"});
        QVERIFY(largestDifference(relu, silu) > 0.001);
        QCOMPARE(largestDifference(silu, logits({"--model", cli.path("gguf-tq2_0.gguf")})), 0.0);
        QVERIFY(largestDifference(relu, logits({"--run", "said"})) < 0.1);
        QVERIFY(largestDifference(relu, logits({"--model", cli.path("said")})) < 0.1);
        QVERIFY(cli.run({"runs", "show", "said", "--json"}).json()["notes"].toString().contains("relu2"));
        const CliResult other =
            cli.run({"logits", "--tokens", "1", "--model", cli.path("gguf-tq2_0.gguf"), "--activation", "relu2"});
        QVERIFY2(other.code == 1 && other.err.contains("activation silu"), other.err);
        QCOMPARE(cli.run({"logits", "--tokens", "1", "--model", silent, "--activation", "tanh"}).code, 2);
        QCOMPARE(cli.run({"logits", "--tokens", "1", "--run", "bit", "--activation", "silu"}).code, 2);
    }
    void denseLlamaGoesOutAsF16Alone() {
        const CliResult out =
            cli.run({"export", "--run", "dense", "--format", "gguf-f16", "--out", cli.path("dense.gguf"), "--json"});
        QVERIFY2(out.code == 0, out.err);
        QVERIFY(largestDifference(logits({"--run", "dense"}), logits({"--model", cli.path("dense.gguf")})) < 0.05);
        const CliResult refused =
            cli.run({"export", "--run", "dense", "--format", "gguf-tq2_0", "--out", cli.path("no.gguf")});
        QVERIFY2(refused.code == 1 && refused.err.contains("gguf-f16"), refused.err);
    }
    // llama.cpp has no byte fallback for a unigram vocabulary: what it loses is said before the file is written. A
    // Hugging Face folder loses nothing.
    void unigramLosesBytesInGguf() {
        const CliResult run = train("unigram", {"steps=2", "activation=silu", "tokenizer_model=unigram"});
        QVERIFY2(run.code == 0, run.err);
        const CliResult told =
            cli.run({"export", "--run", "unigram", "--format", "gguf-f16", "--out", cli.path("unigram.gguf")});
        QVERIFY2(told.code == 0, told.err);
        const qsizetype said = told.out.indexOf("no byte fallback"), wrote = told.out.indexOf("wrote ");
        QVERIFY2(said >= 0 && said < wrote && told.out.contains(" \\n \\r \\t "), told.out);
        const auto notes = [&](const QString& format, const QString& out) {
            return cli.run({"export", "--run", "unigram", "--format", format, "--out", cli.path(out), "--json"})
                .json()["tokenizer_notes"]
                .toArray();
        };
        QVERIFY(notes("gguf-f16", "again-unigram.gguf").first().toString().contains("tokenizer_model = bpe"));
        for (const QJsonValue& note : notes("hf", "unigram-hf")) QVERIFY(!note.toString().contains("byte fallback"));
        QVERIFY(QFile::exists(cli.path("unigram-hf/tokenizer.json")));
        const QJsonValue none =
            cli.run({"export", "--run", "bit", "--format", "hf", "--out", cli.path("bit-hf"), "--json"})
                .json()["tokenizer_notes"];
        QVERIFY(none.isArray() && none.toArray().isEmpty());
    }
    // The converted run begins where the dense one stood, since lambda is near 0 there, and ends with ternary linears.
    void denseModelIsConverted() {
        QVERIFY(cli.run({"export", "--run", "dense", "--format", "hf", "--out", cli.path("dense-hf")}).code == 0);
        for (const QString& model : {cli.path("dense-hf"), cli.path("dense.gguf")}) {
            const CliResult taken =
                cli.run({"import", model, "--convert", "bitnet", "--data", cli.path("text.txt"), "--set", "steps=30",
                         "--set", "warmup_steps=5", "--set", "learning_rate=0.003", "--set", "sequence_length=64",
                         "--set", "eval_every=0", "--set", "sample_every=0", "--json"});
            QVERIFY2(taken.code == 0, taken.err);
            QVERIFY(taken.json()["ternary"].toBool() && taken.json()["resumable"].toBool());
            const QString run = taken.json()["run"].toString();
            const CliResult resumed = cli.run({"resume", run, "--json"});
            QVERIFY2(resumed.code == 0, resumed.err);
            QCOMPARE(resumed.json()["state"].toString(), QStringLiteral("finished"));
            QCOMPARE(resumed.json()["steps"].toInt(), 30);
            QVERIFY2(!resumed.err.contains("not bit-equal"), resumed.err);
            const QList<QByteArray> lines =
                cli.run({"runs", "export", run, "--format", "csv", "--key", "loss"}).out.split('\n');
            const double first = lines.at(1).split(',').last().toDouble();
            QVERIFY2(first > 0.5 * denseLoss_ && first < denseLoss_ + 0.3,
                     qPrintable(QString("%1 after %2").arg(first).arg(denseLoss_)));
            const QString folder = cli.path(run);
            QVERIFY(cli.run({"export", "--run", run, "--format", "hf", "--out", folder}).code == 0);
            QFile config(folder + "/config.json");
            QVERIFY(config.open(QIODevice::ReadOnly));
            const QJsonObject json = QJsonDocument::fromJson(config.readAll()).object();
            QCOMPARE(json["model_type"].toString(), QStringLiteral("llama"));
            QCOMPARE(json["quantization_config"].toObject()["quant_method"].toString(), QStringLiteral("bitnet"));
        }
    }
    void whatWasTrainedBelowLambdaOneIsNotTakenForItsTernaryTwin() {
        const CliResult half = train("half", {"steps=40", "checkpoint_every=20", "lambda_schedule=linear",
                                              "lambda_final=0.25", "eval_every=20"});
        QVERIFY2(half.code == 0, half.err);
        const double ternaryLoss = half.json()["eval_loss"].toDouble();
        for (const QStringList& command : commands(cli.path("half"))) {
            const CliResult refused = cli.run(command + QStringList{"--run", "half", "--json"});
            QVERIFY2(refused.code == 1, refused.out);
            const QString error = refused.json()["error"].toString();
            for (const QString& part : {QStringLiteral("lambda 0.250"), QStringLiteral("step 40"),
                                        QString::number(ternaryLoss, 'f', 4), QStringLiteral("--at-lambda-one")})
                QVERIFY2(error.contains(part), refused.err);
            const CliResult agreed = cli.run(command + QStringList{"--run", "half", "--at-lambda-one", "--json"});
            QVERIFY2(agreed.code == 0, agreed.err);
            const QJsonObject trained = agreed.json()["trained"].toObject();
            QCOMPARE(trained["lambda"].toDouble(), 0.25);
            QCOMPARE(trained["loss_at_lambda_one"].toDouble(), ternaryLoss);
            QVERIFY(trained["loss_at_lambda"].toDouble() > 0 && trained["loss_at_lambda"].toDouble() != ternaryLoss);
            QVERIFY2(agreed.err.contains("lambda 0.250"), agreed.err);
        }
        // an earlier checkpoint has its own lambda and its own losses
        const CliResult earlier =
            cli.run({"generate", "--prompt", "x", "--run", "half", "--checkpoint", "20", "--json"});
        QVERIFY2(earlier.code == 1 && earlier.err.contains("step 20"), earlier.err);
        // master weights leave as they are, and that they run as another model is said; its folder says so again
        const CliResult hf = cli.run({"export", "--run", "half", "--format", "hf", "--out", cli.path("half-hf")});
        QVERIFY2(hf.code == 0 && hf.out.contains("lambda 0.250"), hf.err);
        QCOMPARE(cli.run({"generate", "--prompt", "x", "--model", cli.path("half-hf")}).code, 1);
        const CliResult taken = cli.run({"import", cli.path("half-hf"), "--name", "taken"});
        QVERIFY2(taken.code == 0 && taken.out.contains("lambda 0.250"), taken.err);
        QCOMPARE(cli.run({"generate", "--prompt", "x", "--run", "taken"}).code, 1);
        // what holds codes is the ternary model: nothing to ask
        for (const QString& model : {cli.path("half"), cli.path("half.gguf")})
            QVERIFY(!logits({"--model", model}).isEmpty());
        QCOMPARE(cli.run({"bench", "generate", "--run", "half", "--prompt-tokens", "4", "--tokens", "4"}).code, 0);
    }
    void aDamagedCheckpointIsOpenedByNothing() {
        const QJsonArray all = checkpoints("bit");
        QCOMPARE(all.size(), 2);  // of steps 50 and 60
        for (const QJsonValue& each : all) QVERIFY(each.toObject()["good"].toBool());
        const QString folder = all.last().toObject()["path"].toString();
        for (const char* file : {"model.safetensors", "tokenizer.model", "config.json"}) {
            QVERIFY(flip(folder + '/' + file));
            QList<QStringList> opening = commands(cli.path("damaged"));
            opening << QStringList{"bench", "generate", "--prompt-tokens", "4", "--tokens", "4"};
            for (const QStringList& command : opening) {
                const CliResult refused = cli.run(command + QStringList{"--run", "bit"});
                QVERIFY2(refused.code == 1, refused.out);
                QVERIFY2(refused.err.contains(file) && refused.err.contains("step 50 is good"), refused.err);
            }
            QVERIFY(!QFile::exists(cli.path("damaged")) && !QFile::exists(cli.path("damaged.gguf")));
            const CliResult imported = cli.run({"import", folder});
            QVERIFY2(imported.code == 1 && imported.err.contains(file), imported.err);
            QCOMPARE(cli.run({"generate", "--prompt", "x", "--run", "bit", "--checkpoint", "50"}).code, 0);
            QVERIFY(flip(folder + '/' + file));
        }
        // what nobody but resuming reads is shown as well
        QVERIFY(flip(folder + "/optimizer.safetensors"));
        QCOMPARE(cli.run({"generate", "--prompt", "x", "--run", "bit"}).code, 0);
        const CliResult shown = cli.run({"runs", "show", "bit"});
        QVERIFY2(shown.out.contains("DAMAGED: optimizer.safetensors") && shown.out.contains("--checkpoint 50"),
                 shown.out);
        const QJsonObject json = cli.run({"runs", "show", "bit", "--json"}).json();
        const QJsonObject last = json["checkpoints"].toArray().last().toObject();
        QCOMPARE(last["damage"].toObject()["file"].toString(), QStringLiteral("optimizer.safetensors"));
        QVERIFY(!last["good"].toBool());
        QCOMPARE(json["newest_good_checkpoint"].toInt(), 50);
        QCOMPARE(json["compared_by"].toString(), QStringLiteral("hash"));
        // sizes alone do not see one bit
        const QJsonObject quick = cli.run({"runs", "show", "bit", "--quick", "--json"}).json();
        QCOMPARE(quick["newest_good_checkpoint"].toInt(), 60);
        QCOMPARE(quick["compared_by"].toString(), QStringLiteral("size"));
        QVERIFY(flip(folder + "/optimizer.safetensors"));
    }
    void aDenseModelHasNothingToPack() {
        const CliResult refused =
            cli.run({"export", "--run", "dense", "--format", "hf-packed", "--out", cli.path("dense-packed")});
        QVERIFY2(refused.code == 1 && refused.err.contains("dense") && refused.err.contains("--format hf"),
                 refused.err);
        QVERIFY(!QFile::exists(cli.path("dense-packed")));
    }
    void refusesWithAWayOut() {
        const QString gguf = cli.path("gguf-tq2_0.gguf");
        const auto fails = [&](const QStringList& arguments, int code, const char* part) {
            const CliResult result = cli.run(arguments);
            return result.code == code && result.err.contains(part)
                       ? QByteArray()
                       : "expected " + QByteArray(part) + ", got " + result.err;
        };
        const auto expect = [](const QByteArray& fault) { QVERIFY2(fault.isEmpty(), fault); };
        expect(fails({"import", gguf, "--convert", "bitnet"}, 2, "--data"));
        expect(fails({"import", gguf, "--convert", "bitnet", "--data", cli.path("text.txt")}, 1, "ternary already"));
        expect(fails({"import", gguf, "--convert", "gpt"}, 2, "Give bitnet"));
        expect(fails({"import", gguf, "--set", "hidden_size=256"}, 1, "keeps its shape"));
        expect(fails({"import", cli.path("text.txt")}, 1, "GGUF"));
        expect(fails({"logits", "--model", cli.path("text.txt"), "--tokens", "1"}, 1, "does not begin with GGUF"));
        expect(fails({"export", "--run", "bit", "--format", "gguf", "--out", cli.path("x")}, 2, "gguf-tq2_0"));
    }
};

QTEST_GUILESS_MAIN(TestCliModels)
#include "test_cli_models.moc"
