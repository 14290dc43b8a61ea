// Perplexity, bits per byte and logits of a model folder against slow loops over the model's own logits.
#include <ATen/ATen.h>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/data/dataset.h"
#include "core/data/tokenizer.h"
#include "core/engine/engine.h"
#include "core/engine/loop/checkpoint.h"
#include "core/engine/loop/held_out_loss.h"
#include "core/engine/model/notebook_reference.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

ModelConfig smallConfig(std::int64_t vocab) {
    ModelConfig config;
    config.vocabSize = vocab;
    config.hiddenSize = 32;
    config.layers = 2;
    config.heads = config.kvHeads = 4;
    config.headSize = 8;
    config.ffnSize = 64;
    config.contextLength = 16;
    config.normPlacement = NormPlacement::Post;
    config.gatedFfn = config.subNorms = false;
    return config;
}

}  // namespace

class TestEvaluation : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path folder_, text_;
    std::string content_;
    std::map<std::string, at::Tensor> weights_;

private Q_SLOTS:
    void initTestCase() {
        const fs::path root = dir_.path().toStdString();
        folder_ = root / "model";
        text_ = root / "text.txt";
        for (int i = 0; i < 300; ++i)
            content_ += "The grey goose number " + std::to_string(i * 37 % 101) + " flew over the hill.\n";
        writeFileAtomically(text_, content_);
        fs::create_directories(folder_);
        bool given = false;
        const auto next = [&](std::string& document) {
            document = content_;
            return !std::exchange(given, true);
        };
        TokenizerTraining options;
        options.vocabSize = 300;
        trainTokenizer(next, options, root / "own.model", StopToken());
        const auto tokenizer = loadTokenizer(root / "own.model");
        ModelDescription description;
        description.config = smallConfig(tokenizer->size());
        LanguageModel model(description.config, Precision::Fp32);
        model.initialize(Initialization::Normal, 0.2, 5);  // wide, so that the loss is not ln V
        for (const Parameter& parameter : model.parameters()) weights_[parameter.name] = parameter.value;
        writeModelFolder(folder_, model, description, root / "own.model");
    }

    // The definition once more: windows that do not overlap, each token but the first scored once.
    void perplexityEqualsASlowLoop() {
        constexpr std::int64_t length = 16;
        const EvalResult result = loadEngine().perplexity(folder_, text_, length, StopToken());
        const auto tokenizer = loadTokenizer(folder_ / "tokenizer.model");
        std::vector<TokenId> stream{tokenizer->bos()};
        for (const TokenId id : tokenizer->encode(content_)) stream.push_back(id);
        stream.push_back(tokenizer->eos());
        QCOMPARE(result.tokens, static_cast<std::int64_t>(stream.size()) - 1);
        QCOMPARE(result.bytes, static_cast<std::int64_t>(content_.size()));
        const ModelConfig config = smallConfig(tokenizer->size());
        const NotebookReference reference(config, weights_);
        const at::NoGradGuard noGradients;
        double nats = 0;
        const auto predicted = static_cast<std::int64_t>(stream.size()) - 1;
        for (std::int64_t first = 0; first < predicted; first += length) {
            const std::int64_t size = std::min(length, predicted - first);
            at::Tensor input = at::empty({1, size}, at::kLong);
            for (std::int64_t i = 0; i < size; ++i)
                input.data_ptr<std::int64_t>()[i] = stream[static_cast<std::size_t>(first + i)];
            const at::Tensor logProbabilities = at::log_softmax(reference.logits(input, 1.0)[0].to(at::kDouble), -1);
            for (std::int64_t i = 0; i < size; ++i)
                nats -= logProbabilities[i][stream[static_cast<std::size_t>(first + i + 1)]].item<double>();
        }
        const double loss = nats / static_cast<double>(predicted);
        QVERIFY2(std::abs(result.loss - loss) < 2e-3 * loss, qPrintable(QString("%1 %2").arg(result.loss).arg(loss)));
        QVERIFY(std::abs(result.perplexity - std::exp(result.loss)) < 1e-9 * result.perplexity);
        const double bits =
            result.loss * static_cast<double>(result.tokens) / std::log(2.0) / static_cast<double>(content_.size());
        QVERIFY(std::abs(result.bitsPerByte - bits) < 1e-9 * bits);
    }

    // BOS is no target: copies of a document that fills a window have the loss of one.
    void fiftyCopiesHaveTheLossOfOne() {
        const std::string document = content_.substr(0, 160);
        const auto tokenizer = loadTokenizer(folder_ / "tokenizer.model");
        const auto targets = static_cast<std::int64_t>(tokenizer->encode(document).size()) + 1;  // its words and EOS
        const auto evaluated = [&](int copies, std::int64_t window) {
            std::string rows;
            for (int i = 0; i < copies; ++i) rows += nlohmann::json{{"text", document}}.dump() + "\n";
            const fs::path file = text_.parent_path() / "copies.jsonl";
            writeFileAtomically(file, rows);
            return loadEngine().perplexity(folder_, file, window, StopToken());
        };
        const EvalResult one = evaluated(1, targets + 1);
        QCOMPARE(one.tokens, targets);
        QCOMPARE(one.windows, 1);
        for (const std::int64_t perWindow : {1, 2}) {
            const EvalResult fifty = evaluated(50, perWindow * (targets + 1));
            QCOMPARE(fifty.tokens, 50 * targets);
            QCOMPARE(fifty.windows, 50 / perWindow);
            QCOMPARE(fifty.bytes, 50 * one.bytes);
            QVERIFY2(std::abs(fifty.loss - one.loss) < 1e-4 * one.loss,
                     qPrintable(QString("%1 %2").arg(fifty.loss).arg(one.loss)));
        }
    }

    void logitsAreTheLastPositions() {
        const std::vector<TokenId> tokens{1, 40, 41, 280, 100};
        const std::vector<float> logits = loadEngine().logits(folder_, tokens);
        at::Tensor input = at::empty({1, 5}, at::kLong);
        std::copy(tokens.begin(), tokens.end(), input.data_ptr<std::int64_t>());
        const at::NoGradGuard noGradients;
        const at::Tensor expected =
            NotebookReference(smallConfig(static_cast<std::int64_t>(logits.size())), weights_).logits(input, 1.0)[0][4];
        QCOMPARE(static_cast<std::int64_t>(logits.size()), expected.numel());
        double worst = 0, largest = 0;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            const double value = expected[static_cast<std::int64_t>(i)].item<double>();
            worst = std::max(worst, std::abs(value - logits[i]));
            largest = std::max(largest, std::abs(value));
        }
        QVERIFY2(worst < 1e-3 * largest, qPrintable(QString("%1 of %2").arg(worst).arg(largest)));
    }

    void badInputIsRefused() {
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().logits(folder_, std::vector<TokenId>{}));
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().logits(folder_, std::vector<TokenId>{100000}));
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().logits(folder_, std::vector<TokenId>{-1}));
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().perplexity(folder_, folder_ / "no.txt", 16, StopToken()));
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().perplexity(folder_ / "none", text_, 16, StopToken()));
        const StopToken stop;
        stop.requestStop();
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().perplexity(folder_, text_, 16, stop));
    }
};

QTEST_GUILESS_MAIN(TestEvaluation)
#include "test_evaluation.moc"
