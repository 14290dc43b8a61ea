// Batches against an obvious reference that packs everything in memory; held-out windows and their bytes; mixes; caches
// that are shared, reused, broken, deleted; resumed processes.
#include <sys/wait.h>
#include <unistd.h>
#include <QTemporaryDir>
#include <chrono>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "core/base/hash.h"
#include "core/data/dataset.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestDataset : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }
    fs::path put(const std::string& name, const std::string& content) const {
        writeFileAtomically(root() / name, content);
        return root() / name;
    }
    Workspace workspace() const { return Workspace(root() / "home"); }

    RunConfig config(std::vector<DataSource> data) const {
        RunConfig run;
        run.data = std::move(data);
        run.vocabSize = 500;
        run.sequenceLength = 32;
        run.batchSize = 4;
        run.accumulation = 2;
        return run;
    }
    std::unique_ptr<Dataset> open(const RunConfig& run) const { return openDataset(run, workspace(), {}, {}); }

    static void append(std::vector<TokenId>& stream, const Tokenizer& tokenizer, const std::string& document) {
        stream.push_back(tokenizer.bos());
        for (const TokenId id : tokenizer.encode(document)) stream.push_back(id);
        stream.push_back(tokenizer.eos());
    }
    static bool same(const Batch& a, const Batch& b) {
        return a.rows == b.rows && a.length == b.length && a.tokens == b.tokens && a.targets == b.targets &&
               a.documentStart == b.documentStart && a.oneDocumentPerRow == b.oneDocumentPerRow;
    }
    static std::string fingerprint(const Dataset& dataset) {
        std::string bytes = dataset.manifestHash();
        const auto add = [&](const Batch& batch) {
            for (const auto* values : {&batch.tokens, &batch.targets, &batch.documentStart})
                bytes.append(reinterpret_cast<const char*>(values->data()), values->size() * sizeof values->front());
        };
        for (StepIndex step = 0; step < 40; ++step)
            for (int micro = 0; micro < 2; ++micro) add(dataset.batch(step, micro));
        add(dataset.heldOutBatch(0, 5));
        return hashHex(bytes);
    }
    static void checkRow(const Batch& batch, std::int64_t row, const std::vector<TokenId>& expected,
                         const Tokenizer& tokenizer) {
        std::int32_t start = 0;
        for (std::int64_t t = 0; t < batch.length; ++t) {
            const auto at = static_cast<std::size_t>(row * batch.length + t), i = static_cast<std::size_t>(t);
            const bool there = i + 1 < expected.size();
            if (there && expected[i] == tokenizer.bos()) start = static_cast<std::int32_t>(t);
            const bool scored = there && expected[i + 1] != tokenizer.bos();
            QCOMPARE(batch.targets[at], scored ? expected[i + 1] : -1);
            if (there) QCOMPARE(batch.tokens[at], expected[i]);
            QVERIFY(batch.tokens[at] >= 0 && batch.tokens[at] < tokenizer.size());
            QCOMPARE(batch.documentStart[at], start);
        }
    }
    std::string jsonLines(std::uint32_t seed, int documents) const {
        std::string content;
        for (int i = 0; i < documents; ++i)
            content += nlohmann::json{{"text", englishLike(seed + static_cast<std::uint32_t>(i),
                                                           1 + static_cast<std::size_t>(i % 4))}}
                           .dump() +
                       "\n";
        return content;
    }

private Q_SLOTS:
    // A run from before BOS was left out goes on as it began: the targets of training differ by the BOS alone, those of
    // evaluation not at all.
    void aRunThatScoresBosGoesOnDoingSo() {
        RunConfig run = config({{put("bos.jsonl", jsonLines(7, 200)).string(), 1}});
        run.heldOut = 0.1;
        const auto dataset = open(run);
        run.scoreBos = true;
        const auto before = open(run);
        const TokenId bos = dataset->tokenizer().bos();
        int left = 0;
        for (StepIndex step = 0; step < 20; ++step) {
            const Batch batch = dataset->batch(step, 0), old = before->batch(step, 0);
            QVERIFY(batch.tokens == old.tokens && batch.documentStart == old.documentStart);
            for (std::size_t i = 0; i < batch.targets.size(); ++i) {
                QCOMPARE(batch.targets[i], old.targets[i] == bos ? -1 : old.targets[i]);
                left += old.targets[i] == bos ? 1 : 0;
            }
        }
        QVERIFY(left > 20);
        QVERIFY(same(dataset->heldOutBatch(0, 5), before->heldOutBatch(0, 5)));
        const Batch heldOut = before->heldOutBatch(0, 5);
        QVERIFY(std::count(heldOut.targets.begin(), heldOut.targets.end(), bos) == 0);
    }

    void batchesAreThePackedTexts() {
        const std::string text = englishLike(21, 400), lines = jsonLines(100, 300);
        const fs::path a = put("a.txt", text), b = put("b.jsonl", lines);
        RunConfig run = config({{a.string(), 3}, {b.string(), 1}});
        run.heldOut = 0.1;
        const auto dataset = open(run);
        const Tokenizer& tokenizer = dataset->tokenizer();
        QVERIFY(tokenizer.lossless() && tokenizer.size() == 500);

        std::vector<std::vector<TokenId>> train(2), heldOut(2);
        std::vector<std::int64_t> heldOutBytes(2);
        const auto cut = [](const std::string& content) {
            return static_cast<std::size_t>(std::llround(0.9 * static_cast<double>(content.size())));
        };
        const std::size_t border = text.find('\n', cut(text) - 1) + 1;
        append(train[0], tokenizer, text.substr(0, border));
        append(heldOut[0], tokenizer, text.substr(border));
        heldOutBytes[0] = static_cast<std::int64_t>(text.size() - border);
        for (std::size_t at = 0; at < lines.size();) {
            const std::size_t end = lines.find('\n', at);
            const std::string document =
                nlohmann::json::parse(lines.substr(at, end - at)).at("text").get<std::string>();
            append(at >= cut(lines) ? heldOut[1] : train[1], tokenizer, document);
            if (at >= cut(lines)) heldOutBytes[1] += static_cast<std::int64_t>(document.size());
            at = end + 1;
        }
        for (std::size_t i = 0; i < 2; ++i) {
            const SourceSummary& summary = dataset->sources()[i];
            QCOMPARE(summary.trainTokens, static_cast<std::int64_t>(train[i].size()));
            QCOMPARE(summary.heldOutTokens, static_cast<std::int64_t>(heldOut[i].size()));
            QCOMPARE(summary.heldOutBytes, heldOutBytes[i]);
            QCOMPARE(summary.weight, i == 0 ? 3.0 : 1.0);
        }

        // Each epoch of a source holds each of its windows once: the ring cut every 32 tokens from some place on, 33
        // tokens each.
        using Window = std::vector<TokenId>;
        const auto windowsFrom = [&](std::size_t source, std::size_t shift) {
            std::map<Window, int> windows;
            for (std::size_t at = 0; at < train[source].size(); at += 32) {
                Window window;
                for (std::size_t k = 0; k <= 32; ++k)
                    window.push_back(train[source][(at + shift + k) % train[source].size()]);
                windows[window] += 1;
            }
            return windows;
        };
        std::vector<std::vector<std::map<Window, int>>> windows(2);  // by source and shift
        std::vector<std::set<Window>> anywhere(2);
        for (std::size_t i = 0; i < 2; ++i)
            for (std::size_t shift = 0; shift < 32; ++shift) {
                windows[i].push_back(windowsFrom(i, shift));
                for (const auto& [window, count] : windows[i].back()) anywhere[i].insert(window);
            }
        std::vector<std::vector<std::vector<TokenId>>> got(2);
        std::vector<int> perSource(2);
        bool crossed = false, whole = false;
        for (StepIndex step = 0; step < 300; ++step) {
            for (std::int64_t micro = 0; micro < 2; ++micro) {
                const Batch batch = dataset->batch(step, micro);
                QCOMPARE(batch.rows, 4);
                QCOMPARE(batch.length, 32);
                bool crosses = false;
                for (std::int64_t row = 0; row < 4; ++row) {
                    std::vector<TokenId> window(batch.tokens.begin() + row * 32, batch.tokens.begin() + (row + 1) * 32);
                    const TokenId last = batch.targets[static_cast<std::size_t>(row * 32 + 31)];
                    window.push_back(last < 0 ? tokenizer.bos() : last);
                    checkRow(batch, row, window, tokenizer);
                    for (std::size_t t = 1; t < 32; ++t) crosses = crosses || window[t] == tokenizer.bos();
                    const std::size_t source = anywhere[0].contains(window) ? 0 : 1;
                    QVERIFY(anywhere[source].contains(window));
                    got[source].push_back(window);
                }
                QCOMPARE(batch.oneDocumentPerRow, !crosses);
                (crosses ? crossed : whole) = true;
            }
        }
        QVERIFY(crossed && whole);
        QVERIFY(std::abs(static_cast<double>(got[0].size()) / 2400 - 0.75) < 0.01);
        std::set<std::vector<std::vector<TokenId>>> orders;
        for (std::size_t i = 0; i < 2; ++i) {
            std::set<std::size_t> shifts;
            const std::size_t epoch = (train[i].size() + 31) / 32;
            QVERIFY(got[i].size() > 2 * epoch || i == 1);
            for (std::size_t start = 0; start + epoch <= got[i].size(); start += epoch) {
                const std::vector<std::vector<TokenId>> order(
                    got[i].begin() + static_cast<std::ptrdiff_t>(start),
                    got[i].begin() + static_cast<std::ptrdiff_t>(start + epoch));
                std::map<std::vector<TokenId>, int> seen;
                for (const auto& window : order) seen[window] += 1;
                const auto shift = static_cast<std::size_t>(std::ranges::find(windows[i], seen) - windows[i].begin());
                QVERIFY(start == 0 ? shift == 0 : shift < 32);
                shifts.insert(shift);
                QVERIFY(orders.insert(order).second);  // in an order of its own
            }
            QVERIFY(shifts.size() > 1 || i == 1);
        }

        // Held out: per source, windows in order, each token but the first scored once; the sources' windows are mixed.
        std::vector<std::vector<TokenId>> scored(2);
        std::int64_t bytes = 0, tokens = 0;
        for (std::int64_t w = 0; w < dataset->heldOutWindows(); ++w) {
            const Batch batch = dataset->heldOutBatch(w, 1);
            QCOMPARE(batch.rows, 1);
            std::size_t source = 2;
            for (std::size_t i = 0; i < 2; ++i) {
                const std::size_t at = scored[i].size();
                if (at + 1 >= heldOut[i].size() || source < 2) continue;
                const std::vector<TokenId> expected(
                    heldOut[i].begin() + static_cast<std::ptrdiff_t>(at),
                    heldOut[i].begin() + static_cast<std::ptrdiff_t>(std::min(at + 33, heldOut[i].size())));
                if (!std::equal(expected.begin(), expected.end() - 1, batch.tokens.begin()) ||
                    batch.targets[0] != expected[1])
                    continue;
                source = i;
                checkRow(batch, 0, expected, tokenizer);
                for (std::size_t k = 1; k < expected.size(); ++k) {
                    scored[i].push_back(expected[k]);
                    bytes += static_cast<std::int64_t>(tokenizer.piece(expected[k]).size());
                    ++tokens;
                }
            }
            QVERIFY(source < 2);
            QCOMPARE(dataset->heldOutBytes(w + 1), bytes);
        }
        for (std::size_t i = 0; i < 2; ++i)
            QVERIFY(std::equal(heldOut[i].begin() + 1, heldOut[i].end(), scored[i].begin(), scored[i].end()));
        QCOMPARE(bytes, heldOutBytes[0] + heldOutBytes[1]);
        QCOMPARE(tokens, static_cast<std::int64_t>(heldOut[0].size() + heldOut[1].size()) - 2);
        const Batch several = dataset->heldOutBatch(1, 1000);
        QCOMPARE(several.rows, dataset->heldOutWindows() - 1);
        QCOMPARE(dataset->heldOutBatch(dataset->heldOutWindows(), 4).rows, 0);
        QCOMPARE(dataset->heldOutBytes(0), 0);
    }

    void aTinyTextFillsBatches() {
        RunConfig run = config({{put("tiny.jsonl", "{\"text\":\"ba\"}\n").string(), 1}});
        train(englishLike(1, 300), {.vocabSize = 400, .userSymbols = {}}, root() / "given.model");
        run.tokenizer = TokenizerKind::File;
        run.tokenizerPath = (root() / "given.model").string();
        run.heldOut = 0;
        const auto dataset = open(run);
        QCOMPARE(dataset->heldOutWindows(), 0);
        std::vector<TokenId> document;
        append(document, dataset->tokenizer(), "ba");
        const Batch batch = dataset->batch(3, 1);
        std::vector<TokenId> expected;
        for (std::size_t i = 0; i <= 32; ++i) expected.push_back(document[i % document.size()]);
        checkRow(batch, 2, expected, dataset->tokenizer());
        QVERIFY(fs::exists(dataset->tokenizerPath()));
        QCOMPARE(dataset->tokenizerPath().parent_path(), workspace().tokenizers());
        QVERIFY(readFile(dataset->tokenizerPath()) == readFile(root() / "given.model"));
    }

    void theSameBatchesWhereverTheyComeFrom() {
        const fs::path text = put("same.txt", englishLike(30, 500)), lines = put("same.jsonl", jsonLines(31, 100));
        RunConfig run = config({{text.string(), 1}, {lines.string(), 2}});
        const std::string first = fingerprint(*open(run));
        QCOMPARE(fingerprint(*open(run)), first);  // reopened
        fs::remove_all(workspace().tokenCache());
        QCOMPARE(fingerprint(*open(run)), first);  // made again
        fs::remove_all(workspace().root());
        QCOMPARE(fingerprint(*open(run)), first);  // and with the tokenizer trained again

        fs::create_directories(root() / "moved");
        fs::rename(text, root() / "moved/other-name.txt");
        RunConfig moved = run;
        moved.data[0].path = (root() / "moved/other-name.txt").string();
        QCOMPARE(fingerprint(*open(moved)), first);

        int pipes[2];
        QVERIFY(::pipe(pipes) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const std::string found = fingerprint(*openDataset(moved, Workspace(root() / "elsewhere"), {}, {}));
            (void)!::write(pipes[1], found.data(), found.size());
            ::_exit(0);
        }
        std::string found(first.size(), ' ');
        QCOMPARE(::read(pipes[0], found.data(), found.size()), static_cast<ssize_t>(first.size()));
        ::waitpid(child, nullptr, 0);
        QCOMPARE(found, first);

        RunConfig other = moved;
        other.seed = 2;
        QVERIFY(open(other)->manifestHash() == open(moved)->manifestHash());
        QVERIFY(fingerprint(*open(other)) != first);
        other = moved;
        other.data[0].weight = 3;
        QVERIFY(open(other)->manifestHash() != open(moved)->manifestHash());
        put("moved/other-name.txt", englishLike(30, 500) + "more");
        QVERIFY(fingerprint(*open(moved)) != first);
    }

    void aCacheIsReusedAndABrokenOneIsNot() {
        const RunConfig run = config({{put("cache.txt", englishLike(40, 500)).string(), 1}});
        const auto said = [&] {
            std::vector<std::string> texts;
            (void)openDataset(run, workspace(), [&](const std::string& what, double) { texts.push_back(what); }, {});
            return texts;
        };
        QVERIFY(!said().empty());
        QVERIFY(said().empty());
        const std::string first = fingerprint(*open(run));
        fs::path folder;
        for (const auto& entry : fs::directory_iterator(workspace().tokenCache()))
            if (entry.is_directory() && (folder.empty() || entry.last_write_time() > fs::last_write_time(folder)))
                folder = entry.path();
        const auto breakings = {
            +[](const fs::path& at) { fs::resize_file(at / "0.train", 10); },
            +[](const fs::path& at) { fs::remove(at / "0.heldout"); },
            +[](const fs::path& at) { writeFileAtomically(at / "manifest.json", "{\"format\": 1"); },
            +[](const fs::path& at) { writeFileAtomically(at / "manifest.json", "{}"); },
            +[](const fs::path& at) { fs::remove(at / "manifest.json"); }};
        for (const auto breakIt : breakings) {
            breakIt(folder);
            QVERIFY(!said().empty());
            QCOMPARE(fingerprint(*open(run)), first);
        }
        const fs::path tokenizer = open(run)->tokenizerPath();
        writeFileAtomically(tokenizer, "damaged");
        QCOMPARE(fingerprint(*open(run)), first);
    }

    void aFileThatShrinksUnderABatchIsAnError() {
        const RunConfig run = config({{put("shrink.txt", englishLike(41, 500)).string(), 1}});
        const auto dataset = open(run);
        for (const auto& entry : fs::recursive_directory_iterator(workspace().tokenCache()))
            if (entry.path().extension() == ".train") fs::resize_file(entry.path(), 0);
        VERIFY_ERROR(dataset->batch(0, 0), "shorter");
        fs::remove_all(workspace().tokenCache());
    }

    void aFullDiskLeavesNothingHalfMade() {
        const RunConfig run = config({{put("full.txt", englishLike(42, 3000)).string(), 1}});
        const Workspace home(root() / "full-home");
        int failures = 0;
        for (std::uint64_t bytes = 1; bytes < 400000 && failures < 100; bytes = bytes * 3 / 2 + 1) {
            OutputFile::failAfter(bytes);
            try {
                (void)openDataset(run, home, {}, {});
            } catch (const Error& error) {
                ++failures;
                QVERIFY2(error.kind() == ErrorKind::NoSpace, error.what());
            }
            OutputFile::failAfter(std::nullopt);
            if (fs::exists(home.tokenCache()))
                for (const auto& entry : fs::directory_iterator(home.tokenCache()))
                    QVERIFY(entry.path().filename().string().find(".new-") == std::string::npos);
        }
        QVERIFY(failures > 5);
        QCOMPARE(fingerprint(*openDataset(run, home, {}, {})), fingerprint(*open(run)));
    }

    // Two processes that start together: one makes, the other waits and finds the same.
    void twoProcessesShareOneCache() {
        const RunConfig run = config({{put("shared.txt", englishLike(43, 6000)).string(), 1}});
        const Workspace home(root() / "shared-home");
        int pipes[2];
        QVERIFY(::pipe(pipes) == 0);
        std::vector<pid_t> children;
        for (int i = 0; i < 3; ++i) {
            children.push_back(::fork());
            if (children.back() != 0) continue;
            bool tokenized = false;
            const auto dataset = openDataset(
                run, home,
                [&](const std::string& what, double) { tokenized = tokenized || what.starts_with("Tokenizing"); }, {});
            const std::string line = fingerprint(*dataset) + (tokenized ? "1" : "0");
            (void)!::write(pipes[1], line.data(), line.size());
            ::_exit(0);
        }
        int made = 0;
        std::set<std::string> found;
        for (std::size_t i = 0; i < children.size(); ++i) {
            std::string line(33, ' ');
            QCOMPARE(::read(pipes[0], line.data(), line.size()), ssize_t{33});
            made += line.back() == '1' ? 1 : 0;
            found.insert(line.substr(0, 32));
        }
        for (const pid_t child : children) ::waitpid(child, nullptr, 0);
        QCOMPARE(made, 1);
        QCOMPARE(found.size(), std::size_t{1});
    }

    void aKilledMakerLeavesNoHarm() {
        const RunConfig run = config({{put("killed.txt", englishLike(44, 30000)).string(), 1}});
        const Workspace home(root() / "killed-home");
        for (int i = 0; i < 6; ++i) {
            const pid_t child = ::fork();
            if (child == 0) {
                (void)openDataset(run, home, {}, {});
                ::_exit(0);
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20 + 40 * i));
            ::kill(child, SIGKILL);
            ::waitpid(child, nullptr, 0);
        }
        const std::string found = fingerprint(*openDataset(run, home, {}, {}));
        QCOMPARE(found, fingerprint(*open(run)));
        for (const auto& entry : fs::directory_iterator(home.tokenCache()))
            QVERIFY(entry.path().filename().string().find(".new-") == std::string::npos);
    }

    void stoppingAndWrongUse() {
        const fs::path text = put("use.txt", englishLike(45, 200));
        const StopToken stop;
        stop.requestStop();
        VERIFY_ERROR(openDataset(config({{text.string(), 1}}), workspace(), {}, stop), "stopped");
        VERIFY_ERROR(open(config({})), "no text is named");
        VERIFY_ERROR(open(config({{text.string(), 0}})), "not above 0");
        VERIFY_ERROR(open(config({{(root() / "missing").string(), 1}})), "missing");
        RunConfig run = config({{text.string(), 1}});
        run.vocabSize = 100000;
        VERIFY_ERROR(open(run), "at most ");
        run = config({{text.string(), 1}});
        run.tokenizer = TokenizerKind::File;
        VERIFY_ERROR(open(run), "no tokenizer is named");
        run.tokenizerPath = text.string();
        VERIFY_ERROR(open(run), "use.txt");
        run = config({{text.string(), 1}});
        run.heldOut = 0.9999;
        run.heldOutFrom = HeldOutFrom::Spread;
        VERIFY_ERROR(open(run), "text");
    }

    void largeVocabulariesTakeFourBytes() {
        // A user symbol for each of 66000 numbers: more ids than sixteen bits hold.
        TokenizerTraining options;
        options.vocabSize = 66500;
        for (int i = 0; i < 66000; ++i) options.userSymbols.push_back("<n" + std::to_string(i) + ">");
        train(englishLike(46, 300), options, root() / "large.model");
        RunConfig run = config({{put("large.txt", "a<n65999>b<n1>c<n65000>\n" + englishLike(47, 50)).string(), 1}});
        run.tokenizer = TokenizerKind::File;
        run.tokenizerPath = (root() / "large.model").string();
        run.heldOut = 0;
        const auto dataset = open(run);
        const TokenId symbol = dataset->tokenizer().special("<n65999>");
        bool seen = false;
        for (StepIndex step = 0; step < 100; ++step)
            for (const TokenId id : dataset->batch(step, 0).tokens) seen = seen || (id == symbol && id > 60000);
        QVERIFY(seen);
    }

    void evaluationText() {
        const std::string text = englishLike(48, 300);
        const auto dataset = open(config({{put("eval.txt", text).string(), 1}}));
        const auto evaluation =
            openEvaluationText(root() / "eval.txt", dataset->tokenizerPath(), Template::Plain, 32, {});
        std::vector<TokenId> expected;
        append(expected, dataset->tokenizer(), text);
        QCOMPARE(evaluation->heldOutWindows(), static_cast<std::int64_t>((expected.size() - 1 + 31) / 32));
        QCOMPARE(evaluation->heldOutBytes(evaluation->heldOutWindows()), static_cast<std::int64_t>(text.size()));
        std::int64_t bytes = 0;
        for (std::int64_t w = 0; w < evaluation->heldOutWindows(); ++w) {
            const auto at = static_cast<std::size_t>(w) * 32;
            const std::vector<TokenId> window(
                expected.begin() + static_cast<std::ptrdiff_t>(at),
                expected.begin() + static_cast<std::ptrdiff_t>(std::min(at + 33, expected.size())));
            checkRow(evaluation->heldOutBatch(w, 1), 0, window, dataset->tokenizer());
            for (std::size_t k = 1; k < window.size(); ++k)
                bytes += static_cast<std::int64_t>(dataset->tokenizer().piece(window[k]).size());
            QCOMPARE(evaluation->heldOutBytes(w + 1), bytes);
        }
        VERIFY_ERROR(openEvaluationText(root() / "gone.txt", dataset->tokenizerPath(), Template::Plain, 32, {}),
                     "gone.txt");
    }

    // A model whose text begins without BOS: documents are told apart by EOS then.
    void evaluationTextWithoutBos() {
        const auto given = open(config({{put("eval.txt", englishLike(48, 300)).string(), 1}}))->tokenizerPath();
        const fs::path folder = root() / "bare";
        fs::create_directories(folder);
        fs::copy_file(given, folder / "tokenizer.model");
        std::string lines;
        std::vector<TokenId> expected;
        for (std::uint32_t i = 0; i < 20; ++i) {
            const std::string text = "dada " + std::to_string(i) + " bibi";
            lines += "{\"text\": \"" + text + "\"}\n";
            append(expected, *loadTokenizer(given), text);
        }
        put("bare.jsonl", lines);
        for (const bool adds : {true, false}) {
            put("bare/tokenizer_config.json", std::string("{\"add_bos_token\": ") + (adds ? "true}" : "false}"));
            const auto text = openEvaluationText(root() / "bare.jsonl", folder, Template::Plain, 400, {});
            // Without BOS nothing predicts the very first token.
            const std::size_t first = adds ? 0 : text->tokenizer().piece(expected[1]).size();
            QCOMPARE(text->heldOutBytes(text->heldOutWindows()), 10 * 11 + 10 * 12 - static_cast<std::int64_t>(first));
            const Batch batch = text->heldOutBatch(0, 1);
            std::vector<TokenId> wanted = expected;
            if (!adds) std::erase(wanted, text->tokenizer().bos());
            const auto count = static_cast<std::ptrdiff_t>(wanted.size()) - 1;
            QVERIFY(std::equal(wanted.begin(), wanted.begin() + count, batch.tokens.begin()));
            // Twenty documents, each of which sees only itself.
            QCOMPARE(std::set<std::int32_t>(batch.documentStart.begin(), batch.documentStart.begin() + count).size(),
                     std::size_t{20});
        }
    }

    void previewsReadLittle() {
        std::string content = jsonLines(50, 200) + "broken\n";
        const fs::path lines = put("preview.jsonl", content + content),
                       text = put("preview.txt", englishLike(51, 1000));
        DataPreview preview = previewData(config({{lines.string(), 1}, {text.string(), 2}}), 250, {});
        QCOMPARE(preview.firstDocuments.size(), std::size_t{5});
        QCOMPARE(preview.sources[0].documents + preview.sources[0].heldOutDocuments, 250);
        QCOMPARE(preview.sources[0].skips.skipped(), 1);
        QCOMPARE(preview.sources[0].skips.first().at(0).line, 201);
        QCOMPARE(preview.sources[1].weight, 2.0);
        preview = previewData(config({{text.string(), 1}}), 10, {});
        QCOMPARE(preview.firstDocuments.size(), std::size_t{2});  // the training part and the held-out one
        QVERIFY(englishLike(51, 1000).starts_with(preview.firstDocuments[0]));
        QVERIFY(preview.firstDocuments[0].size() <= 2000);
        VERIFY_ERROR(previewData(config({{(root() / "missing").string(), 1}}), 5, {}), "missing");
    }
};

QTEST_APPLESS_MAIN(TestDataset)
#include "test_dataset.moc"
