// Weights that were trained below lambda 1 are known as another model than the ternary one, with the losses that were
// measured and none that was not; what is written as codes, or taken in again, keeps what it was trained as.
#include <QTemporaryDir>
#include <QTest>

#include "../infer/naive_model.h"
#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/library/checked_export.h"
#include "core/library/import_model.h"
#include "core/library/trained_lambda.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

namespace {

void setLambda(const fs::path& folder, double lambda) {
    nlohmann::json config = nlohmann::json::parse(readFile(folder / "config.json"));
    config["tritlab"]["lambda"] = lambda;
    writeFileAtomically(folder / "config.json", config.dump());
}

std::optional<TrainedLambda> trained(const fs::path& folder, const std::vector<EvaluationEvent>& evaluations = {}) {
    return trainedBelowOne(folder, readModelDescription(folder), evaluations);
}

EvaluationEvent evaluationAt(StepIndex step, double lambda, double lossAtLambda, double loss) {
    EvaluationEvent event;
    event.step = step;
    event.lambda = lambda;
    event.lossAtLambda = lossAtLambda;
    event.loss = loss;
    return event;
}

}  // namespace

class TestTrainedLambda : public QObject {
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> root_;

    [[nodiscard]] fs::path path(const std::string& name) const { return fs::path(root_->path().toStdString()) / name; }
    [[nodiscard]] fs::path model(const std::string& name, const ModelConfig& config, double lambda) const {
        writeRandomModel(path(name), config, 7);
        setLambda(path(name), lambda);
        return path(name);
    }
    static ModelConfig ternary() { return tinyConfigs()[2].config; }

private Q_SLOTS:
    void init() { root_ = std::make_unique<QTemporaryDir>(); }

    void onlyMasterWeightsOfTernaryLinearsBelowOne() {
        QCOMPARE(trained(model("half", ternary(), 0.5))->lambda, 0.5);
        QCOMPARE(trained(model("none", ternary(), 0))->lambda, 0.0);
        QVERIFY(!trained(model("one", ternary(), 1)));
        ModelConfig dense = tinyConfigs()[3].config;
        dense.ternaryLinears = false;
        QVERIFY(!trained(model("dense", dense, 0)));
    }
    void lossesAreThoseThatWereMeasured() {
        const fs::path folder = model("half", ternary(), 0.5);
        QVERIFY(!trained(folder)->evaluation);
        // a snapshot: the run's last one
        const std::vector<EvaluationEvent> run{evaluationAt(20, 0.2, 1.2, 4), evaluationAt(40, 0.4, 0.94, 3.51)};
        QCOMPARE(trained(folder, run)->evaluation->lossAtLambda, 0.94);
        QCOMPARE(trained(folder, run)->evaluation->loss, 3.51);
        // a checkpoint: its own, whatever came after it
        CheckpointManifest manifest;
        manifest.step = 20;
        manifest.lossWatch = nlohmann::json::object();
        writeManifest(folder, manifest);
        QVERIFY(!trained(folder, run)->evaluation);
        fs::remove(folder / "manifest.json");
        manifest.evaluation = run.front();
        writeManifest(folder, manifest);
        QCOMPARE(trained(folder, run)->evaluation->step, 20);
        // from before a branch, at lambda 1: it says nothing of these weights
        fs::remove(folder / "manifest.json");
        manifest.evaluation = evaluationAt(20, 1, 2, 2);
        writeManifest(folder, manifest);
        QVERIFY(trained(folder) && !trained(folder)->evaluation);
    }
    // Codes are the ternary model; the master weights go on being what they were trained as.
    void anExportSaysWhatItHolds() {
        ModelConfig config = ternary();
        config.hiddenSize = config.ffnSize = 256;
        config.headSize = 64;
        const fs::path folder = model("half", config, 0.5);
        for (const ExportFormatInfo& format : exportFormats()) {
            const fs::path out = path(std::string("out-") + format.key);
            exportAndCheck(folder, out, format.format);
            QCOMPARE(trained(out).has_value(), !format.quantizes);
            QCOMPARE(readModelDescription(out).lambda, format.quantizes ? 1.0 : 0.5);
        }
    }
    void anImportKeepsWhatItWasTrainedAs() {
        const auto imported = [&](const fs::path& folder, bool convert) {
            const Workspace workspace(path("home"));
            StoreWriter writer(workspace);
            const std::string id = importModel(writer, folder, folder.filename().string(),
                                               frozen(importDraft(folder, workspace, convert).config()));
            return trained(workspace.checkpoints(id) / checkpointName(0));
        };
        const auto talking = [&](const std::string& name, ModelConfig config, double lambda) {
            trainTalkTokenizer(path("tokenizer"), "so");
            config.vocabSize = 400;
            config.hiddenSize = config.heads * config.headSize;
            const fs::path folder = model(name, config, lambda);
            fs::rename(path("tokenizer"), folder / "tokenizer.model");
            return folder;
        };
        QCOMPARE(imported(talking("half", ternary(), 0.5), false)->lambda, 0.5);
        QVERIFY(!imported(talking("one", ternary(), 1), false));
        // a dense model that is to become ternary is not, before it has trained a step
        ModelConfig dense = tinyConfigs()[3].config;
        dense.ternaryLinears = false;
        QCOMPARE(imported(talking("dense", dense, 0), true)->lambda, 0.0);
    }
    void noLambdaBelowOneReadsAsOne() {
        QCOMPARE(lambdaText(0.5), std::string("0.500"));
        QCOMPARE(lambdaText(0), std::string("0.000"));
        QCOMPARE(lambdaText(1), std::string("1.000"));
        QCOMPARE(lambdaText(0.99996), std::string("0.99996"));
        QVERIFY(!lambdaText(std::nextafter(1.0, 0.0)).starts_with("1"));
    }
};

QTEST_APPLESS_MAIN(TestTrainedLambda)
#include "test_trained_lambda.moc"
