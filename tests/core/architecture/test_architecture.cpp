// The tables of activations, architectures, families and tensor names: each entry can be found by what it is called, no
// two share a name, and every tensor that a model of a family has goes to GGUF under a name of its own.
#include <QTest>
#include <cmath>
#include <set>

#include "core/architecture/activations.h"
#include "core/architecture/family.h"
#include "core/architecture/rope.h"
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
            QCOMPARE(config.qkNorms, info.qkNorms);
            QCOMPARE(config.headSize, info.headSize);
            QVERIFY(config.attentionBias == info.attentionBias);
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
            const ArchitectureInfo& block = architectureInfo(info.architecture);
            QCOMPARE(block.subNorms, info.subNorms);
            QCOMPARE(block.qkNorms, info.qkNorms);
            QVERIFY(block.attentionBias == info.attentionBias && block.activation == info.activation);
        }
        QVERIFY(findFamily("qwen2moe") == nullptr && findFamily("") == nullptr);
    }
    void tensorsHaveNamesInGguf() {
        QCOMPARE(ggufName("model.layers.12.mlp.up_proj.weight"), std::string("blk.12.ffn_up.weight"));
        QCOMPARE(ggufScaleName("model.layers.12.mlp.up_proj.weight"), std::string("blk.12.ffn_up.scale"));
        QCOMPARE(ggufName("lm_head.weight"), std::string("output.weight"));
        QCOMPARE(ggufName("model.layers.3.self_attn.q_proj.bias"), std::string("blk.3.attn_q.bias"));
        QCOMPARE(ggufName("model.layers.3.self_attn.k_norm.weight"), std::string("blk.3.attn_k_norm.weight"));
        for (const char* none : {"model.layers.0.self_attn.r_proj.bias", "model.layers.weight", "other.weight",
                                 "model.layers.0.self_attn.v_norm.weight", "model.layers.0.bias", ""})
            QVERIFY2(ggufName(none).empty(), none);
        for (const ArchitectureInfo& info : architectures()) {
            ConfigDraft draft;
            draft.setText("architecture", info.key);
            std::set<std::string> names;
            for (const TensorSpec& spec : tensorSpecs(modelConfig(draft.config(), 512))) {
                const std::string name = ggufName(spec.name);
                QVERIFY2(!name.empty() && names.insert(name).second, spec.name.c_str());
                if (!spec.name.ends_with(".bias")) QCOMPARE(moduleOf(spec.name) + ".weight", spec.name);
            }
        }
    }
    // transformers' numbers for Llama 3.2: theta 500000, factor 32, 1, 4, 8192, heads of 64.
    void llama3ScalesTheSlowPairs() {
        const RopeScaling scaling{RopeScaling::Kind::Llama3, 32, 1, 4, 8192};
        const std::vector<double> plain = ropeFrequencies(64, 500000), scaled = ropeFrequencies(64, 500000, scaling),
                                  divisors = ropeDivisors(64, 500000, scaling);
        QCOMPARE(scaled.size(), std::size_t{32});
        int kept = 0, blended = 0, whole = 0;
        for (std::size_t i = 0; i < scaled.size(); ++i) {
            QCOMPARE(plain[i], std::pow(500000.0, -static_cast<double>(i) / 32));
            QVERIFY(std::abs(scaled[i] * divisors[i] / plain[i] - 1) < 1e-12);
            kept += divisors[i] == 1;
            whole += divisors[i] == 32;
            blended += divisors[i] > 1 && divisors[i] < 32;
            if (i > 0) QVERIFY(divisors[i] >= divisors[i - 1]);
        }
        // wavelengths below 2048 stay, those above 8192 are slowed: 2 pi 500000^(i / 32) passes them at 14.1 and 17.5
        QCOMPARE(kept, 15);
        QCOMPARE(blended, 3);
        QCOMPARE(whole, 14);
        const double turns = 8192 * plain[16] / (2 * std::acos(-1.0)), smooth = (turns - 1) / 3;
        QVERIFY(std::abs(scaled[16] - ((1 - smooth) * plain[16] / 32 + smooth * plain[16])) < 1e-15);
        for (const double divisor : ropeDivisors(64, 500000, {.kind = RopeScaling::Kind::Linear, .factor = 3}))
            QCOMPARE(divisor, 3.0);
    }
    void aScalingIsFoundByItsDivisors() {
        const auto floats = [](const RopeScaling& scaling, double theta) {
            const std::vector<double> divisors = ropeDivisors(128, theta, scaling);
            return std::vector<float>(divisors.begin(), divisors.end());
        };
        const RopeScaling usual{RopeScaling::Kind::Llama3, 8, 1, 4, 8192},
            odd{RopeScaling::Kind::Llama3, 5.5, 1, 2.25, 3000};
        for (const RopeScaling& scaling : {usual, odd}) {
            const std::vector<float> divisors = floats(scaling, 500000);
            const auto found = scalingOfDivisors(divisors, 500000);
            QVERIFY(found && found->kind == RopeScaling::Kind::Llama3 &&
                    found->originalContext == scaling.originalContext);
            QVERIFY(found->factor == scaling.factor && hasDivisors(*found, 500000, divisors));
            QVERIFY(std::abs(found->highFreqFactor - scaling.highFreqFactor) < 1e-3);
            QVERIFY(!hasDivisors(scaling, 10000, divisors));
        }
        QVERIFY(scalingOfDivisors(floats({}, 1e4), 1e4) == RopeScaling());
        std::vector<float> none = floats(usual, 500000);
        none[30] *= 1.01F;
        QVERIFY(!scalingOfDivisors(none, 500000));
        QVERIFY(!scalingOfDivisors(std::vector<float>{1, 2, 3, 4}, 500000));
        QVERIFY(!scalingOfDivisors(std::vector<float>{1, 2, 3, NAN}, 500000));
        for (const RopeScalingInfo& info : ropeScalings()) {
            QCOMPARE(&ropeScalingInfo(info.kind), &info);
            QCOMPARE(findRopeScaling(info.type), &info);
        }
        QVERIFY(findRopeScaling("yarn") == nullptr && findRopeScaling("none") == nullptr);
        for (const AttentionBiasInfo& info : attentionBiases()) {
            QCOMPARE(&attentionBiasInfo(info.bias), &info);
            QCOMPARE(findAttentionBias(info.key), &info);
        }
    }
};

QTEST_APPLESS_MAIN(TestArchitecture)
#include "test_architecture.moc"
