// Mutated tokenizer models: each is refused with an Error or works; none may crash, hang, or end the process.
#include <sentencepiece_trainer.h>
#include <QTemporaryDir>
#include <cstdio>
#include <fstream>
#include <unordered_map>

#include "core/data/dataset.h"
#include "core/data/sentencepiece_model.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestTokenizerFuzz : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }

    // As LLaMA's (identity, a blank in front) or with the library's default normalization and its large character map.
    fs::path given(const std::string& name, const std::string& kind, const std::string& normalization) const {
        writeFileAtomically(root() / "text.txt", englishLike(1, 1500));
        const std::string prefix = (root() / name).string();
        const std::unordered_map<std::string, std::string> arguments{{"input", (root() / "text.txt").string()},
                                                                     {"model_prefix", prefix},
                                                                     {"vocab_size", "350"},
                                                                     {"model_type", kind},
                                                                     {"byte_fallback", "true"},
                                                                     {"normalization_rule_name", normalization},
                                                                     {"minloglevel", "4"},
                                                                     {"user_defined_symbols", "<sep>,<cls>"}};
        if (!sentencepiece::SentencePieceTrainer::Train(arguments).ok()) throw Error("the library cannot train");
        return prefix + ".model";
    }

    // Where in the file the character map lies, so that mutations hit it (it is most of the file) and the rest as well.
    static std::string mutate(const std::string& good, std::mt19937& random) {
        std::string bytes = good;
        for (std::uint32_t n = 1 + random() % 4; n > 0; --n) {
            // half of the mutations into the last two kilobytes, where the specs are, or the first eight, where the
            // pieces are
            const std::size_t size = bytes.size();
            std::size_t at = random() % size;
            if (random() % 4 == 0) at = size - 1 - random() % std::min<std::size_t>(size, 2048);
            else if (random() % 3 == 0) at = random() % std::min<std::size_t>(size, 8192);
            switch (random() % 12) {
                case 0: bytes.erase(at, 1 + random() % 8); break;
                case 1: bytes.insert(at, 1 + random() % 8, static_cast<char>(random())); break;
                case 2: bytes.resize(at + 1); break;
                case 3: bytes[at] = static_cast<char>(random() % 2 == 0 ? 0 : 0xFF); break;
                case 4: bytes[at] = static_cast<char>(random()); break;
                default: bytes[at] = static_cast<char>(bytes[at] ^ (1 << random() % 8)); break;
            }
            if (bytes.empty()) bytes = "x";
        }
        return bytes;
    }

private Q_SLOTS:
    void mutatedModels_data() {
        QTest::addColumn<QString>("kind");
        QTest::addColumn<QString>("normalization");
        QTest::addColumn<int>("rounds");
        QTest::newRow("bpe, identity") << "bpe"
                                       << "identity" << 1500;
        QTest::newRow("unigram, identity") << "unigram"
                                           << "identity" << 1500;
        QTest::newRow("bpe, nmt_nfkc") << "bpe"
                                       << "nmt_nfkc" << 500;
        QTest::newRow("word, identity") << "word"
                                        << "identity" << 500;
        QTest::newRow("char, identity") << "char"
                                        << "identity" << 500;
    }
    void mutatedModels() {
        QFETCH(QString, kind);
        QFETCH(QString, normalization);
        QFETCH(int, rounds);
        const std::string good = readFile(given("good", kind.toStdString(), normalization.toStdString()));
        std::mt19937 random(17);
        const std::string odd = "dada <sep> \xEF\xBC\xA1\xE3\x8E\x8F \xC2\xBD e\xCC\x81\xE2\x80\x8B\t\xEF\xAC\x81" +
                                std::string(1, '\0') + "\n  x";
        int worked = 0;
        for (int round = 0; round < rounds; ++round) {
            const std::string bytes = round == 0 ? good : mutate(good, random);
            std::ofstream(root() / "mutated.model", std::ios::binary) << bytes;
            try {
                const auto tokenizer = loadTokenizer(root() / "mutated.model");
                for (const std::string& text :
                     {odd, randomUtf8(random, 80), randomBytes(random, 80), englishLike(random(), 1)}) {
                    const std::vector<TokenId> ids = tokenizer->encode(text);
                    for (const TokenId id : ids) QVERIFY(id >= 0 && id < tokenizer->size());
                    if (tokenizer->lossless()) QVERIFY(tokenizer->decode(ids) == text);
                    else (void)tokenizer->decode(ids);
                }
                ++worked;
            } catch (const Error& error) {
                QVERIFY(round > 0);
                QVERIFY(std::string(error.what()).find("mutated.model") != std::string::npos);
            }
        }
        std::printf("%s: %d of %d mutated models still work\n", qPrintable(kind), worked, rounds);
        QVERIFY(worked > 0 && worked < rounds);
    }

    void randomBytesAreNoModel() {
        std::mt19937 random(19);
        for (int round = 0; round < 20000; ++round) {
            std::string bytes;
            for (std::uint32_t n = random() % 60; n > 0; --n)
                bytes += static_cast<char>(random() % 3 == 0 ? random() : "\x0A\x05\x12\x1A\x01\x00"[random() % 6]);
            VERIFY_ERROR(parseSentencePieceModel(bytes, "these bytes"), "these bytes");
        }
    }

    // Bytes of text are counted as read, though the model puts a blank in front (exactly) or normalizes (in
    // proportion).
    void heldOutBytesOfGivenModels() {
        const std::string text = englishLike(3, 400);
        std::string lines;
        for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
            std::string line = text.substr(at, text.find('\n', at) - at);
            std::erase(line, '"');
            lines += "{\"text\":\"" + line + "\"}\n";
        }
        writeFileAtomically(root() / "held.jsonl", lines);
        const auto documents = static_cast<std::int64_t>(std::count(text.begin(), text.end(), '\n'));
        for (const char* normalization : {"identity", "nmt_nfkc"}) {
            const fs::path model = given("counted", "bpe", normalization);
            const auto dataset = openEvaluationText(root() / "held.jsonl", model, Template::Plain, 64, {});
            QVERIFY(dataset->tokenizer().dummyPrefix());
            QCOMPARE(dataset->heldOutBytes(dataset->heldOutWindows()),
                     static_cast<std::int64_t>(text.size()) - documents);
            std::int64_t before = 0;
            for (std::int64_t w = 1; w <= dataset->heldOutWindows(); ++w) {
                const std::int64_t bytes = dataset->heldOutBytes(w);
                QVERIFY(bytes > before);
                before = bytes;
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestTokenizerFuzz)
#include "test_tokenizer_fuzz.moc"
