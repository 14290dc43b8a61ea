// Checkpoint folders: manifest round trip, every kind of damage refused by name, listing, which ones give way; and the
// loss watch.
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/run/divergence.h"
#include "core/run/loss_watch.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

constexpr double notANumber = std::numeric_limits<double>::quiet_NaN();

std::string contentOf(std::string_view name) {
    std::string content = "content of ";
    content.append(name);
    return content;
}

fs::path makeCheckpoint(const QTemporaryDir& root, CheckpointManifest& manifest) {
    const fs::path folder = fs::path(root.path().toStdString()) / checkpointName(manifest.step);
    fs::create_directories(folder);
    for (const char* name :
         {"config.json", "model.safetensors", "tokenizer.model", "optimizer.safetensors", "health.safetensors"}) {
        writeFileAtomically(folder / name, contentOf(name));
    }
    writeManifest(folder, manifest);
    return folder;
}

CheckpointManifest someManifest(StepIndex step) {
    CheckpointManifest manifest;
    manifest.step = step;
    manifest.tokens = 12345;
    manifest.wallSeconds = 0.1 + 0.2;  // not the double 0.3: the digits have to survive
    manifest.lastLoss = 3.0000000000000004;
    manifest.dataHash = contentOf("data");
    manifest.tokenizerHash = contentOf("tokenizer");
    manifest.kernels = contentOf("kernels");
    manifest.threads = 2;
    manifest.lossWatch = LossWatch(3, 0).state();
    manifest.config = {{"steps", 10}};
    EvaluationEvent evaluation;
    evaluation.step = step;
    evaluation.loss = 800;
    evaluation.perplexity = std::exp(800.0);  // infinite
    manifest.evaluation = evaluation;
    manifest.evaluated = false;
    return manifest;
}

QString messageOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

}  // namespace

class TestCheckpointFolder : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void manifestComesBackToTheBit() {
        const QTemporaryDir root;
        CheckpointManifest written = someManifest(500);
        const fs::path folder = makeCheckpoint(root, written);
        const CheckpointManifest read = readCheckedManifest(folder);
        QCOMPARE(read.step, 500);
        QCOMPARE(read.tokens, 12345);
        QVERIFY(read.wallSeconds == written.wallSeconds && read.lastLoss == written.lastLoss);
        QCOMPARE(read.threads, 2);
        QVERIFY(read.evaluation && std::isinf(read.evaluation->perplexity));
        QVERIFY(!read.evaluated && read.sampled && std::isnan(read.bestBy));
        QVERIFY(read.config == nlohmann::json({{"steps", 10}}));
        QCOMPARE(read.bytes, written.bytes);
        QVERIFY(read.bytes > 0);
    }

    void damageIsRefusedByName() {
        const QTemporaryDir root;
        CheckpointManifest manifest = someManifest(7);
        const auto reset = [&] { return makeCheckpoint(root, manifest); };
        fs::path folder = reset();
        const auto message = [&] { return messageOf([&] { readCheckedManifest(folder); }); };

        writeFileAtomically(folder / "optimizer.safetensors", "content of optimizer.safetensorS");  // one bit
        QVERIFY2(message().contains("optimizer.safetensors") && message().contains("hash"), qPrintable(message()));
        fs::remove(folder / "manifest.json");
        QVERIFY(message().contains("manifest.json"));
        reset();
        fs::resize_file(folder / "model.safetensors", 3);
        QVERIFY2(message().contains("model.safetensors") && message().contains("3 bytes"), qPrintable(message()));
        fs::remove(folder / "model.safetensors");
        QVERIFY(message().contains("missing"));
        const std::string_view texts[] = {"",     "{",       "[]", "{}", "{\"format\": 1}", "{\"format\": \"one\"}",
                                          "null", "\xff\xfe"};
        for (const std::string_view text : texts) {
            writeFileAtomically(folder / "manifest.json", text);
            QVERIFY2(message().contains("manifest.json"), text.data());
        }
        writeFileAtomically(folder / "manifest.json", "{\"format\": 99}");
        QVERIFY(message().contains("newer version"));
    }

    void manifestCannotPointOutOfItsFolder() {
        const QTemporaryDir root;
        CheckpointManifest manifest = someManifest(7);
        const fs::path folder = makeCheckpoint(root, manifest);
        nlohmann::json object = nlohmann::json::parse(readFile(folder / "manifest.json"));
        object["files"]["../../etc/passwd"] = {{"bytes", 1}, {"hash", ""}};
        writeFileAtomically(folder / "manifest.json", object.dump());
        QVERIFY(messageOf([&] { readCheckedManifest(folder); }).contains((folder / "passwd").c_str()));
    }

    void listedInStepOrderWithoutStrangers() {
        const QTemporaryDir root;
        const fs::path folder(root.path().toStdString());
        QVERIFY(listCheckpoints(folder / "none").empty());
        for (const char* name : {"step-00000500", "step-00000020", "step-123456789", "step-", "step-abc",
                                 ".step-00000001.new-1-1", "other"}) {
            fs::create_directories(folder / name);
        }
        writeFileAtomically(folder / "step-00000003", "a file");
        const auto listed = listCheckpoints(folder);
        QCOMPARE(listed.size(), 3U);
        QCOMPARE(listed[0].step, 20);
        QCOMPARE(listed[1].step, 500);
        QCOMPARE(listed[2].step, 123456789);
        QCOMPARE(checkpointName(123456789), std::string("step-123456789"));
        removeUnfinished(folder);
        QVERIFY(!fs::exists(folder / ".step-00000001.new-1-1") && fs::exists(folder / "step-00000020"));
    }

    void newestAndBestStay() {
        const std::vector<RankedCheckpoint> all{{100, notANumber}, {200, 2.0}, {300, 1.5},
                                                {400, 1.9},        {500, 1.8}, {600, notANumber}};
        QCOMPARE(bestCheckpoint(all), 300);
        QCOMPARE(checkpointsToRemove(all, 2), (std::vector<StepIndex>{100, 200, 400}));
        QCOMPARE(checkpointsToRemove(all, 4), (std::vector<StepIndex>{100, 200}));
        QCOMPARE(checkpointsToRemove(all, 0), (std::vector<StepIndex>{100, 200, 400, 500}));
        QCOMPARE(checkpointsToRemove({{1, notANumber}}, 1), std::vector<StepIndex>{});
        QCOMPARE(bestCheckpoint({{1, notANumber}}), -1);
    }

    void explosionIsJudgedAfterWarmUpOnTheSmoothedLoss() {
        LossWatch watch(3.0, 5);
        // warm-up: not judged
        for (StepIndex step = 0; step < 5; ++step) QVERIFY(!watch.add(step, step == 0 ? 2.0 : 100.0));
        LossWatch steady(3.0, 0);
        double mean = 0, weight = 0;
        for (StepIndex step = 0; step < 50; ++step) {
            QVERIFY(!steady.add(step, 2.0 + 0.01 * static_cast<double>(step % 3)));
            mean = LossWatch::decay * mean + (1 - LossWatch::decay) * (2.0 + 0.01 * static_cast<double>(step % 3));
            weight = LossWatch::decay * weight + (1 - LossWatch::decay);
        }
        QVERIFY(std::abs(steady.smoothed() - mean / weight) < 1e-12);
        QVERIFY(!steady.add(50, 20.0));  // one spike: smoothed 3.8
        LossWatch copy(3.0, 0);
        copy.restore(nlohmann::json::parse(steady.state().dump()));
        StepIndex step = 51;
        while (!steady.add(step, 20.0)) QVERIFY(!copy.add(step++, 20.0));
        QVERIFY(copy.add(step, 20.0) && step < 60 && steady.smoothed() > 6);

        LossWatch tiny(3.0, 0);  // tripling next to nothing is noise
        for (StepIndex i = 0; i < 20; ++i) tiny.add(i, 0.01);
        for (StepIndex i = 20; i < 60; ++i) QVERIFY(!tiny.add(i, 0.1));
    }

    void explanationNamesWhatMatters() {
        RunConfig config;
        config.gradClip = 0;
        Divergence divergence{DivergenceKind::LossNotFinite, 17, notANumber, 3e-3, 0.25, 12.5, 2.2, 2.1, 10};
        const QString text = QString::fromStdString(explain(divergence, config));
        for (const char* part :
             {"step 17", "nan", "0.003", "0.25", "12.5", "step-00000010", "0.001", "clipping", "warm-up", "lambda"})
            QVERIFY2(text.contains(part), qPrintable(QString(part) + " | " + text));
        divergence.checkpoint = -1;
        divergence.kind = DivergenceKind::LossExploded;
        QVERIFY(QString::fromStdString(explain(divergence, config)).contains("No checkpoint"));
    }
};

QTEST_APPLESS_MAIN(TestCheckpointFolder)
#include "test_checkpoint_folder.moc"
