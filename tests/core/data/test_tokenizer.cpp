// Trained tokenizers: lossless for any bytes, equal to the library's own ids, the same bytes at each training; errors;
// given models.
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>
#include <QTemporaryDir>
#include <algorithm>
#include <array>

#include "core/base/hash.h"
#include "core/base/number.h"
#include "core/base/utf8.h"
#include "core/data/chat_template.h"
#include "core/data/sentencepiece_model.h"
#include "core/data/text_pieces.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestTokenizer : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }
    std::string text_ = englishLike(1, 4000);

    static TokenizerTraining options(TokenizerModel model, std::int64_t vocabSize) {
        TokenizerTraining training;
        training.model = model;
        training.vocabSize = vocabSize;
        return training;
    }
    fs::path model(bool unigram) const { return root() / (unigram ? "unigram.model" : "bpe.model"); }

    static std::int64_t numberAfter(const std::string& message, const std::string& words) {
        const std::size_t at = message.find(words) + words.size();
        return parseInt(std::string_view(message).substr(at, message.find_first_not_of("0123456789", at) - at))
            .value_or(-1);
    }
    static void bothModels() {
        QTest::addColumn<bool>("unigram");
        QTest::newRow("bpe") << false;
        QTest::newRow("unigram") << true;
    }

private Q_SLOTS:
    void initTestCase() {
        train(text_, options(TokenizerModel::Bpe, 700), model(false));
        train(text_, options(TokenizerModel::Unigram, 700), model(true));
    }

    void specialsAndSize_data() { bothModels(); }
    void specialsAndSize() {
        QFETCH(bool, unigram);
        const auto tokenizer = loadTokenizer(model(unigram));
        QCOMPARE(tokenizer->size(), 700);
        QCOMPARE(tokenizer->unknown(), 0);
        QCOMPARE(tokenizer->bos(), 1);
        QCOMPARE(tokenizer->eos(), 2);
        QVERIFY(tokenizer->lossless());
        QVERIFY(!tokenizer->dummyPrefix());
        QCOMPARE(tokenizer->special("</s>"), 2);
        QCOMPARE(tokenizer->special("<|eot_id|>"), -1);
        QVERIFY(tokenizer->piece(1).empty() && tokenizer->piece(2).empty());
        QVERIFY(tokenizer->piece(-1).empty() && tokenizer->piece(700).empty());
        QCOMPARE(QString::fromStdString(tokenizer->hash()), QString::fromStdString(hashHex(readFile(model(unigram)))));
    }

    void anyBytesComeBack_data() { bothModels(); }
    void anyBytesComeBack() {
        QFETCH(bool, unigram);
        const auto tokenizer = loadTokenizer(model(unigram));
        std::mt19937 random(3);
        for (int round = 0; round < 4000; ++round) {
            const std::string text =
                round % 2 == 0 ? randomUtf8(random, random() % 60) : randomBytes(random, random() % 60);
            const std::vector<TokenId> ids = tokenizer->encode(text);
            QVERIFY2(tokenizer->decode(ids) == text, qPrintable(QString::number(round)));
            for (const TokenId id : ids) QVERIFY(id > 2 && id < 700);
        }
        for (const std::string text :
             {"", "\n", "\n\n\n", "  ", " a  b   c ", "\ta\r\n", "<s></s><unk><0x0A>", "\xE2\x96\x81", "\xE2"})
            QCOMPARE(QByteArray::fromStdString(tokenizer->decode(tokenizer->encode(text))),
                     QByteArray::fromStdString(text));
        QCOMPARE(QByteArray::fromStdString(tokenizer->decode(tokenizer->encode(text_))),
                 QByteArray::fromStdString(text_));
    }

    // The library given whole lines is the slow reference; a newline is the byte token between them.
    void idsAreTheLibrarys_data() { bothModels(); }
    void idsAreTheLibrarys() {
        QFETCH(bool, unigram);
        const auto tokenizer = loadTokenizer(model(unigram));
        sentencepiece::SentencePieceProcessor reference;
        QVERIFY(reference.Load(model(unigram).string()).ok());
        const std::string unseen =
            englishLike(2, 300) + "  two  blanks and   three, 12345 \xC3\xA4\xC3\xB6 \n    indented\n\xE4\xB8\xAD \n";
        std::vector<TokenId> expected;
        for (std::size_t at = 0; at < unseen.size();) {
            const std::size_t end = unseen.find('\n', at);
            std::vector<int> ids;
            QVERIFY(reference.Encode(std::string_view(unseen).substr(at, end - at), &ids).ok());
            expected.insert(expected.end(), ids.begin(), ids.end());
            expected.push_back(reference.PieceToId("<0x0A>"));
            at = end + 1;
        }
        const std::vector<TokenId> ids = tokenizer->encode(unseen);
        QCOMPARE(ids, expected);
        QCOMPARE(tokenizer->encode(unseen), ids);  // now out of the memory of words
        QVERIFY(ids.size() < unseen.size() / 2);   // it has learned something
    }

    void longTextIsThePiecesTokens() {
        const auto tokenizer = loadTokenizer(model(false));
        std::mt19937 random(5);
        std::string noBlank, chinese;
        while (noBlank.size() < 3 * kMaxPieceBytes) noBlank += static_cast<char>('a' + random() % 26);
        while (chinese.size() < 2 * kMaxPieceBytes) chinese += "\xE4\xB8\xAD";
        for (const std::string& text :
             {text_, noBlank, chinese, std::string(200000, ' '), std::string(200000, '\xBF')}) {
            std::vector<TokenId> pieces;
            for (std::string_view rest = text; !rest.empty();) {
                const std::size_t bytes = firstPieceBytes(rest);
                QVERIFY(bytes > 0 && bytes <= kMaxPieceBytes);
                // what lies beyond does not count
                QCOMPARE(firstPieceBytes(rest.substr(0, kMaxPieceBytes + 1)), bytes);
                if (isUtf8(text)) QVERIFY(isUtf8(rest.substr(0, bytes)));
                const std::vector<TokenId> ids = tokenizer->encode(rest.substr(0, bytes));
                pieces.insert(pieces.end(), ids.begin(), ids.end());
                rest.remove_prefix(bytes);
            }
            QCOMPARE(tokenizer->encode(text), pieces);
            QVERIFY(tokenizer->decode(pieces) == text);
        }
    }

    void trainingIsRepeatable_data() { bothModels(); }
    void trainingIsRepeatable() {
        QFETCH(bool, unigram);
        const TokenizerTraining training = options(unigram ? TokenizerModel::Unigram : TokenizerModel::Bpe, 700);
        TokenizerTrainer pieces(training);  // the same text in pieces at line borders
        for (std::size_t at = 0; at < text_.size();) {
            const std::size_t end = text_.find('\n', std::min(at + 5000, text_.size() - 1)) + 1;
            pieces.add(std::string_view(text_).substr(at, end - at));
            at = end;
        }
        pieces.train(root() / "again.model", {});
        QVERIFY(readFile(root() / "again.model") == readFile(model(unigram)));
    }

    void aLargeTextIsSampled() {
        TokenizerTraining training = options(TokenizerModel::Bpe, 500);
        training.maxBytes = 60000;
        train(text_, training, root() / "a.model");
        train(text_, training, root() / "b.model");
        QVERIFY(readFile(root() / "a.model") == readFile(root() / "b.model"));
        training.seed = 2;
        train(text_, training, root() / "b.model");
        QVERIFY(readFile(root() / "a.model") != readFile(root() / "b.model"));
        training.maxBytes = 1 << 20;
        train(text_, training, root() / "b.model");
        QVERIFY(readFile(root() / "a.model") != readFile(root() / "b.model"));
    }

    // One token where the template puts it; in text that spells it, letters.
    void userSymbolsAreOneToken() {
        TokenizerTraining training = options(TokenizerModel::Bpe, 500);
        training.userSymbols = {"<|eot_id|>"};
        train(text_, training, root() / "symbols.model");
        const auto tokenizer = loadTokenizer(root() / "symbols.model");
        QVERIFY(tokenizer->lossless());
        const TokenId symbol = tokenizer->special("<|eot_id|>");
        QVERIFY(symbol > 2);
        const std::string text = "System: dada<|eot_id|>User: <|eot_id|><|eot_id|> x<|eot_id";
        const std::vector<TokenId> ids = tokenizer->encode(text);
        QCOMPARE(std::count(ids.begin(), ids.end(), symbol), 0);
        QCOMPARE(QString::fromStdString(tokenizer->decode(ids)), QString::fromStdString(text));
        const TextSpans spans{{"dada"}, {"<|eot_id|>", true}, {"<|eot_id|>x"}, {"<|eot_id|>", true}};
        const std::vector<TokenId> rendered = encodeSpans(spans, *tokenizer);
        QCOMPARE(std::count(rendered.begin(), rendered.end(), symbol), 2);
        QCOMPARE(rendered.back(), symbol);
        QCOMPARE(QString::fromStdString(tokenizer->decode(rendered)), QString::fromStdString(plainText(spans)));
    }

    void aVocabularyThatDoesNotFitSaysWhatDoes_data() { bothModels(); }
    void aVocabularyThatDoesNotFitSaysWhatDoes() {
        QFETCH(bool, unigram);
        const TokenizerModel kind = unigram ? TokenizerModel::Unigram : TokenizerModel::Bpe;
        const std::string small = englishLike(4, 6);
        const fs::path target = root() / "fit.model";
        const std::string tooLarge = errorOf([&] { train(small, options(kind, 32000), target); });
        const std::int64_t max = numberAfter(tooLarge, "at most ");
        QVERIFY2(max > 259 && max < 32000, tooLarge.c_str());
        train(small, options(kind, max), target);
        QCOMPARE(loadTokenizer(target)->size(), max);
        fs::remove(target);
        if (!unigram) VERIFY_ERROR(train(small, options(kind, max + 1), target), "at most " + std::to_string(max));

        for (const std::int64_t asked : {std::int64_t{0}, std::int64_t{259}, std::int64_t{262}}) {
            const std::string tooSmall = errorOf([&] { train(small, options(kind, asked), target); });
            const std::int64_t min = numberAfter(tooSmall, "at least ");
            QVERIFY2(min > asked, tooSmall.c_str());
        }
        const std::int64_t min = numberAfter(errorOf([&] { train(small, options(kind, 262), target); }), "at least ");
        QVERIFY(!fs::exists(target));
        train(small, options(kind, min), target);
        QCOMPARE(loadTokenizer(target)->size(), min);
    }

    // None of these may end the process (the library's checks do) or pass unseen.
    void oddTextsTrainOrGiveAnError() {
        std::mt19937 random(9);
        std::string reserved, chinese;
        for (int i = 0; i < 3000; ++i) {
            reserved += "<s> </s> <unk> <0x0A> a<s>b <pad>\xE2\x96\x81<s> \xE2\x96\x85 \xE2\x81\x87\n";
            chinese += utf8(0x4E00 + random() % 3000);
        }
        const std::string texts[] = {"",
                                     " ",
                                     "\n\n\n",
                                     "\t\t\t",
                                     "a",
                                     "aaaa",
                                     std::string(100, '\0'),
                                     std::string(5000, '\xFF'),
                                     reserved,
                                     chinese,
                                     std::string(20000, 'a'),
                                     std::string(20000, ' ') + "x",
                                     "a\tb\tc\t",
                                     "\xE2\x96\x81",
                                     "\xE2\x96\x85",
                                     randomBytes(random, 20000),
                                     randomUtf8(random, 20000),
                                     "12 34\r\n56\r\n",
                                     std::string(3000, ' ') + std::string(3000, '\t')};
        const fs::path target = root() / "odd.model";
        for (const std::string& text : texts) {
            for (const TokenizerModel kind : {TokenizerModel::Bpe, TokenizerModel::Unigram}) {
                for (const std::int64_t size : {262, 300, 2000}) {
                    fs::remove(target);
                    try {
                        train(text, options(kind, size), target);
                        const auto tokenizer = loadTokenizer(target);
                        QCOMPARE(tokenizer->size(), size);
                        QVERIFY(tokenizer->decode(tokenizer->encode(text)) == text);
                    } catch (const Error& error) {
                        QVERIFY(!fs::exists(target));
                        QVERIFY2(std::string(error.what()).size() > 20, error.what());
                    }
                }
            }
        }
        VERIFY_ERROR(train(" \n\n ", options(TokenizerModel::Bpe, 500), target), "no text");
    }

    void whatIsNoModelIsRefused() {
        const std::string good = readFile(model(false));
        const std::pair<std::string, std::string> cases[] = {
            {"", "empty"},
            {"hello, this is text", "not a usable sentencepiece model"},
            {"{\"model\": 1}", "has no object \"model\""},
            {good.substr(0, good.size() / 2), "not a usable"},
            {std::string(5000, '\0'), "not a usable"}};
        for (const auto& [bytes, says] : cases) {
            writeFileAtomically(root() / "bad.model", bytes);
            VERIFY_ERROR(loadTokenizer(root() / "bad.model"), says);
            VERIFY_ERROR(loadTokenizer(root() / "bad.model"), "bad.model");
        }
        VERIFY_ERROR(loadTokenizer(root() / "none.model"), "none.model");
        VERIFY_ERROR(loadTokenizer(root()), "folder");
    }

    // What the files beside a tokenizer.model say of its use, and the pieces that they add to it.
    void filesBesideTheModelAreRead() {
        const fs::path folder = root() / "download";
        fs::create_directories(folder);
        fs::copy_file(model(false), folder / "tokenizer.model", fs::copy_options::overwrite_existing);
        const auto put = [&](const char* name, const std::string& text) { writeFileAtomically(folder / name, text); };
        const auto ends = [&] { return loadTokenizer(folder)->ends(); };
        QVERIFY(readTokenizerModel(folder) == readFile(model(false)));  // nothing else is said
        put("config.json", R"({"vocab_size": 720, "eos_token_id": 2, "bos_token_id": 1})");
        put("tokenizer_config.json", R"({"add_bos_token": true, "bos_token": "<s>", "eos_token": {"content": "</s>"},
                                         "model_max_length": 1000000000000000019884624838656, "x": NaN})");
        QVERIFY(readTokenizerModel(folder) == readFile(model(false)));

        put("generation_config.json", R"({"eos_token_id": [2, 300, 710]})");
        QVERIFY((ends() == std::vector<TokenId>{2, 300, 710}));
        put("generation_config.json", R"({"eos_token_id": 300, "bos_token_id": null})");
        QVERIFY((ends() == std::vector<TokenId>{2, 300}));
        put("config.json", R"({"vocab_size": 720, "eos_token_id": [2, 301, -1, null, "x"]})");
        QVERIFY((ends() == std::vector<TokenId>{2, 300}));  // generation_config.json counts where it has any
        put("generation_config.json", R"({"temperature": 0.7, "eos_token_id": null})");
        QVERIFY((ends() == std::vector<TokenId>{2, 301}));

        QVERIFY(loadTokenizer(folder)->addsBos());
        put("tokenizer_config.json", R"({"add_bos_token": false, "bos_token": "<s>"})");
        QVERIFY(!loadTokenizer(folder)->addsBos() && loadTokenizer(folder)->bos() == 1);
        put("tokenizer_config.json", R"({"bos_token": null})");
        QVERIFY(!loadTokenizer(folder)->addsBos());
        QVERIFY(loadTokenizer(folder / "tokenizer.model")->addsBos());  // the file alone says nothing of it

        // A fine-tuned chat model: a piece beyond those of tokenizer.model is its end, the one after it is text.
        put("added_tokens.json", R"({"<|im_end|>": 702, "qqzz": 703, "beyond": 720})");
        put("tokenizer_config.json", R"({"eos_token": "<|im_end|>", "added_tokens_decoder":
            {"0": {"content": "<unk>", "special": true}, "702": {"content": "<|im_end|>", "special": true}}})");
        const auto tuned = loadTokenizer(folder);
        QVERIFY(tuned->size() == 704 && tuned->eos() == 702 && (tuned->ends() == std::vector<TokenId>{702, 2, 301}));
        QVERIFY(tuned->piece(702).empty() && tuned->special("<|im_end|>") == 702 && tuned->lossless());
        QCOMPARE(tuned->encode("qqzz").back(), 703);
        QCOMPARE(tuned->decode(tuned->encode("x<|im_end|>qqzz")), std::string("x<|im_end|>qqzz"));
        QVERIFY(!std::ranges::count(tuned->encode("x<|im_end|>qqzz"), 702));
        // It is the same from the bytes alone, as a run keeps them, and beside files of another model.
        const std::string bytes = readTokenizerModel(folder);
        put("tokenizer.model", bytes);
        put("added_tokens.json", R"({"<|other|>": 702})");
        QVERIFY(readTokenizerModel(folder) == bytes && ends() == tuned->ends());

        put("tokenizer_config.json", "{\"add_bos_token\": ");
        put("tokenizer.model", readFile(model(false)));
        VERIFY_ERROR(loadTokenizer(folder), "tokenizer_config.json");
        fs::remove(folder / "tokenizer.model");
        VERIFY_ERROR(loadTokenizer(folder), "neither tokenizer.model nor tokenizer.json");
        put("tokenizer.json", "{}");
        VERIFY_ERROR(loadTokenizer(folder), "is no tokenizer.json");
    }

    // sentencepiece refuses a model with twins or an empty piece; its own kind of model is read all the same.
    void oddPiecesOfAGivenModel() {
        SentencePieceModel odd = parseSentencePieceModel(readFile(model(false)), "own");
        odd.dummyPrefix = odd.removeExtraBlanks = true;  // as LLaMA's: text goes through the library as a whole
        odd.pieces[690].text = odd.pieces[400].text;
        odd.pieces[691].text.clear();
        odd.pieces[692].text = "\xE2\x96\x81\xFF";
        writeFileAtomically(root() / "odd.model", serializeSentencePieceModel(odd));
        sentencepiece::SentencePieceProcessor library;
        QVERIFY(!library.Load((root() / "odd.model").string()).ok());
        const auto tokenizer = loadTokenizer(root() / "odd.model");
        QVERIFY(!tokenizer->lossless() && tokenizer->notes().size() == 3);
        for (int seed = 0; seed < 50; ++seed) {
            const std::string text = englishLike(static_cast<std::uint32_t>(seed), 1);
            const std::vector<TokenId> ids = tokenizer->encode(text);
            QVERIFY(std::ranges::none_of(ids, [](TokenId id) { return id >= 690 && id <= 692; }));
            QCOMPARE(tokenizer->decode(ids), text);
        }
        const TokenId x = tokenizer->encode("x").back();
        QCOMPARE(tokenizer->decode({x, 690, 691, 692, x}), "x" + tokenizer->piece(400) + " \xFFx");
    }

    // A model as LLaMA's: a blank before the text, NFKC, blanks collapsed. What the library does is what is done.
    void givenModelsAreFollowed_data() { bothModels(); }
    void givenModelsAreFollowed() {
        QFETCH(bool, unigram);
        writeFileAtomically(root() / "text.txt", text_);
        const std::string prefix = (root() / "given").string();
        QVERIFY(sentencepiece::SentencePieceTrainer::Train(
                    std::unordered_map<std::string, std::string>{{"input", (root() / "text.txt").string()},
                                                                 {"model_prefix", prefix},
                                                                 {"vocab_size", "400"},
                                                                 {"model_type", unigram ? "unigram" : "bpe"},
                                                                 {"byte_fallback", "true"},
                                                                 {"minloglevel", "4"}})
                    .ok());
        const auto tokenizer = loadTokenizer(prefix + ".model");
        sentencepiece::SentencePieceProcessor reference;
        QVERIFY(reference.Load(prefix + ".model").ok());
        QVERIFY(!tokenizer->lossless());
        QVERIFY(tokenizer->dummyPrefix());
        std::mt19937 random(11);
        for (int round = 0; round < 500; ++round) {
            const std::string text = round == 0       ? "dada  bibi\nlo"
                                     : round % 2 == 0 ? randomUtf8(random, 40)
                                                      : englishLike(random(), 1);
            std::vector<int> ids;
            std::string back;
            QVERIFY(reference.Encode(text, &ids).ok() && reference.Decode(ids, &back).ok());
            QCOMPARE(tokenizer->encode(text), ids);
            QCOMPARE(QByteArray::fromStdString(tokenizer->decode(ids)), QByteArray::fromStdString(back));
        }
        QCOMPARE(QString::fromStdString(tokenizer->decode(tokenizer->encode("dada bibi"))),
                 QStringLiteral("dada bibi"));
    }

    // Such a model spells a blank as the three bytes of its sign: it must not be taken for lossless.
    void aModelWithoutABlankIsNotLossless() {
        SentencePieceModel made;
        made.modelType = 2;
        made.byteFallback = true;
        made.dummyPrefix = made.removeExtraBlanks = false;
        made.pieces = {{"<unk>", 0, PieceType::Unknown}, {"a", 0, PieceType::Normal}};
        for (int byte = 0; byte < 256; ++byte)
            made.pieces.push_back({QString::asprintf("<0x%02X>", byte).toStdString(), 0, PieceType::Byte});
        for (const auto& [blank, type, lossless] : {std::tuple{"b", PieceType::Normal, false},
                                                    {"\xE2\x96\x81", PieceType::Unused, false},
                                                    {"\xE2\x96\x81", PieceType::Normal, true}}) {
            made.pieces.push_back({blank, -1, type});
            writeFileAtomically(root() / "made.model", serializeSentencePieceModel(made));
            const auto tokenizer = loadTokenizer(root() / "made.model");
            QCOMPARE(tokenizer->lossless(), lossless);
            if (lossless)
                QCOMPARE(QString::fromStdString(tokenizer->decode(tokenizer->encode("a a\n"))),
                         QStringLiteral("a a\n"));
            made.pieces.pop_back();
        }
    }
    void streamingGivesTheTextPieceByPiece() {
        const auto tokenizer = loadTokenizer(model(false));
        std::mt19937 random(13);
        for (int round = 0; round < 500; ++round) {
            const std::string text = round % 2 == 0 ? randomUtf8(random, 50) : randomBytes(random, 50);
            StreamDecoder stream(*tokenizer);
            std::string together;
            for (const TokenId id : tokenizer->encode(text)) {
                const std::string part = stream.add(id);
                QVERIFY(isUtf8(part));
                together += part;
            }
            together += stream.finish();
            QCOMPARE(QByteArray::fromStdString(together), QByteArray::fromStdString(repairUtf8(text)));
            QVERIFY(stream.finish().empty());
        }
    }

    void aWishToStopEndsTheTraining() {
        const StopToken stop;
        stop.requestStop();
        VERIFY_ERROR(trainTokenizer(
                         [](std::string& text) {
                             text = "endless ";
                             return true;
                         },
                         options(TokenizerModel::Bpe, 500), root() / "stopped.model", stop),
                     "stopped");
        QVERIFY(!fs::exists(root() / "stopped.model"));
    }

    void aFullDiskLeavesNoModel() {
        OutputFile::failAfter(100);
        try {
            train(text_, options(TokenizerModel::Bpe, 500), root() / "full.model");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::NoSpace);
        }
        OutputFile::failAfter(std::nullopt);
        QVERIFY(!fs::exists(root() / "full.model"));
    }
};

QTEST_APPLESS_MAIN(TestTokenizer)
#include "test_tokenizer.moc"
