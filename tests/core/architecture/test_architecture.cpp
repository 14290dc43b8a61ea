// The tables of activations, architectures, families and tensor names: each entry can be found by what it is called, no
// two share a name, and every tensor that a model of a family has goes to GGUF under a name of its own.
#include <QTest>
#include <set>

#include "core/architecture/activations.h"
#include "core/architecture/family.h"
#include "core/architecture/tensor_names.h"
#include "core/config/fields.h"
#include "core/model/model_config.h"

using namespace tritlab;

class TestArchitecture : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void activationsAreFoundByEveryName() {
        std::set<std::string_view> keys, names;
        for (const ActivationInfo& info : activations()) {
            QVERIFY(info.activation != Activation::None);
            QCOMPARE(&activationInfo(info.activation), &info);
            QVERIFY(keys.insert(info.key).second);
            QVERIFY(!info.names.empty());
            for (const std::string_view name : info.names) {
                QVERIFY(names.insert(name).second);
                QVERIFY(activationFromName(name) == info.activation);
            }
        }
        QVERIFY(!activationFromName("gelu") && !activationFromName(""));
        QVERIFY_EXCEPTION_THROWN((void)activationInfo(Activation::None), std::logic_error);
        QCOMPARE(activationFromName("relu2"), std::optional(Activation::ReluSquared));
        QCOMPARE(activationFromName("swish"), std::optional(Activation::Silu));
        QCOMPARE(activationFromName("gelu_pytorch_tanh"), std::optional(Activation::GeluTanh));
    }
    void architecturesGiveTheirDefaults() {
        std::set<std::string_view> keys;
        for (const ArchitectureInfo& info : architectures()) {
            QCOMPARE(&architectureInfo(info.architecture), &info);
            QVERIFY(keys.insert(info.key).second);
            ConfigDraft draft;
            draft.setText("architecture", info.key);
            const RunConfig& config = draft.config();
            QVERIFY(config.architecture == info.architecture && config.activation == info.activation);
            QVERIFY(config.normPlacement == info.normPlacement && config.initialization == info.initialization);
            QCOMPARE(config.gatedFfn, info.gatedFfn);
            QCOMPARE(config.subNorms, info.subNorms);
            QCOMPARE(config.tieEmbeddings, info.tieEmbeddings);
            QCOMPARE(config.ternaryLinears, info.ternaryLinears);
            QCOMPARE(config.normEps, info.normEps);
            QCOMPARE(config.ropeTheta, info.ropeTheta);
            QCOMPARE(config.lrFloor, info.lrFloor);
            QCOMPARE(config.weightDecay, info.weightDecay);
            QCOMPARE(config.learningRate, info.learningRate(config.hiddenSize));
            QCOMPARE(config.warmupSteps, std::min(info.warmupSteps(config.hiddenSize), config.steps / 10));
        }
    }
    void familiesAreFoundByTheirName() {
        for (const FamilyInfo& info : families()) {
            QCOMPARE(findFamily(info.name), &info);
            QVERIFY(familyNames().find(info.name) != std::string_view::npos);
            QCOMPARE(architectureInfo(info.architecture).subNorms, info.subNorms);
        }
        QVERIFY(findFamily("qwen2moe") == nullptr && findFamily("") == nullptr);
    }
    void tensorsHaveNamesInGguf() {
        QCOMPARE(ggufName("model.layers.12.mlp.up_proj.weight"), std::string("blk.12.ffn_up.weight"));
        QCOMPARE(ggufScaleName("model.layers.12.mlp.up_proj.weight"), std::string("blk.12.ffn_up.scale"));
        QCOMPARE(ggufName("lm_head.weight"), std::string("output.weight"));
        for (const char* none : {"model.layers.0.self_attn.q_proj.bias", "model.layers.weight", "other.weight",
                                 "model.layers.0.self_attn.q_norm.weight", ""})
            QVERIFY2(ggufName(none).empty(), none);
        for (const ArchitectureInfo& info : architectures()) {
            ConfigDraft draft;
            draft.setText("architecture", info.key);
            std::set<std::string> names;
            for (const TensorSpec& spec : tensorSpecs(modelConfig(draft.config(), 512))) {
                const std::string name = ggufName(spec.name);
                QVERIFY2(!name.empty() && names.insert(name).second, spec.name.c_str());
                QCOMPARE(moduleOf(spec.name) + ".weight", spec.name);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestArchitecture)
#include "test_architecture.moc"
