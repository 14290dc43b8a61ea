// Parity with transformers 5.23 on tiny random models (tests/fixtures/make_parity.py): forward, every gradient, ten
// AdamW steps for dense models; for BitNet each linear on the oracle's own inputs, and end to end on seeds where the
// oracle's own forms agree. In fp32.
#include <QTest>
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "core/engine/layers/bit_linear.h"
#include "core/engine/model/language_model.h"
#include "core/infer/packed_model.h"
#include "core/interop/model_folder.h"
#include "core/kernels/quantizers.h"
#include "tests/core/engine/layers/tensors.h"

using namespace tritlab;
using namespace tritlab::test;

namespace {

const QStringList dense{"llama-untied-gqa", "llama-tied", "llama3-untied-gqa", "llama-linear-biases",
                        "qwen2-untied-gqa", "qwen2-tied", "qwen3-untied-gqa",  "qwen3-tied"},
    online{"bitnet-online", "llama-online", "qwen2-online", "qwen3-online"};

constexpr double logitsWithin = 1e-4, gradientsWithin = 1e-3, lossesWithin = 1e-3, layerOutputsWithin = 1e-5,
                 boundaryWithin = 1e-4;

std::filesystem::path folderOf(const QString& name) {
    // TRITLAB_PARITY_FIXTURES: another set, as the script has just made it.
    const QByteArray other = qgetenv("TRITLAB_PARITY_FIXTURES");
    const std::filesystem::path root = other.isEmpty()
                                           ? std::filesystem::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/parity"
                                           : std::filesystem::path(other.toStdString());
    return root / name.toStdString();
}

struct Case {
    explicit Case(const QString& name)
        : folder(folderOf(name)), oracle(folder / "oracle.safetensors"), description(readModelDescription(folder)),
          lambda(description.config.ternaryLinears ? 1.0 : 0.0), weights(folder),
          model(description.config, Precision::Fp32) {
        model.load(weights, description.storage);
    }
    [[nodiscard]] at::Tensor tensor(const std::string& name) const { return tensorOf(oracle.tensor(name)); }
    [[nodiscard]] at::Tensor meanLoss() {
        const at::Tensor targets = tensor("targets");
        return model.lossSum(tensor("tokens"), targets, {}, lambda) / static_cast<double>(targets.numel());
    }

    std::filesystem::path folder;
    SafetensorsFile oracle;
    ModelDescription description;
    double lambda;
    ModelWeights weights;
    LanguageModel model;
};

void addCases(const QStringList& names) {
    QTest::addColumn<QString>("name");
    for (const QString& name : names) QTest::newRow(qPrintable(name)) << name;
}

// PyTorch's AdamW, written out.
class AdamW {
public:
    explicit AdamW(std::vector<Parameter>& parameters) : parameters_(parameters) {
        for (const Parameter& p : parameters)
            moments_.push_back({at::zeros_like(p.value.detach()), at::zeros_like(p.value.detach())});
    }
    void step() {
        const at::NoGradGuard guard;
        ++t_;
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            at::Tensor& w = parameters_[i].value;
            const at::Tensor g = w.grad();
            auto& [m, v] = moments_[i];
            w.mul_(1 - rate * decay);
            m.mul_(0.9).add_(g, 1 - 0.9);
            v.mul_(0.95).addcmul_(g, g, 1 - 0.95);
            const at::Tensor denominator = (v.sqrt() / std::sqrt(1 - std::pow(0.95, t_))).add_(1e-8);
            w.addcdiv_(m, denominator, -rate / (1 - std::pow(0.9, t_)));
            w.mutable_grad() = at::Tensor();
        }
    }

private:
    static constexpr double rate = 1e-3, decay = 0.1;
    std::vector<Parameter>& parameters_;
    std::vector<std::pair<at::Tensor, at::Tensor>> moments_;
    int t_ = 0;
};

}  // namespace

class TestParity : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void forward_data() { addCases(dense + online + QStringList{"bitnet-packed", "bitnet-packed-inverse"}); }
    void forward() {
        QFETCH(QString, name);
        Case c(name);
        const at::NoGradGuard guard;
        const at::Tensor reference = c.tensor("logits");
        const double most = difference(c.model.logits(c.tensor("tokens"), {}, c.lambda), reference);
        qInfo("logits differ by %.2g at most", most);
        QCOMPARE_LE(most, logitsWithin);
        QCOMPARE_LE(std::abs(c.meanLoss().item<double>() - c.tensor("loss").item<double>()), logitsWithin);
        QVERIFY(largest(reference) > 0.1);
    }

    // The packed engine on the same folder.
    void packedForward_data() { forward_data(); }
    void packedForward() {
        QFETCH(QString, name);
        const std::filesystem::path folder = folderOf(name);
        const SafetensorsFile oracle(folder / "oracle.safetensors");
        const at::Tensor tokens = tensorOf(oracle.tensor("tokens")), reference = tensorOf(oracle.tensor("logits"));
        const auto model = PackedModel::load(folder);
        double most = 0;
        for (std::int64_t row = 0; row < tokens.size(0); ++row) {
            const auto session = PackedSession::create(model, tokens.size(1));
            std::vector<TokenId> ids;
            for (std::int64_t t = 0; t < tokens.size(1); ++t)
                ids.push_back(static_cast<TokenId>(tokens[row][t].item<std::int64_t>()));
            session->feed(ids, [&](std::int64_t at, std::span<const float> logits) {
                const float* expected = reference[row][at].data_ptr<float>();
                for (std::size_t i = 0; i < logits.size(); ++i)
                    most = std::max(most, static_cast<double>(std::abs(logits[i] - expected[i])));
            });
        }
        qInfo("logits differ by %.2g at most", most);
        QCOMPARE_LE(most, logitsWithin);
    }

    void gradients_data() { addCases(dense + online + QStringList{"bitnet-packed"}); }
    void gradients() {
        QFETCH(QString, name);
        Case c(name);
        c.meanLoss().backward();
        int compared = 0;
        double most = 0;
        for (const Parameter& p : c.model.parameters()) {
            const auto found = c.oracle.tensors().find("gradient." + p.name);
            if (found == c.oracle.tensors().end()) {
                // packed: codes have none
                QVERIFY2(p.ternary && c.description.storage != WeightStorage::Master, p.name.c_str());
                continue;
            }
            const double difference = relativeDifference(p.value.grad(), tensorOf(found->second));
            QVERIFY2(difference <= gradientsWithin, (p.name + ": " + std::to_string(difference)).c_str());
            most = std::max(most, difference);
            ++compared;
        }
        qInfo("gradients differ by %.2g of their largest value at most", most);
        QVERIFY(compared >= 8);
    }

    void tenSteps_data() { addCases(dense); }
    void tenSteps() {
        QFETCH(QString, name);
        Case c(name);
        const at::Tensor losses = c.tensor("losses");
        AdamW optimizer(c.model.parameters());
        for (std::int64_t step = 0; step < losses.size(0); ++step) {
            const at::Tensor loss = c.meanLoss();
            QCOMPARE_LE(std::abs(loss.item<double>() - losses[step].item<double>()), lossesWithin);
            loss.backward();
            optimizer.step();
            c.model.weightsChanged();
        }
        QVERIFY(losses[9].item<double>() < losses[0].item<double>() - 10 * lossesWithin);
    }

    void layers_data() { addCases(online + QStringList{"bitnet-packed", "bitnet-packed-inverse"}); }
    void layers() {
        QFETCH(QString, name);
        Case c(name);
        const at::NoGradGuard guard;
        std::ptrdiff_t layers = 0;
        std::int64_t nearBoundary = 0, codes = 0;
        for (const auto& [key, view] : c.oracle.tensors()) {
            if (key.rfind("input.", 0) != 0) continue;
            const std::string linear = key.substr(6);
            const at::Tensor x = tensorOf(view), theirs = c.tensor("codes." + linear);
            at::Tensor ours = at::empty(x.sizes(), at::kChar);
            for (std::int64_t row = 0; row < x.size(0); ++row) {
                const auto width = static_cast<std::size_t>(x.size(1));
                const std::span<const float> values(x.data_ptr<float>() + row * x.size(1), width);
                const float inverse = int8Codes(values, {ours.data_ptr<std::int8_t>() + row * x.size(1), width});
                for (std::size_t i = 0; i < width; ++i) {
                    const double exact = static_cast<double>(values[i]) / static_cast<double>(inverse);
                    const std::int64_t at = row * x.size(1) + static_cast<std::int64_t>(i);
                    ++codes;
                    if (ours.data_ptr<std::int8_t>()[at] == theirs.data_ptr<std::int8_t>()[at]) continue;
                    ++nearBoundary;
                    QVERIFY2(std::abs(std::abs(exact - std::floor(exact)) - 0.5) < boundaryWithin, linear.c_str());
                }
            }
            // The node itself on the same rows.
            for (std::size_t i = 0; i < c.model.parameters().size(); ++i) {
                const Parameter& p = c.model.parameters()[i];
                if (p.name != linear + ".weight") continue;
                std::vector<at::Tensor> biases;
                for (const Parameter& other : c.model.parameters())
                    if (other.name == linear + ".bias") biases.push_back(other.value);
                BitLinear group({p.value}, at::kFloat, WeightQuantizer{}, biases);
                const at::Tensor y = group.forward(x, {}, {}, 1.0, 0);
                const double difference = test::difference(y, c.tensor("output." + linear));
                QVERIFY2(difference <= layerOutputsWithin, (linear + ": " + std::to_string(difference)).c_str());
                ++layers;
            }
        }
        const auto& all = c.model.parameters();
        QCOMPARE(layers, std::count_if(all.begin(), all.end(), [](const Parameter& p) { return p.ternary; }));
        QVERIFY2(nearBoundary * 100 <= codes, "more than one code in a hundred at a rounding boundary");
    }
};

QTEST_GUILESS_MAIN(TestParity)
#include "test_parity.moc"
