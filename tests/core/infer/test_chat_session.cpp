// Chat sessions over random tiny models with a tokenizer that the test trains: streams, stop texts, reuse, ends; a
// run's weights.
#include <QTemporaryDir>
#include <QTest>
#include <atomic>
#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/chat/latest_model.h"
#include "core/infer/chat_session.h"
#include "core/infer/stop_scanner.h"
#include "core/infer/thread_pool.h"
#include "naive_model.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestChatSession : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }
    fs::path tokenizerPath() const { return root() / "tokenizer.model"; }

    fs::path modelFolder(Template chatTemplate, std::int64_t contextLength = 128) {
        static int next = 0;
        const fs::path folder = root() / ("model-" + std::to_string(next++));
        ModelConfig config = tinyConfigs()[2].config;
        config.vocabSize = loadTokenizer(tokenizerPath())->size();
        config.contextLength = contextLength;
        writeRandomModel(folder, config, 11, DType::F32, chatTemplate);
        fs::copy_file(tokenizerPath(), folder / "tokenizer.model");
        return folder;
    }

    // Says in its options what a random model would hardly say: any token is as likely as another.
    static GenerationOptions hot(std::uint64_t seed, std::int64_t maxTokens) {
        GenerationOptions options;
        options.sampling.temperature = 100;
        options.sampling.seed = seed;
        options.maxTokens = maxTokens;
        return options;
    }

private Q_SLOTS:
    void initTestCase() { trainTalkTokenizer(tokenizerPath(), "ä or 漢字"); }

    void scannersNeverShowAStopTextNorAPartOfOne() {
        // Against the definition: the text up to the first stop text; cut into pieces at random.
        const std::vector<std::string> stops{"abab", "###", "c", ""};
        for (std::uint64_t seed = 0; seed < 2000; ++seed) {
            std::string text;
            for (std::uint64_t i = 0; i < 30; ++i)
                text += "ab#dab#dababc"[randomBits(seed, 0, i) % (seed % 2 == 0 ? 12 : 13)];
            std::size_t first = std::string::npos;
            for (const std::string& stop : stops)
                if (!stop.empty()) first = std::min(first, text.find(stop));
            const std::string expected = text.substr(0, first);
            StopScanner scanner(stops);
            std::string shown;
            for (std::size_t at = 0, i = 100; at < text.size(); ++i) {
                const std::size_t length = randomBits(seed, 1, i) % 4;
                shown += scanner.add(std::string_view(text).substr(at, length));
                at += length;
                QVERIFY(expected.rfind(shown, 0) == 0);
                // Nothing is held back that no stop text can begin with.
                if (!scanner.stopped()) QVERIFY(std::min(at, text.size()) - shown.size() <= 3);
            }
            QCOMPARE(scanner.stopped(), first != std::string::npos);
            shown += scanner.finish();
            QCOMPARE(QString::fromStdString(shown), QString::fromStdString(expected));
        }
    }

    void streamsWholeCharactersThatMakeUpTheText() {
        ChatSession chat(modelFolder(Template::Plain), 1);
        for (std::uint64_t seed = 1; seed <= 20; ++seed) {
            std::string streamed;
            std::vector<TokenId> ids;
            GenerationOptions options = hot(seed, 40);
            options.alternatives = 3;
            const auto result = chat.complete(
                "In the beginning", options,
                [&](const GeneratedToken& token) {
                    streamed += token.text;
                    QVERIFY(QString::fromStdString(token.text).toStdString() == token.text);  // whole characters
                    if (token.id < 0) return;
                    ids.push_back(token.id);
                    QCOMPARE(token.alternatives.size(), 3u);
                    QVERIFY(token.logProbability < 0);
                },
                StopToken());
            QCOMPARE(streamed, result.text);
            QVERIFY(ids == result.tokens);
            QVERIFY(result.reason == StopReason::MaxTokens || result.reason == StopReason::EndOfText);
            QVERIFY(result.reason != StopReason::MaxTokens || ids.size() == 40);
            QCOMPARE(result.contextLength, 128);
            QVERIFY(result.contextUsed > 0 && result.firstTokenSeconds > 0);
            StreamDecoder decoder(chat.tokenizer());
            std::string decoded;
            for (const TokenId id : ids) decoded += decoder.add(id);
            QCOMPARE(decoded + decoder.finish(), result.text);
        }
    }

    void sameSeedSameTextAndReuseChangesNothing() {
        const fs::path folder = modelFolder(Template::B2B4T);
        ChatSession chat(folder, 2);
        std::vector<Message> conversation{{Role::User, "say ä or go"}};
        for (int turn = 0; turn < 3; ++turn) {
            ChatSession fresh(folder, 2);
            const auto options = hot(static_cast<std::uint64_t>(turn), 12);
            const auto expected = fresh.answer(conversation, options, {}, StopToken());
            const auto got = chat.answer(conversation, options, {}, StopToken());
            QCOMPARE(got.text, expected.text);
            QVERIFY(got.tokens == expected.tokens);
            QCOMPARE(expected.reusedTokens, 0);
            QVERIFY(turn == 0 || got.reusedTokens > 5);
            const auto again = chat.answer(conversation, options, {}, StopToken());
            QVERIFY(again.tokens == expected.tokens);
            QCOMPARE(again.reusedTokens, static_cast<std::int64_t>(again.promptTokens.size()) - 1);
            conversation.push_back({Role::Assistant, got.text});
            conversation.push_back({Role::User, "and the king?"});
        }
    }

    void stopTextsEndTheAnswerUnseen() {
        ChatSession chat(modelFolder(Template::Plain), 1);
        const auto whole = chat.complete("the king said", hot(4, 60), {}, StopToken());
        QVERIFY(whole.text.size() > 30);
        // A piece of what it says, from the middle of a token on, as the stop text.
        std::size_t at = whole.text.size() / 2;
        while (!isUtf8Start(whole.text[at])) ++at;
        std::size_t end = at + 5;
        while (end < whole.text.size() && !isUtf8Start(whole.text[end])) ++end;
        GenerationOptions options = hot(4, 60);
        options.stopTexts = {whole.text.substr(at, end - at)};
        std::string streamed;
        const auto cut = chat.complete(
            "the king said", options, [&](const GeneratedToken& t) { streamed += t.text; }, StopToken());
        QVERIFY(cut.reason == StopReason::StopText);
        QCOMPARE(cut.text, whole.text.substr(0, whole.text.find(options.stopTexts[0])));
        QCOMPARE(streamed, cut.text);
        QVERIFY(cut.tokens.size() < whole.tokens.size());
    }

    void endTokensEndTheAnswer() {
        ChatSession chat(modelFolder(Template::B2B4T), 1);
        const TokenId endOfTurn = chat.tokenizer().special("<|eot_id|>");
        QVERIFY(endOfTurn >= 0);
        int ended = 0;
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            const auto result =
                chat.answer({{Role::System, "be short"}, {Role::User, "hello"}}, hot(seed, 60), {}, StopToken());
            for (const TokenId id : result.tokens) QVERIFY(id != endOfTurn && id != chat.tokenizer().eos());
            QVERIFY(result.text.find("<|eot_id|>") == std::string::npos);
            ended += result.reason == StopReason::EndOfText;
        }
        QVERIFY(ended > 0 && ended < 40);
    }

    void theContextsEndIsAClearStop() {
        ChatSession chat(modelFolder(Template::Plain, 24), 1);
        GenerationOptions options = hot(3, 1000);
        std::int64_t full = 0;
        for (options.sampling.seed = 0; options.sampling.seed < 10; ++options.sampling.seed) {
            const auto result = chat.complete("hello", options, {}, StopToken());
            QVERIFY(result.contextUsed <= 24);
            if (result.reason != StopReason::ContextFull) continue;
            ++full;
            // The last token is said but not read.
            QCOMPARE(static_cast<std::int64_t>(result.promptTokens.size() + result.tokens.size()), 25);
        }
        QVERIFY(full > 0);
        const std::string tooLong(500, 'x');
        const auto none = chat.complete(tooLong, options, {}, StopToken());
        QVERIFY(none.reason == StopReason::ContextFull && none.tokens.empty() && none.text.empty());
        QVERIFY(chat.complete("hello", hot(1, 3), {}, StopToken()).tokens.size() <= 3);
        QVERIFY(chat.complete("hello", hot(1, 0), {}, StopToken()).reason == StopReason::MaxTokens);
    }

    // A shifted context is the same as a fresh session that was given the first token and the newer half.
    void aFullContextShiftsWhereItMay() {
        const std::int64_t length = 24;
        const auto folder = modelFolder(Template::Plain, length);
        ChatSession chat(folder, 1);
        GenerationOptions options = hot(3, 60);
        options.shiftContext = true;
        std::int64_t shifted = 0;
        for (options.sampling.seed = 0; options.sampling.seed < 10; ++options.sampling.seed) {
            const auto result = chat.complete("hello", options, {}, StopToken());
            QVERIFY(result.reason != StopReason::ContextFull && result.contextUsed <= length);
            if (result.tokens.size() < 60) continue;
            QVERIFY(result.contextShifts >= 3);
            std::vector<TokenId> all = result.promptTokens;
            const auto fresh = PackedSession::create(chat.model(), length);
            std::span<const float> logits = fresh->feed(all);
            const Sampler sampler(options.sampling);
            for (std::size_t i = 0; i < result.tokens.size(); ++i) {
                QCOMPARE(sampler.sample(logits, all, i), result.tokens[i]);
                all.push_back(result.tokens[i]);
                if (fresh->position() < length) {
                    logits = fresh->feed({&all.back(), 1});
                    continue;
                }
                ++shifted;
                fresh->rewind(0);
                std::vector<TokenId> kept{all.front()};
                kept.insert(kept.end(), all.end() - length / 2, all.end());
                logits = fresh->feed(kept);
            }
        }
        QVERIFY(shifted > 0);
        const auto longPrompt = chat.complete(std::string(500, 'x'), options, {}, StopToken());
        QVERIFY(longPrompt.contextShifts > 0 && !longPrompt.tokens.empty());
        // Stopped while it goes on: the next answer is not harmed.
        const StopToken stop;
        int seen = 0;
        const auto halted = chat.complete(
            "hello", options,
            [&](const GeneratedToken&) {
                if (++seen == 22) stop.requestStop();
            },
            stop);
        const auto after = chat.complete("hello", options, {}, StopToken());
        QVERIFY(halted.tokens.size() <= after.tokens.size() &&
                std::equal(halted.tokens.begin(), halted.tokens.end(), after.tokens.begin()));
    }

    // add_bos_token and every eos_token_id of a download; an end beyond the pieces can be drawn, other such ids cannot.
    void theFilesOfADownloadAreFollowed() {
        const fs::path folder = root() / "download";
        const auto size = loadTokenizer(tokenizerPath())->size();
        ModelConfig config = tinyConfigs()[2].config;
        config.vocabSize = size + 40;
        config.contextLength = 128;
        writeRandomModel(folder, config, 11);
        fs::copy_file(tokenizerPath(), folder / "tokenizer.model");
        GenerationOptions greedy;
        greedy.sampling.temperature = 0;
        greedy.maxTokens = 5;
        ChatSession usual(folder, 1);
        const auto plain = usual.complete("In the", greedy, {}, StopToken());
        QVERIFY(plain.promptTokens.front() == usual.tokenizer().bos() && plain.tokens.size() > 2);

        writeFileAtomically(folder / "tokenizer_config.json", R"({"add_bos_token": false})");
        writeFileAtomically(folder / "generation_config.json",
                            "{\"eos_token_id\": [2, " + std::to_string(plain.tokens[0]) + "]}");
        ChatSession bare(folder, 1);
        const auto without = bare.complete("In the", greedy, {}, StopToken());
        QVERIFY(std::vector<TokenId>(plain.promptTokens.begin() + 1, plain.promptTokens.end()) == without.promptTokens);
        QVERIFY(bare.answer({{Role::User, "In the"}}, greedy, {}, StopToken()).promptTokens == without.promptTokens);
        fs::remove(folder / "tokenizer_config.json");
        const auto ended = ChatSession(folder, 1).complete("In the", greedy, {}, StopToken());
        QVERIFY(ended.reason == StopReason::EndOfText && ended.tokens.empty() && ended.text.empty());

        std::string ends;
        for (std::int64_t id = size; id < size + 40; id += 2) ends += (ends.empty() ? "" : ", ") + std::to_string(id);
        writeFileAtomically(folder / "generation_config.json", "{\"eos_token_id\": [" + ends + "]}");
        ChatSession beyond(folder, 1);
        int over = 0;
        for (std::uint64_t seed = 0; seed < 20; ++seed) {
            const auto result = beyond.complete("In the", hot(seed, 40), {}, StopToken());
            over += result.reason == StopReason::EndOfText ? 1 : 0;
            for (const TokenId id : result.tokens) QVERIFY(id < size);
        }
        QVERIFY2(over > 10, std::to_string(over).c_str());  // a twentieth of all ids: 0.95^40 go on
    }

    void stopsBetweenAnyTwoTokens() {
        ChatSession chat(modelFolder(Template::Plain), 1);
        for (const std::size_t after : {1u, 2u, 7u}) {
            const StopToken stop;
            std::size_t seen = 0;
            GenerationOptions options = hot(6, 100);
            const auto result = chat.complete(
                "hello", options,
                [&](const GeneratedToken& token) {
                    if (token.id >= 0 && ++seen == after) stop.requestStop();
                },
                stop);
            QVERIFY(result.reason == StopReason::Stopped || result.tokens.size() < after);
            QCOMPARE(result.tokens.size(), after);
        }
        const StopToken before;
        before.requestStop();
        const auto none = chat.complete("In the beginning of the day", hot(1, 10), {}, before);
        QVERIFY(none.reason == StopReason::Stopped && none.tokens.empty());
        // A stopped reading leaves a session that goes on rightly.
        ChatSession fresh(chat.model(), loadTokenizer(tokenizerPath()));
        QVERIFY(chat.complete("In the", hot(2, 10), {}, StopToken()).tokens ==
                fresh.complete("In the", hot(2, 10), {}, StopToken()).tokens);
    }

    void sessionsOfOneModelRunSideBySide() {
        const fs::path folder = modelFolder(Template::Plain);
        const auto model = PackedModel::load(folder, chatOptions(folder, 2));
        const std::shared_ptr<const Tokenizer> tokenizer = loadTokenizer(tokenizerPath());
        std::vector<TokenId> expected[3], got[3];
        for (std::uint64_t i = 0; i < 3; ++i)
            expected[i] = ChatSession(model, tokenizer).complete("the king", hot(i, 50), {}, StopToken()).tokens;
        std::vector<std::thread> threads;
        for (std::uint64_t i = 0; i < 3; ++i)
            threads.emplace_back([&, i] {
                got[i] = ChatSession(model, tokenizer).complete("the king", hot(i, 50), {}, StopToken()).tokens;
            });
        for (auto& thread : threads) thread.join();
        for (int i = 0; i < 3; ++i) QVERIFY(got[i] == expected[i]);
    }

    // A small model answers as it was trained; a large one is held in half the memory.
    void onlyALargeModelIsRounded() {
        const PackedOptions small = chatOptions(modelFolder(Template::Plain), 1);
        QCOMPARE(small.threads, 1);
        QVERIFY(small.embedding == DenseStorage::AsStored && small.denseLinears == DenseStorage::AsStored &&
                small.cache == CacheFormat::F32);
        ModelConfig config;
        config.hiddenSize = 512;
        for (const bool large : {false, true}) {
            config.vocabSize = large ? 16385 : 16384;
            const PackedOptions options = chatOptions(config);
            QCOMPARE(options.embedding == DenseStorage::Compact, large);
            QCOMPARE(options.denseLinears == DenseStorage::Compact, large);
            QCOMPARE(options.cache == CacheFormat::Bf16, large);
        }
    }

    void aModelWithoutItsTokenizerIsRefused() {
        const fs::path folder = modelFolder(Template::Plain);
        fs::remove(folder / "tokenizer.model");
        QVERIFY_EXCEPTION_THROWN(ChatSession(folder, 1), Error);
        const fs::path small = root() / "small";
        writeRandomModel(small, tinyConfigs()[2].config, 1);  // 67 embeddings
        fs::copy_file(tokenizerPath(), small / "tokenizer.model");
        try {
            ChatSession chat(small, 1);
            QFAIL("a tokenizer larger than the model was taken");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("67 embeddings") != std::string::npos);
        }
    }

    void theNewestWeightsOfARun() {
        const Workspace workspace(root() / "workspace");
        QVERIFY_EXCEPTION_THROWN(latestModelFolder(workspace, "r-1"), Error);
        const auto make = [&](const fs::path& folder) {
            fs::create_directories(folder);
            std::ofstream(folder / "config.json") << "{}";
            std::ofstream(folder / "tokenizer.model") << "";
        };
        const fs::path checkpoints = workspace.checkpoints("r-1");
        make(checkpoints / "step-00000100");
        make(checkpoints / "step-00000500");
        fs::create_directories(checkpoints / "step-00000900");  // being removed, or a stray folder
        make(checkpoints / ".step-00001000.new-12-0");
        QCOMPARE(latestModelFolder(workspace, "r-1"), checkpoints / "step-00000500");
        make(workspace.snapshot("r-1"));
        const auto now = fs::last_write_time(checkpoints / "step-00000500" / "config.json");
        fs::last_write_time(workspace.snapshot("r-1") / "config.json", now + std::chrono::seconds(1));
        QCOMPARE(latestModelFolder(workspace, "r-1"), workspace.snapshot("r-1"));
        fs::last_write_time(workspace.snapshot("r-1") / "config.json", now - std::chrono::seconds(1));
        QCOMPARE(latestModelFolder(workspace, "r-1"), checkpoints / "step-00000500");
    }

    void aPoolDoesEachPieceOnce() {
        for (const int threads : {1, 2, 5}) {
            ThreadPool pool(threads);
            QCOMPARE(pool.threads(), threads);
            for (int job = 0; job < 3000; ++job) {
                const auto count = static_cast<std::size_t>(job % 40);
                std::vector<std::atomic<int>> done(count);
                std::atomic<bool> badThread{false};
                pool.run(static_cast<std::int64_t>(count), [&](std::int64_t piece, int thread) {
                    ++done[static_cast<std::size_t>(piece)];
                    if (thread < 0 || thread >= threads) badThread = true;
                });
                for (const auto& times : done) QCOMPARE(times.load(), 1);
                QVERIFY(!badThread);
                // the workers fall asleep
                if (job % 500 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(2));
            }
        }
    }

private:
    static bool isUtf8Start(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }
};

QTEST_APPLESS_MAIN(TestChatSession)
#include "test_chat_session.moc"
