// A model of each architecture becomes a run: its settings say the block, its checkpoint holds the weights, and whoever
// reads the checkpoint finds the same model.
#include <QTemporaryDir>
#include <QTest>

#include "../infer/naive_model.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/infer/packed_model.h"
#include "core/library/import_model.h"
#include "core/store/run_store.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestImportModel : public QObject {
    Q_OBJECT
    std::unique_ptr<QTemporaryDir> root_;

    [[nodiscard]] fs::path path(const std::string& name) const { return fs::path(root_->path().toStdString()) / name; }
    // With a tokenizer of as many pieces as it has embeddings.
    [[nodiscard]] fs::path talking(ModelConfig config) const {
        config.vocabSize = 400;
        writeRandomModel(path("model"), config, 7);
        trainTalkTokenizer(path("model") / "tokenizer.model", "so");
        return path("model");
    }

private Q_SLOTS:
    void init() { root_ = std::make_unique<QTemporaryDir>(); }

    void everyBlockIsSaidByTheSettings_data() {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("architecture");
        QTest::newRow("2b4t") << "2b4t"
                              << "2b4t";
        QTest::newRow("llama") << "llama"
                               << "llama";
        QTest::newRow("llama 3") << "llama 3"
                                 << "llama";
        QTest::newRow("qwen2") << "qwen2"
                               << "qwen2";
        QTest::newRow("qwen3") << "qwen3"
                               << "qwen3";
        QTest::newRow("no family") << "ternary, with biases and norms"
                                   << "llama";
    }
    void everyBlockIsSaidByTheSettings() {
        QFETCH(QString, name);
        QFETCH(QString, architecture);
        const fs::path model = talking(tinyConfig(name.toStdString()));
        const ModelConfig before = readModelDescription(model).config;
        const Workspace workspace(path("home"));
        StoreWriter writer(workspace);
        const ConfigDraft draft = importDraft(model, workspace, false);
        const std::string id = importModel(writer, model, "run", frozen(draft.config()));
        const auto run = RunStore(workspace).run(id);
        QVERIFY(run && std::string(architectureInfo(run->config.architecture).key) == architecture.toStdString());
        ModelConfig said = modelConfig(run->config, 400);
        said.contextLength = before.contextLength;  // a run trains on shorter sequences
        QVERIFY(said == before);
        const fs::path checkpoint = workspace.checkpoints(id) / checkpointName(0);
        QVERIFY(readModelDescription(checkpoint).config == before);
        const ModelWeights old(model), kept(checkpoint);
        for (const TensorSpec& spec : tensorSpecs(before))
            QVERIFY2(old.floats(spec.name, spec.shape) == kept.floats(spec.name, spec.shape), spec.name.c_str());
        const std::vector<TokenId> tokens{1, 300, 7, 42};
        const auto a = PackedSession::create(PackedModel::load(model), 8),
                   b = PackedSession::create(PackedModel::load(checkpoint), 8);
        const auto x = a->feed(tokens), y = b->feed(tokens);
        QVERIFY(std::equal(x.begin(), x.end(), y.begin(), y.end()));
    }
    // Biases and norms are as they were where dense linears are to become ternary.
    void aDenseQwenIsConverted() {
        const fs::path model = talking(tinyConfig("qwen3"));
        const Workspace workspace(path("home"));
        const RunConfig config = frozen(importDraft(model, workspace, true).config());
        QVERIFY(config.ternaryLinears && config.qkNorms && config.headSize == 20);
        StoreWriter writer(workspace);
        const std::string id = importModel(writer, model, "run", config);
        const ModelDescription description = readModelDescription(workspace.checkpoints(id) / checkpointName(0));
        QVERIFY(description.config.ternaryLinears && description.config.qkNorms && description.lambda == 0);
    }
};

QTEST_APPLESS_MAIN(TestImportModel)
#include "test_import_model.moc"
