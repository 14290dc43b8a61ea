// Vocabularies out to GGUF's metadata and back: the same ids for the same text, and what cannot be one is refused by
// key.
#include <sentencepiece_processor.h>
#include <QTemporaryDir>
#include <algorithm>
#include <set>

#include "core/data/chat_template.h"
#include "core/data/gguf_vocabulary.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestGgufVocabulary : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }

    fs::path trained(TokenizerModel model, const std::string& text) const {
        TokenizerTraining options;
        options.vocabSize = 400;
        options.model = model;
        options.userSymbols = {kEndOfTurn};
        train(text, options, root() / "own.model");
        return root() / "own.model";
    }
    // A GGUF file that holds these entries and no tensor.
    fs::path file(const GgufEntries& entries) const {
        writeGguf(root() / "vocabulary.gguf", entries, {});
        return root() / "vocabulary.gguf";
    }
    GgufEntries entries() const {
        const fs::path own = trained(TokenizerModel::Bpe, englishLike(3, 800));
        return ggufVocabularyEntries(parseSentencePieceModel(readFile(own), "own"), 400, Template::Plain, "own");
    }
    struct Piece {
        std::size_t id;
        std::string text;
        std::int32_t type;
    };
    static GgufEntries changed(GgufEntries entries, const std::vector<Piece>& pieces) {
        for (auto& [key, value] : entries)
            for (const Piece& piece : pieces) {
                auto* list = std::get_if<GgufArray>(&value);
                if (key == "tokenizer.ggml.tokens")
                    std::get<std::vector<std::string>>(list->values)[piece.id] = piece.text;
                if (key == "tokenizer.ggml.token_type")
                    std::get<std::vector<std::int32_t>>(list->values)[piece.id] = piece.type;
            }
        return entries;
    }
    static GgufEntries with(GgufEntries entries, const std::string& key, const GgufValue& value) {
        std::erase_if(entries, [&](const auto& each) { return each.first == key; });
        entries.emplace_back(key, value);
        return entries;
    }

private Q_SLOTS:
    void sameIdsForTheSameText_data() {
        QTest::addColumn<int>("model");
        QTest::newRow("bpe") << static_cast<int>(TokenizerModel::Bpe);
        QTest::newRow("unigram") << static_cast<int>(TokenizerModel::Unigram);
    }
    void sameIdsForTheSameText() {
        QFETCH(int, model);
        const fs::path own = trained(static_cast<TokenizerModel>(model), englishLike(3, 800));
        const auto before = loadTokenizer(own);
        const SentencePieceModel parsed = parseSentencePieceModel(readFile(own), "own");
        const fs::path gguf = file(ggufVocabularyEntries(parsed, 410, Template::B2B4T, "own"));
        const GgufFile read(gguf);
        QCOMPARE(*read.text("tokenizer.ggml.model"),
                 std::string(model == static_cast<int>(TokenizerModel::Bpe) ? "llama" : "t5"));
        QCOMPARE(read.list<std::string>("tokenizer.ggml.tokens")->size(), std::size_t{410});
        QCOMPARE(*read.integer("tokenizer.ggml.bos_token_id"), std::int64_t{before->bos()});
        QVERIFY(read.text("tokenizer.chat_template")->find(kEndOfTurn) != std::string::npos);
        QVERIFY(!*read.flag("tokenizer.ggml.add_space_prefix"));
        const auto after = loadTokenizer(gguf);
        QCOMPARE(after->size(), std::int64_t{410});
        QVERIFY(after->lossless());
        QCOMPARE(after->bos(), before->bos());
        QCOMPARE(after->eos(), before->eos());
        QCOMPARE(after->unknown(), before->unknown());
        QCOMPARE(after->special(kEndOfTurn), before->special(kEndOfTurn));
        std::mt19937 random(5);
        for (int round = 0; round < 200; ++round) {
            const std::string text = round % 2 == 0 ? englishLike(random(), 2)
                                                    : randomUtf8(random, 60) + kEndOfTurn + randomBytes(random, 30);
            const std::vector<TokenId> ids = before->encode(text);
            QVERIFY(after->encode(text) == ids);
            QVERIFY(after->decode(ids) == text);
        }
    }
    void serializedModelsParseToThemselves() {
        const SentencePieceModel once =
            parseSentencePieceModel(readFile(trained(TokenizerModel::Bpe, englishLike(3, 800))), "own");
        const SentencePieceModel twice = parseSentencePieceModel(serializeSentencePieceModel(once), "again");
        QCOMPARE(twice.pieces.size(), once.pieces.size());
        for (std::size_t i = 0; i < once.pieces.size(); ++i)
            QVERIFY(twice.pieces[i].text == once.pieces[i].text && twice.pieces[i].score == once.pieces[i].score &&
                    twice.pieces[i].type == once.pieces[i].type);
        QVERIFY(twice.modelType == once.modelType && twice.byteFallback == once.byteFallback &&
                twice.dummyPrefix == once.dummyPrefix && twice.removeExtraBlanks == once.removeExtraBlanks &&
                twice.bosPiece == once.bosPiece && twice.characterMap == once.characterMap);
    }
    // add_bos_token, and every end that a file names.
    void whatAFileSaysOfItsUse() {
        const GgufEntries good = entries();
        const auto usual = loadTokenizer(file(good));
        QVERIFY(usual->addsBos() && usual->ends() == std::vector<TokenId>{2} && usual->notes().empty());
        QVERIFY(!loadTokenizer(file(with(good, "tokenizer.ggml.add_bos_token", false)))->addsBos());
        GgufEntries silent = good;
        std::erase_if(silent, [](const auto& each) {
            return each.first == "tokenizer.ggml.add_bos_token" || each.first == "tokenizer.ggml.bos_token_id" ||
                   each.first == "tokenizer.ggml.eos_token_id";
        });
        QVERIFY(loadTokenizer(file(silent))->addsBos() && loadTokenizer(file(silent))->ends() == usual->ends());

        GgufEntries many = with(good, "tokenizer.ggml.eot_token_id", std::uint32_t{300});
        many = with(many, "tokenizer.ggml.eom_token_id", std::uint32_t{301});
        QVERIFY((loadTokenizer(file(many))->ends() == std::vector<TokenId>{2, 300, 301}));
        // A control piece that is an end by its name alone, as for llama.cpp.
        QVERIFY((loadTokenizer(file(changed(good, {{399, "<|im_end|>", 3}})))->ends() == std::vector<TokenId>{2, 399}));
        // The same token twice is one end.
        QVERIFY(loadTokenizer(file(with(good, "tokenizer.ggml.eot_token_id", std::uint32_t{2})))->ends() ==
                usual->ends());
        // What is kept of the file as a model of its own says the same, and so does a file that is made of it.
        writeFileAtomically(root() / "kept.model",
                            readTokenizerModel(file(with(many, "tokenizer.ggml.add_bos_token", false))));
        const auto kept = loadTokenizer(root() / "kept.model");
        QVERIFY(!kept->addsBos() && (kept->ends() == std::vector<TokenId>{2, 300, 301}));
        const auto again = loadTokenizer(file(ggufVocabularyEntries(
            parseSentencePieceModel(readFile(root() / "kept.model"), "kept"), 400, Template::Plain, "kept")));
        QVERIFY(!again->addsBos() && again->ends() == kept->ends());
        sentencepiece::SentencePieceProcessor library;  // it passes over what it has no words for
        QVERIFY(library.Load((root() / "kept.model").string()).ok());
        std::vector<int> ids;
        QVERIFY(library.Encode("dada bibi", &ids).ok() && ids == kept->encode("dada bibi"));
    }
    void anEndThatIsAnOrdinaryPiece() {
        const GgufEntries good = entries();
        const auto usual = loadTokenizer(file(good));
        const TokenId word = usual->encode("a").front();
        const auto named = with(good, "tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(word));
        const auto tokenizer = loadTokenizer(file(named));
        // It ends an answer, text is encoded as it, and it is no border between documents.
        QVERIFY((tokenizer->ends() == std::vector<TokenId>{2, word}) && tokenizer->eos() == 2);
        QVERIFY(tokenizer->encode("a") == usual->encode("a") && tokenizer->piece(word) == "a");
        QVERIFY(tokenizer->notes().size() == 1 &&
                tokenizer->notes()[0].find("ordinary piece 'a'") != std::string::npos);
        const TokenId newline = usual->encode("\n").front();  // a byte piece
        QVERIFY((loadTokenizer(file(with(good, "tokenizer.ggml.eos_token_id", static_cast<std::uint32_t>(newline))))
                     ->ends() == std::vector<TokenId>{2, newline}));
        // One that is written like a control piece is one, whatever its type says: of type 'normal' and 'user defined'.
        for (const std::int32_t type : {1, 4}) {
            const auto marked = loadTokenizer(file(
                with(changed(good, {{390, "<|im_end|>", type}}), "tokenizer.ggml.eos_token_id", std::uint32_t{390})));
            QVERIFY(marked->eos() == 390 && (marked->ends() == std::vector<TokenId>{390}) &&
                    marked->piece(390).empty());
            QVERIFY(!std::ranges::count(marked->encode("a<|im_end|>"), 390));
        }
        // llama.cpp's numbers, where neither keys nor usual names are there.
        GgufEntries renamed = changed(good, {{1, "<begin>", 3}, {2, "<over>", 3}});
        std::erase_if(renamed, [](const auto& each) { return each.first.ends_with("os_token_id"); });
        const auto byNumber = loadTokenizer(file(renamed));
        QVERIFY(byNumber->bos() == 1 && byNumber->eos() == 2 && byNumber->addsBos());
    }
    // llama.cpp reads such files; sentencepiece refuses them.
    void oddPiecesAreShownAndNeverEncoded() {
        const GgufEntries good = entries();
        const auto usual = loadTokenizer(file(good));
        const TokenId first = usual->encode("a").front();
        const GgufEntries odd = changed(good, {{390, "a", 1},
                                               {391, "", 1},
                                               {392, "\xC3(", 1},
                                               {393, std::string("n\0l", 3), 1},
                                               {394, "a", 4},
                                               {395, "<unk>", 2},
                                               {396, "<0x41>", 6},
                                               {397, "[TWIN_390]", 1}});
        const auto tokenizer = loadTokenizer(file(odd));
        QCOMPARE(tokenizer->size(), 400);
        QVERIFY(tokenizer->encode("a") == std::vector<TokenId>{first});
        QCOMPARE(tokenizer->decode({first, 390, 391, 392, 393, 394, first}), std::string("aa\xC3(n\0laa", 9));
        QVERIFY(tokenizer->piece(390) == "a" && tokenizer->piece(391).empty() && tokenizer->piece(392) == "\xC3(");
        QCOMPARE(tokenizer->notes().size(), std::size_t{3});  // twins, an empty one, what is no text
        std::mt19937 random(3);
        for (int round = 0; round < 100; ++round) {
            const std::string text = round % 2 == 0 ? randomUtf8(random, 60) + "a[TWIN_390]" : englishLike(random(), 1);
            const std::vector<TokenId> ids = tokenizer->encode(text);
            QVERIFY(std::ranges::none_of(ids, [](TokenId id) { return id >= 390 && id < 397; }));
            QVERIFY(tokenizer->decode(ids) == text);
        }
        // As it goes to other programs: each piece with a name of its own.
        const SentencePieceModel usable = withUsablePieces(ggufVocabulary(GgufFile(file(odd))));
        std::set<std::string> names;
        for (const VocabularyPiece& piece : usable.pieces) QVERIFY(names.insert(piece.text).second);
        writeFileAtomically(root() / "usable.model", serializeSentencePieceModel(usable));
        sentencepiece::SentencePieceProcessor library;
        QVERIFY(library.Load((root() / "usable.model").string()).ok());
    }
    void typesThatNobodyKnowsAndNone() {
        const GgufEntries good = entries();
        const auto usual = loadTokenizer(file(good));
        const std::string text = "dada bibi, \xC3\xA4\n";
        for (const std::int32_t type : {0, 9}) {  // llama.cpp's 'undefined', and one of later days
            const TokenId word = usual->encode("a").front();
            GgufEntries entries = good;
            for (auto& [key, value] : entries)
                if (key == "tokenizer.ggml.token_type")
                    std::get<std::vector<std::int32_t>>(
                        std::get<GgufArray>(value).values)[static_cast<std::size_t>(word)] = type;
            QVERIFY(loadTokenizer(file(entries))->encode(text) == usual->encode(text));
        }
        GgufEntries none = good;
        std::erase_if(none, [](const auto& each) { return each.first == "tokenizer.ggml.token_type"; });
        const auto tokenizer = loadTokenizer(file(none));
        QVERIFY(tokenizer->lossless() && tokenizer->encode(text) == usual->encode(text));
        QVERIFY(tokenizer->bos() == 1 && tokenizer->eos() == 2 && tokenizer->unknown() == 0);
    }
    void fillersAreNoPieces() {
        const SentencePieceModel parsed =
            parseSentencePieceModel(readFile(trained(TokenizerModel::Bpe, englishLike(3, 800))), "own");
        const auto tokenizer = loadTokenizer(file(ggufVocabularyEntries(parsed, 410, Template::Plain, "own")));
        QVERIFY(tokenizer->size() == 410 && tokenizer->usedSize() == 400);
    }
    void refusesOtherVocabularies() {
        const SentencePieceModel parsed =
            parseSentencePieceModel(readFile(trained(TokenizerModel::Bpe, englishLike(3, 800))), "own");
        const GgufEntries good = ggufVocabularyEntries(parsed, 400, Template::Plain, "own");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.model", std::string("bert")))), "'bert'");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.tokens", GgufArray{std::vector<std::string>{}}))),
                     "tokenizer.ggml.tokens");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.tokens", std::string("all")))),
                     "tokenizer.ggml.tokens");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.scores", GgufArray{std::vector<float>{1, 2}}))),
                     "same length");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.bos_token_id", std::uint32_t{400}))),
                     "names token 400 of 400");
        GgufEntries nameless =
            with(with(good, "tokenizer.ggml.token_type", GgufArray{std::vector<std::int32_t>(400, 3)}),
                 "tokenizer.ggml.tokens", GgufArray{std::vector<std::string>(400, "a")});
        std::erase_if(nameless, [](const auto& each) { return each.first == "tokenizer.ggml.unknown_token_id"; });
        VERIFY_ERROR(loadTokenizer(file(nameless)), "unknown text");
        // A file is not mended by naming another one: the advice speaks of the file itself.
        QVERIFY(errorOf([&] { (void)loadTokenizer(file(nameless)); }).find("Name a tokenizer.model") ==
                std::string::npos);
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.eot_token_id", std::uint32_t{400}))),
                     "names token 400 of 400");
        VERIFY_ERROR(loadTokenizer(file({})), "has no vocabulary");
        SentencePieceModel words = parsed;
        words.modelType = 3;
        VERIFY_ERROR(ggufVocabularyEntries(words, 400, Template::Plain, "words.model"), "words.model");
    }
};

QTEST_APPLESS_MAIN(TestGgufVocabulary)
#include "test_gguf_vocabulary.moc"
