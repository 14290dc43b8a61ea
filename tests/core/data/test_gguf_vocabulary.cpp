// Vocabularies out to GGUF's metadata and back: the same ids for the same text, and what cannot be one is refused by
// key.
#include <QTemporaryDir>

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
    void refusesOtherVocabularies() {
        const SentencePieceModel parsed =
            parseSentencePieceModel(readFile(trained(TokenizerModel::Bpe, englishLike(3, 800))), "own");
        const GgufEntries good = ggufVocabularyEntries(parsed, 400, Template::Plain, "own");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.model", std::string("gpt2")))), "'gpt2'");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.tokens", GgufArray{std::vector<std::string>{}}))),
                     "tokenizer.ggml.tokens");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.tokens", std::string("all")))),
                     "tokenizer.ggml.tokens");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.scores", GgufArray{std::vector<float>{1, 2}}))),
                     "same length");
        VERIFY_ERROR(
            loadTokenizer(file(with(good, "tokenizer.ggml.token_type", GgufArray{std::vector<std::int32_t>(400, 9)}))),
            "type 9");
        VERIFY_ERROR(loadTokenizer(file(with(good, "tokenizer.ggml.bos_token_id", std::uint32_t{400}))),
                     "names token 400 of 400");
        VERIFY_ERROR(
            loadTokenizer(file(with(good, "tokenizer.ggml.token_type", GgufArray{std::vector<std::int32_t>(400, 1)}))),
            "unknown text");
        VERIFY_ERROR(loadTokenizer(file({})), "has no vocabulary");
        SentencePieceModel words = parsed;
        words.modelType = 3;
        VERIFY_ERROR(ggufVocabularyEntries(words, 400, Template::Plain, "words.model"), "words.model");
    }
};

QTEST_APPLESS_MAIN(TestGgufVocabulary)
#include "test_gguf_vocabulary.moc"
