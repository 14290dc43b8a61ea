// llama.cpp's perplexity beside a slow, obvious count: every window's every scored token by a forward of its own over
// all tokens before it in float64, BOS put in by hand; sums in one place. And what is refused.
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>

#include "../infer/naive_model.h"
#include "core/base/error.h"
#include "core/base/random.h"
#include "core/eval/windowed_perplexity.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

namespace {

struct Expected {
    double perplexity = 0, standardError = 0;
    std::int64_t tokens = 0, windows = 0;
};

// As the method reads: windows one after the other, from the tokens before it each of the second half's but the first.
Expected counted(const NaiveModel& model, const std::vector<TokenId>& text, TokenId bos, std::size_t context,
                 std::size_t most) {
    std::vector<double> nats;
    Expected expected;
    for (std::size_t start = 0; start + context <= text.size(); start += context) {
        if (most > 0 && static_cast<std::size_t>(expected.windows) == most) break;
        ++expected.windows;
        for (std::size_t target = context / 2 + 1; target < context; ++target) {
            std::vector<TokenId> before(text.begin() + static_cast<std::ptrdiff_t>(start),
                                        text.begin() + static_cast<std::ptrdiff_t>(start + target));
            if (bos >= 0) before[0] = bos;
            const std::vector<double> logits = model.logits(before).back();
            double total = 0;
            for (const double logit : logits) total += std::exp(logit);
            nats.push_back(std::log(total) - logits[static_cast<std::size_t>(text[start + target])]);
        }
    }
    double mean = 0, variance = 0;
    for (const double each : nats) mean += each / static_cast<double>(nats.size());
    for (const double each : nats) variance += (each - mean) * (each - mean) / static_cast<double>(nats.size());
    expected.tokens = static_cast<std::int64_t>(nats.size());
    expected.perplexity = std::exp(mean);
    expected.standardError = expected.perplexity * std::sqrt(variance / static_cast<double>(nats.size() - 1));
    return expected;
}

std::vector<TokenId> someTokens(std::int64_t count, std::int64_t vocabulary) {
    std::vector<TokenId> tokens;
    for (std::int64_t i = 0; i < count; ++i)
        tokens.push_back(
            static_cast<TokenId>(randomUniform(9, 1, static_cast<std::uint64_t>(i)) * static_cast<double>(vocabulary)));
    return tokens;
}

}  // namespace

class TestWindowedPerplexity : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;

    // A tiny model without ternary linears: both sides compute in floats, so that they agree closely.
    fs::path model() {
        const fs::path folder = fs::path(dir_.path().toStdString()) / "llama";
        if (!fs::exists(folder)) writeRandomModel(folder, tinyConfigs()[3].config, 11);
        return folder;
    }
    WindowedPerplexity measured(std::vector<TokenId> tokens, TokenId bos, std::int64_t context, std::int64_t chunks,
                                const StopToken& stop = {},
                                const std::function<void(const WindowedPerplexity&)>& progress = {}) {
        PackedOptions options;
        options.threads = 2;
        return windowedPerplexity(PackedModel::load(model(), options), std::move(tokens), bos, context, chunks, "text",
                                  progress, stop);
    }
    void refused(std::vector<TokenId> tokens, std::int64_t context, const char* part) {
        try {
            measured(std::move(tokens), -1, context, 0);
            QFAIL(part);
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find(part) != std::string::npos, error.what());
            QVERIFY(!error.hint().empty());
        }
    }

private Q_SLOTS:
    void isWhatTheMethodSays_data() {
        QTest::addColumn<int>("count");
        QTest::addColumn<int>("bos");
        QTest::addColumn<int>("context");
        QTest::addColumn<int>("chunks");
        QTest::newRow("with BOS, a rest that is dropped") << 70 << 1 << 16 << 0;
        QTest::newRow("without BOS") << 70 << -1 << 16 << 0;
        QTest::newRow("an odd context") << 64 << 1 << 15 << 0;
        QTest::newRow("some of the windows") << 70 << 1 << 16 << 3;
        QTest::newRow("more windows wanted than there are") << 64 << 1 << 16 << 9;
        QTest::newRow("the shortest window") << 40 << 1 << static_cast<int>(kShortestWindow) << 0;
        QTest::newRow("the model's whole context") << 140 << 1 << 64 << 0;
    }
    void isWhatTheMethodSays() {
        QFETCH(int, count);
        QFETCH(int, bos);
        QFETCH(int, context);
        QFETCH(int, chunks);
        const std::vector<TokenId> tokens = someTokens(count, tinyConfigs()[3].config.vocabSize);
        const Expected expected = counted(NaiveModel(model(), false), tokens, bos, static_cast<std::size_t>(context),
                                          static_cast<std::size_t>(chunks));
        const WindowedPerplexity result = measured(tokens, bos, context, chunks);
        QCOMPARE(result.windows, expected.windows);
        QCOMPARE(result.allWindows, expected.windows);
        QCOMPARE(result.tokens, expected.tokens);
        QCOMPARE(result.tokens, result.windows * (context - 1 - context / 2));
        QVERIFY(!result.stopped);
        QVERIFY2(std::fabs(result.perplexity / expected.perplexity - 1) < 1e-4,
                 qPrintable(QString("%1 for %2").arg(result.perplexity).arg(expected.perplexity)));
        QVERIFY2(std::fabs(result.standardError / expected.standardError - 1) < 1e-3,
                 qPrintable(QString("%1 for %2").arg(result.standardError).arg(expected.standardError)));
        QVERIFY(std::fabs(std::exp(result.loss) - result.perplexity) < 1e-9 * result.perplexity);
    }
    // BOS takes the first token's place and moves nothing: another first token is no other figure, another second is.
    void bosReplacesTheFirstTokenOfEachWindow() {
        std::vector<TokenId> tokens = someTokens(64, 67);
        const double before = measured(tokens, 1, 16, 0).perplexity;
        for (const std::size_t first : {0, 16, 32, 48}) tokens[first] = (tokens[first] + 5) % 67;
        QCOMPARE(measured(tokens, 1, 16, 0).perplexity, before);
        QVERIFY(measured(tokens, -1, 16, 0).perplexity != before);
        tokens[17] = (tokens[17] + 5) % 67;
        QVERIFY(measured(tokens, 1, 16, 0).perplexity != before);
    }
    void aStopKeepsWhatIsDone() {
        const std::vector<TokenId> tokens = someTokens(64, 67);
        const double two = measured(tokens, 1, 16, 2).perplexity;
        const StopToken stop;
        std::vector<std::int64_t> told;
        const WindowedPerplexity result = measured(tokens, 1, 16, 0, stop, [&](const WindowedPerplexity& now) {
            told.push_back(now.windows);
            if (now.windows == 2) stop.requestStop();
        });
        QCOMPARE(told, (std::vector<std::int64_t>{1, 2}));
        QVERIFY(result.stopped);
        QCOMPARE(result.windows, 2);
        QCOMPARE(result.allWindows, 4);
        QCOMPARE(result.perplexity, two);
        QVERIFY_THROWS_EXCEPTION(Error, measured(tokens, 1, 16, 0, stop));
    }
    void whatCannotBeScoredIsRefused() {
        refused(someTokens(31, 67), 16, "two windows of 16");
        refused(someTokens(200, 67), 65, "longer than the model's 64");
        refused(someTokens(200, 67), kShortestWindow - 1, "leaves nothing to score");
        refused({}, 16, "has 0 tokens");
    }
    // One newline at the end goes, BOS comes where the vocabulary adds one, and letters stay letters.
    void theTextIsReadAsLlamaPerplexityDoes() {
        const fs::path file = fs::path(dir_.path().toStdString()) / "tokenizer.model";
        trainTalkTokenizer(file, "windows");
        const auto tokenizer = loadTokenizer(file);
        QVERIFY(tokenizer->addsBos());
        const std::string text = "In the beginning\n\nthe king said <|eot_id|> and <s> go.";
        std::vector<TokenId> expected{tokenizer->bos()};
        for (const TokenId id : tokenizer->encode(text + "\n")) expected.push_back(id);
        QVERIFY(windowedTokens(*tokenizer, text + "\n\n") == expected);
        expected.resize(1);
        for (const TokenId id : tokenizer->encode(text)) expected.push_back(id);
        QVERIFY(windowedTokens(*tokenizer, text + "\n") == expected);
        QVERIFY(windowedTokens(*tokenizer, text) == expected);
        QCOMPARE(std::count(expected.begin(), expected.end(), tokenizer->bos()), std::ptrdiff_t{1});
    }
};

QTEST_APPLESS_MAIN(TestWindowedPerplexity)
#include "test_windowed_perplexity.moc"
