// The language model in all architectures: whole-model gradients against finite differences, attention over
// packed documents against documents alone, cross-entropy against LibTorch's, lambda's ends, determinism, initial
// values, and what bad input is told.
#include <omp.h>
#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/engine/layers/attention.h"
#include "core/engine/layers/cross_entropy.h"
#include "core/engine/model/language_model.h"
#include "core/kernels/quantizers.h"
#include "tests/core/engine/layers/tensors.h"

using namespace tritlab;
using namespace tritlab::test;

namespace {

ModelConfig tinyConfig(Architecture architecture) {
    ModelConfig c;
    c.vocabSize = 40;
    c.hiddenSize = 32;
    c.layers = 2;
    c.heads = 2;
    c.kvHeads = 2;
    c.headSize = 16;
    c.ffnSize = 48;
    c.contextLength = 32;
    const ArchitectureInfo& info = architectureInfo(architecture);
    c.gatedFfn = info.gatedFfn;
    c.subNorms = info.subNorms;
    c.normPlacement = info.normPlacement;
    c.activation = info.activation;
    c.attentionBias = info.attentionBias;
    c.qkNorms = info.qkNorms;
    c.ternaryLinears = architecture != Architecture::Llama;
    c.tieEmbeddings = architecture != Architecture::Module7;
    if (architecture == Architecture::B2B4T) c.kvHeads = 1;
    if (architecture == Architecture::Llama) c.ropeScaling = {RopeScaling::Kind::Llama3, 8, 1, 4, 128};
    if (architecture == Architecture::Qwen2) c.mlpBias = true;
    if (architecture == Architecture::Qwen3) {  // the heads are wider together than the hidden size
        c.headSize = 48;
        c.kvHeads = 1;
        c.attentionBias = AttentionBias::All;
    }
    return c;
}

constexpr Architecture allArchitectures[] = {Architecture::Notebook, Architecture::Module7, Architecture::B2B4T,
                                             Architecture::Llama,    Architecture::Qwen2,   Architecture::Qwen3};

void addArchitectures() {
    QTest::addColumn<int>("architecture");
    for (int i = 0; i < static_cast<int>(std::size(allArchitectures)); ++i)
        QTest::newRow(architectureInfo(allArchitectures[i]).key) << i;
}

struct Text {
    at::Tensor tokens = randomTokens({2, 12}, 40, 1), targets = randomTokens({2, 12}, 40, 2);
};

std::vector<at::Tensor> gradientsOf(LanguageModel& model, const Text& text, const at::Tensor& starts, double lambda) {
    for (Parameter& p : model.parameters()) p.value.mutable_grad() = at::Tensor();
    model.lossSum(text.tokens, text.targets, starts, lambda).backward();
    std::vector<at::Tensor> gradients;
    for (Parameter& p : model.parameters()) gradients.push_back(p.value.grad().clone());
    return gradients;
}

at::Tensor startsOf(const std::vector<std::vector<std::int32_t>>& rows) {
    at::Tensor starts =
        at::empty({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())}, at::kInt);
    auto* value = starts.data_ptr<std::int32_t>();
    for (const auto& row : rows) value = std::copy(row.begin(), row.end(), value);
    return starts;
}

void perturb(LanguageModel& model) {
    const at::NoGradGuard guard;
    std::uint64_t seed = 1000;
    for (Parameter& p : model.parameters())
        if (p.value.dim() == 1) p.value.add_(randomTensor(p.value.sizes(), ++seed, 0.3));
    model.weightsChanged();
}

}  // namespace

class TestLanguageModel : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void gradientsAreFiniteDifferences_data() { addArchitectures(); }
    void gradientsAreFiniteDifferences() {
        QFETCH(int, architecture);
        const Text text;
        LanguageModel model(tinyConfig(allArchitectures[architecture]), Precision::Fp32);
        model.initialize(Initialization::Normal, 0.1, 3);
        perturb(model);
        const at::Tensor starts =
            startsOf({{0, 0, 0, 0, 0, 5, 5, 5, 5, 9, 9, 9}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
        const std::vector<at::Tensor> gradients = gradientsOf(model, text, starts, 0);
        const auto loss = [&] {
            const at::NoGradGuard guard;
            model.weightsChanged();
            return model.lossSum(text.tokens, text.targets, starts, 0).item<double>();
        };
        for (std::size_t i = 0; i < gradients.size(); ++i) {
            // Along the gradient itself the slope is its norm: one difference checks a whole tensor.
            const at::NoGradGuard guard;
            at::Tensor& value = model.parameters()[i].value;
            const at::Tensor kept = value.detach().clone();
            const double norm = gradients[i].norm().item<double>(),
                         step = 2e-3 * std::max(0.05, kept.norm().item<double>()) / norm;
            value.copy_(kept + step * gradients[i]);
            const double high = loss();
            value.copy_(kept - step * gradients[i]);
            const double low = loss();
            value.copy_(kept);
            const double slope = (high - low) / (2 * step * norm);
            QVERIFY2(
                std::abs(slope - norm) <= 0.02 * norm + 2e-3,
                qPrintable(QString("%1: %2, not %3").arg(model.parameters()[i].name.c_str()).arg(slope).arg(norm)));
        }
    }

    void lambdaZeroIsTheDenseModel_data() { addArchitectures(); }
    void lambdaZeroIsTheDenseModel() {
        QFETCH(int, architecture);
        const Text text;
        for (const Precision precision : {Precision::Fp32, Precision::Bf16}) {
            ModelConfig config = tinyConfig(allArchitectures[architecture]);
            config.ternaryLinears = true;
            LanguageModel ternary(config, precision);
            config.ternaryLinears = false;
            LanguageModel dense(config, precision);
            ternary.initialize(Initialization::Notebook, 0.02, 4);
            dense.initialize(Initialization::Notebook, 0.02, 4);
            QVERIFY(sameBits(ternary.logits(text.tokens, {}, 0), dense.logits(text.tokens, {}, 1)));
            const auto a = gradientsOf(ternary, text, {}, 0), b = gradientsOf(dense, text, {}, 1);
            for (std::size_t i = 0; i < a.size(); ++i) QVERIFY(sameBits(a[i], b[i]));
            QVERIFY(!sameBits(ternary.logits(text.tokens, {}, 1), dense.logits(text.tokens, {}, 1)));
        }
    }

    void sameBitsTwice_data() { addArchitectures(); }
    void sameBitsTwice() {
        QFETCH(int, architecture);
        const Text text;
        for (const Precision precision : {Precision::Fp32, Precision::Bf16}) {
            std::vector<at::Tensor> first;
            for (int run = 0; run < 3; ++run) {
                LanguageModel model(tinyConfig(allArchitectures[architecture]), precision);
                model.setRecompute(run == 2);  // keeps less, and gives the same
                model.initialize(Initialization::DepthScaled, 0.02, 5);
                for (const double lambda : {0.5, 1.0}) {
                    const auto gradients = gradientsOf(model, text, {}, lambda);
                    const std::size_t offset = lambda == 0.5 ? 0 : gradients.size();
                    for (std::size_t i = 0; i < gradients.size(); ++i) {
                        QVERIFY(!gradients[i].isnan().any().item<bool>());
                        if (run == 0) first.push_back(gradients[i]);
                        else QVERIFY(sameBits(gradients[i], first[offset + i]));
                    }
                }
            }
        }
    }

    // What a document gives in a packed row is what it gives alone.
    void packedDocumentsDoNotMeet_data() { addArchitectures(); }
    void packedDocumentsDoNotMeet() {
        QFETCH(int, architecture);
        const Text text;
        LanguageModel model(tinyConfig(allArchitectures[architecture]), Precision::Fp32);
        model.initialize(Initialization::Normal, 0.3, 6);
        const at::NoGradGuard guard;
        const at::Tensor starts =
            startsOf({{0, 0, 0, 0, 0, 5, 5, 5, 5, 9, 9, 9}, {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 11}});
        const double lambda = 0;  // a code may flip on a rotation that differs in its last bit
        const at::Tensor packed = model.logits(text.tokens, starts, lambda);
        const struct {
            std::int64_t row, first, length;
        } documents[] = {{0, 0, 5}, {0, 5, 4}, {0, 9, 3}, {1, 0, 1}, {1, 1, 10}, {1, 11, 1}};
        for (const auto& d : documents) {
            const at::Tensor alone =
                model.logits(text.tokens.narrow(0, d.row, 1).narrow(1, d.first, d.length).contiguous(), {}, lambda);
            QCOMPARE_LE(difference(packed.narrow(0, d.row, 1).narrow(1, d.first, d.length), alone), 2e-5);
        }
        QVERIFY(difference(packed, model.logits(text.tokens, {}, lambda)) > 1e-3);
    }

    // bf16 runs on other kernels than fp32 (fused attention where the machine has it): near each other, gradients too.
    void bf16FollowsFp32_data() { addArchitectures(); }
    void bf16FollowsFp32() {
        QFETCH(int, architecture);
        const Text text;
        const at::Tensor starts =
            startsOf({{0, 0, 0, 0, 0, 5, 5, 5, 5, 9, 9, 9}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
        LanguageModel fp32(tinyConfig(allArchitectures[architecture]), Precision::Fp32),
            bf16(tinyConfig(allArchitectures[architecture]), Precision::Bf16);
        fp32.initialize(Initialization::Normal, 0.1, 7);
        bf16.initialize(Initialization::Normal, 0.1, 7);
        const auto a = gradientsOf(fp32, text, starts, 0), b = gradientsOf(bf16, text, starts, 0);
        for (std::size_t i = 0; i < a.size(); ++i) {
            const double similarity = (a[i] * b[i]).sum().item<double>() / (a[i].norm() * b[i].norm()).item<double>();
            QVERIFY2(similarity > 0.995, (fp32.parameters()[i].name + ": " + std::to_string(similarity)).c_str());
        }
    }

    void crossEntropyIsLibTorchs() {
        for (const bool ignored : {false, true}) {
            const at::Tensor hidden = randomTensor({50, 16}, 8).requires_grad_(true),
                             weight = randomTensor({70, 16}, 9).requires_grad_(true);
            at::Tensor targets = randomTokens({50}, 70, 10);
            if (ignored)
                for (std::int64_t i = 0; i < 50; i += 3) targets.data_ptr<std::int64_t>()[i] = -1;
            const at::Tensor loss = crossEntropySum(hidden, weight, weight.detach(), targets);
            (loss * 0.25).backward();
            const at::Tensor dh = hidden.grad().clone(), dw = weight.grad().clone();
            hidden.mutable_grad() = at::Tensor();
            weight.mutable_grad() = at::Tensor();
            const at::Tensor reference =
                at::cross_entropy_loss(at::matmul(hidden, weight.t()), targets, {}, at::Reduction::Sum, -1);
            (reference * 0.25).backward();
            QCOMPARE_LE(relativeDifference(loss, reference), 1e-6);
            QCOMPARE_LE(relativeDifference(dh, hidden.grad()), 2e-6);
            QCOMPARE_LE(relativeDifference(dw, weight.grad()), 2e-6);
        }
    }

    // More rows than one chunk holds.
    void crossEntropyInChunks() {
        const std::int64_t rows = 300, vocab = 40000;  // 100-odd rows a chunk in fp32
        const at::Tensor hidden = randomTensor({rows, 8}, 11).requires_grad_(true),
                         weight = randomTensor({vocab, 8}, 12).requires_grad_(true);
        const at::Tensor targets = randomTokens({rows}, vocab, 13);
        const at::Tensor loss = crossEntropySum(hidden, weight, weight.detach(), targets);
        loss.backward();
        const at::Tensor dh = hidden.grad().clone(), dw = weight.grad().clone();
        hidden.mutable_grad() = at::Tensor();
        weight.mutable_grad() = at::Tensor();
        const at::Tensor reference =
            at::cross_entropy_loss(at::matmul(hidden, weight.t()), targets, {}, at::Reduction::Sum, -1);
        reference.backward();
        QCOMPARE_LE(relativeDifference(loss, reference), 1e-6);
        QCOMPARE_LE(relativeDifference(dh, hidden.grad()), 5e-6);
        QCOMPARE_LE(relativeDifference(dw, weight.grad()), 5e-6);
    }

    void embeddingGradientSumsItsRows() {
        const at::Tensor weight = randomTensor({9, 40}, 14).requires_grad_(true), tokens = randomTokens({30}, 9, 15);
        const at::Tensor x = embeddingRows(weight, tokens, at::kFloat), g = randomTensor({30, 40}, 16);
        QVERIFY(sameBits(x, weight.detach().index_select(0, tokens)));
        (x * g).sum().backward();
        QCOMPARE_LE(relativeDifference(weight.grad(), at::zeros({9, 40}).index_add_(0, tokens, g)), 1e-6);
    }

    // The LibTorch path of attention in fp32 and (fused, where the machine can) in bf16 against scores written out.
    void attentionIsItsFormula() {
        const QkvShape shape{2, 10, 4, 2, 16};
        const RopeTable rope = ropeTable(10, ropeFrequencies(16, 10000));
        const at::Tensor starts = startsOf({{0, 0, 0, 3, 3, 3, 3, 3, 8, 8}, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0}});
        const at::Tensor qkv = randomTensor({20, shape.width()}, 17, 2), g = randomTensor({20, 64}, 18);
        const auto reference = [&](const at::Tensor& input, bool documents) {
            const at::Tensor all = input.view({2, 10, 8, 16}).transpose(1, 2);
            const at::Tensor c = at::cat({rope.cosine, rope.cosine}, 1), s = at::cat({rope.sine, rope.sine}, 1);
            const auto rotated = [&](const at::Tensor& x) {
                return x * c + at::cat({-x.narrow(3, 8, 8), x.narrow(3, 0, 8)}, 3) * s;
            };
            const at::Tensor q = rotated(all.narrow(1, 0, 4)), k = rotated(all.narrow(1, 4, 2)).repeat_interleave(2, 1);
            const at::Tensor v = all.narrow(1, 6, 2).repeat_interleave(2, 1);
            const at::Tensor t = at::arange(10, at::kInt), from = documents ? starts : at::zeros_like(starts);
            const at::Tensor allowed =
                t.view({1, 1, 10}).le(t.view({1, 10, 1})).logical_and(t.view({1, 1, 10}).ge(from.unsqueeze(2)));
            const at::Tensor scores =
                (at::matmul(q, k.transpose(2, 3)) * 0.25).masked_fill(~allowed.unsqueeze(1), -INFINITY);
            return at::matmul(scores.softmax(-1), v).transpose(1, 2).reshape({20, 64});
        };
        for (const bool documents : {false, true})
            for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
                const at::Tensor a = qkv.clone().to(type).requires_grad_(true),
                                 b = a.detach().clone().to(at::kFloat).requires_grad_(true);
                const at::Tensor y = attention(a, shape, rope, documents ? starts : at::Tensor()),
                                 expected = reference(b, documents);
                const double within = type == at::kFloat ? 2e-6 : 2e-2;
                QCOMPARE_LE(relativeDifference(y, expected), within);
                y.backward(g.to(type));
                expected.backward(g.to(type).to(at::kFloat));
                QCOMPARE_LE(relativeDifference(a.grad(), b.grad()), within);
                QVERIFY(sameBits(a, qkv.to(type)));  // the input stays as it was
            }
    }

    void initialValues() {
        ModelConfig config = tinyConfig(Architecture::Module7);
        config.hiddenSize = 128;
        config.heads = config.kvHeads = 8;
        config.ffnSize = 256;
        config.mlpBias = config.qkNorms = true;
        LanguageModel normal(config, Precision::Fp32), scaled(config, Precision::Fp32),
            notebook(config, Precision::Fp32);
        normal.initialize(Initialization::Normal, 0.02, 8);
        scaled.initialize(Initialization::DepthScaled, 0.02, 8);
        notebook.initialize(Initialization::Notebook, 0.02, 8);
        const auto std = [](const Parameter& p) { return p.value.detach().to(at::kDouble).std().item<double>(); };
        for (std::size_t i = 0; i < normal.parameters().size(); ++i) {
            const Parameter &n = normal.parameters()[i], &s = scaled.parameters()[i], &k = notebook.parameters()[i];
            if (n.value.dim() == 1) {
                const double value = n.name.ends_with(".bias") ? 0 : 1;
                for (const Parameter* p : {&n, &s, &k}) QVERIFY(p->value.eq(value).all().item<bool>());
                continue;
            }
            const bool output =
                n.name.find("o_proj") != std::string::npos || n.name.find("down_proj") != std::string::npos;
            QVERIFY(std::abs(std(n) - 0.02) < 0.001);
            QVERIFY(std::abs(std(s) - (output ? 0.01 : 0.02)) < 0.001);  // 1 / sqrt(2 * 2 layers)
            const double bound = 1 / std::sqrt(static_cast<double>(k.value.size(1)));
            if (n.name == "model.embed_tokens.weight") QVERIFY(std::abs(std(k) - 0.02) < 0.001);
            else
                QVERIFY(largest(k.value) <= bound && largest(k.value) > 0.98 * bound &&
                        std::abs(std(k) - bound / std::sqrt(3.0)) < 0.05 * bound);
        }
        // Other numbers for another tensor and another seed, the same for any number of threads.
        QVERIFY(!at::equal(normal.parameters()[2].value, normal.parameters()[3].value));
        const int threads = omp_get_max_threads();
        omp_set_num_threads(threads == 1 ? 2 : 1);
        LanguageModel again(config, Precision::Fp32);
        again.initialize(Initialization::Normal, 0.02, 8);
        omp_set_num_threads(threads);
        for (std::size_t i = 0; i < again.parameters().size(); ++i)
            QVERIFY(sameBits(again.parameters()[i].value, normal.parameters()[i].value));
        again.initialize(Initialization::Normal, 0.02, 9);
        QVERIFY(!at::equal(again.parameters()[0].value, normal.parameters()[0].value));
    }

    void ternaryWeights() {
        ModelConfig config = tinyConfig(Architecture::B2B4T);
        config.denseModules = {"model.layers.0.self_attn.k_proj"};
        LanguageModel model(config, Precision::Bf16);
        model.initialize(Initialization::Normal, 0.02, 10);
        int ternary = 0;
        for (std::size_t i = 0; i < model.parameters().size(); ++i) {
            const Parameter& p = model.parameters()[i];
            if (!p.ternary) {
                QVERIFY_EXCEPTION_THROWN((void)model.ternaryWeight(i), Error);
                continue;
            }
            ++ternary;
            const std::span<const float> values(p.value.data_ptr<float>(), static_cast<std::size_t>(p.value.numel()));
            std::vector<std::int8_t> codes(values.size());
            const float mean = absmean(values);
            ternaryCodes(values, mean, codes);
            const TernaryWeight& weight = model.ternaryWeight(i);
            QCOMPARE(weight.scale, mean);
            QCOMPARE(weight.codes.sizes(), p.value.sizes());
            QVERIFY(std::equal(codes.begin(), codes.end(), weight.codes.contiguous().data_ptr<std::int8_t>()));
        }
        QCOMPARE(ternary, 13);
        const Text text;
        QVERIFY(!model.logits(text.tokens, {}, 1).isnan().any().item<bool>());
        const at::Tensor before = model.ternaryWeight(2).codes.clone();
        {
            const at::NoGradGuard guard;
            model.parameters()[2].value.neg_();
        }
        model.weightsChanged();
        QVERIFY(sameBits(model.ternaryWeight(2).codes, -before));
    }

    void aStepLowersTheLoss() {
        const Text text;
        for (const Architecture architecture : allArchitectures) {
            LanguageModel model(tinyConfig(architecture), Precision::Bf16);
            model.initialize(Initialization::Normal, 0.1, 11);
            double first = 0, last = 0;
            for (int step = 0; step < 30; ++step) {
                const auto gradients = gradientsOf(model, text, {}, 1);
                const at::NoGradGuard guard;
                last = model.lossSum(text.tokens, text.targets, {}, 1).item<double>();
                if (step == 0) first = last;
                for (std::size_t i = 0; i < gradients.size(); ++i)
                    model.parameters()[i].value.sub_(gradients[i],
                                                     0.02 / std::max(1.0, gradients[i].norm().item<double>()));
                model.weightsChanged();
            }
            QVERIFY(last < 0.9 * first);
        }
    }

    void badInput() {
        const Text text;
        LanguageModel model(tinyConfig(Architecture::Llama), Precision::Fp32);
        at::Tensor outside = text.tokens.clone();
        outside.data_ptr<std::int64_t>()[3] = 40;
        QVERIFY_EXCEPTION_THROWN(model.hidden(outside, {}, 0), Error);
        QVERIFY_EXCEPTION_THROWN(model.lossSum(text.tokens, outside, {}, 0), Error);
        QVERIFY_EXCEPTION_THROWN(model.hidden(text.tokens, {}, 1.5), Error);
        QVERIFY_EXCEPTION_THROWN(model.hidden(text.tokens, text.tokens, 0), Error);
        QVERIFY_EXCEPTION_THROWN(model.hidden(text.tokens.to(at::kInt), {}, 0), Error);
        ModelConfig config = tinyConfig(Architecture::Llama);
        config.kvHeads = 3;
        QVERIFY_EXCEPTION_THROWN(LanguageModel(config, Precision::Fp32), Error);
        config = tinyConfig(Architecture::Llama);
        config.headSize = 15;
        QVERIFY_EXCEPTION_THROWN(LanguageModel(config, Precision::Fp32), Error);
    }
};

QTEST_GUILESS_MAIN(TestLanguageModel)
#include "test_language_model.moc"
