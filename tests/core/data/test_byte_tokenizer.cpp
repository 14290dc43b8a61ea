// Byte-level BPE against the ids of the tokenizers package (tests/fixtures/make_byte_bpe.py), its merges against a slow
// loop, and what it does not do against the words that refuse it.
//   test_byte_tokenizer --folder FOLDER    the same over what the script wrote there
#include <QTemporaryDir>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/base/utf8.h"
#include "core/data/byte_characters.h"
#include "core/data/byte_tokenizer.h"
#include "core/data/byte_tokenizer_json.h"
#include "core/data/chat_template.h"
#include "core/data/gguf_byte_vocabulary.h"
#include "core/data/pre_tokenizers.h"
#include "core/data/text_pieces.h"
#include "core/data/tiktoken_file.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

fs::path fixtures = fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/byte_bpe";

json readJson(const fs::path& path) { return json::parse(readFile(path)); }

// As the definition says: the lowest rank anywhere, the leftmost of those, one merge at a time.
std::vector<TokenId> slowMerges(std::string_view word, const ByteVocabulary& vocabulary) {
    std::vector<TokenId> ids;
    for (const char c : word)
        for (std::size_t id = 0; id < vocabulary.tokens.size(); ++id)
            if (vocabulary.tokens[id] == std::string(1, c)) ids.push_back(static_cast<TokenId>(id));
    for (const BpeMerge& merge : vocabulary.merges) {
        // All of a rank before any of the next one: a merge makes no pair of a rank below its own.
        for (std::size_t i = 0; i + 1 < ids.size(); ++i)
            if (ids[i] == merge.left && ids[i + 1] == merge.right) {
                ids[i] = merge.merged;
                ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(i) + 1);
            }
    }
    return ids;
}

}  // namespace

class TestByteTokenizer : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }
    fs::path put(const std::string& name, const std::string& content) const {
        writeFileAtomically(root() / name, content);
        return root() / name;
    }
    static std::vector<std::string> names() {
        std::vector<std::string> found;
        const json ids = readJson(fixtures / "ids.json");
        for (const auto& [name, all] : ids.at("ids").items()) found.push_back(name);
        return found;
    }
    static void rows() {
        QTest::addColumn<QString>("name");
        for (const std::string& name : names()) QTest::newRow(name.c_str()) << QString::fromStdString(name);
    }
    std::string firstDifference(const Tokenizer& tokenizer, const std::string& name) const {
        const json file = readJson(fixtures / "ids.json");
        const json& texts = file.at("texts");
        const json& ids = file.at("ids").at(name);
        if (texts.size() != ids.size() || texts.size() < 50) return "the fixture is cut";
        for (std::size_t i = 0; i < texts.size(); ++i)
            if (tokenizer.encode(texts[i].get<std::string>()) != ids[i].get<std::vector<TokenId>>())
                return texts[i].dump();
        return {};
    }

private Q_SLOTS:
    // A digit of Unicode 16, which utf8proc may not know, makes one word with what follows it.
    void newerCharactersAreOfWords() {
        const auto tokenizer = loadTokenizer(fixtures / "gpt-2.json");
        const TokenId word = tokenizer->special("word");
        QVERIFY(word >= 0);
        const auto has = [&](const std::string& text) {
            const std::vector<TokenId> ids = tokenizer->encode(text);
            return std::ranges::find(ids, word) != ids.end();
        };
        QVERIFY(has(" word") && has("-word"));
        QVERIFY(!has("sword") && !has("\U00010D40word"));
    }

    void idsAreThePackages_data() { rows(); }
    void idsAreThePackages() {
        QFETCH(QString, name);
        const fs::path file = fixtures / (name.toStdString() + ".json");
        const auto tokenizer = loadTokenizer(file);
        QCOMPARE(QString::fromStdString(firstDifference(*tokenizer, name.toStdString())), QString());
        QCOMPARE(tokenizer->bos(), 0);
        QCOMPARE(tokenizer->special("<|eot|>"), 1);
    }

    // Written and read again, as the package's file and as the program's own, which hashes to the same.
    void filesComeBack_data() { rows(); }
    void filesComeBack() {
        QFETCH(QString, name);
        const fs::path file = fixtures / (name.toStdString() + ".json");
        const std::string kept = readTokenizerModel(file);
        const fs::path own = put("kept.model", kept);
        QVERIFY(readTokenizerModel(own) == kept);
        QCOMPARE(loadTokenizer(own)->hash(), loadTokenizer(file)->hash());
        QCOMPARE(QString::fromStdString(firstDifference(*loadTokenizer(own), name.toStdString())), QString());
        const fs::path written = put("tokenizer.json", tokenizerJson(readTokenizerJson(file)));
        QVERIFY(!readJson(written).contains("tritlab"));
        QCOMPARE(QString::fromStdString(firstDifference(*loadTokenizer(written), name.toStdString())), QString());
    }

    void mergesAreThoseOfASlowLoop() {
        std::mt19937 random(3);
        for (const bool wholeWords : {false, true}) {
            const ByteVocabulary vocabulary =
                readTokenizerJson(fixtures / (wholeWords ? "llama-bpe.json" : "gpt-2.json"));
            ByteBpe bpe(vocabulary.tokens, vocabulary.merges, wholeWords, -1);
            for (int round = 0; round < 400; ++round) {
                std::string word;
                const std::size_t size = random() % (round % 8 == 0 ? 400 : 30);
                constexpr const char* parts[] = {"ba", "ko", "ri", "the", "un", "st", " ", "\xC3\xA9", "ing", "12"};
                while (word.size() < size) word += parts[random() % std::size(parts)];
                std::vector<TokenId> expected = slowMerges(word, vocabulary), ids;
                const auto whole = std::ranges::find(vocabulary.tokens, word);
                if (wholeWords && !word.empty() && whole != vocabulary.tokens.end())
                    expected = {static_cast<TokenId>(whole - vocabulary.tokens.begin())};
                for (int again = 0; again < 2; ++again) {  // the second time out of the memory
                    ids.clear();
                    bpe.encode({word}, ids);
                    QVERIFY2(ids == expected, word.c_str());
                }
            }
        }
    }

    // More words than the memory holds, then the first ones again.
    void theMemoryOfWordsForgets() {
        const ByteVocabulary vocabulary = readTokenizerJson(fixtures / "gpt-2.json");
        const ByteBpe bpe(vocabulary.tokens, vocabulary.merges, false, -1);
        for (int i = 0; i < 200000; ++i) {
            const std::string word = std::to_string(i % 90000 * 7919LL);
            std::vector<TokenId> ids;
            bpe.encode({word}, ids);
            std::string back;
            for (const TokenId id : ids) back += vocabulary.tokens[static_cast<std::size_t>(id)];
            QVERIFY(back == word);
        }
    }

    void anyBytesComeBack() {
        std::mt19937 random(8);
        for (const char* name : {"gpt-2.json", "smollm.json", "gpt-4o.json"}) {
            // Without the token that takes blanks away.
            json file = readJson(fixtures / name);
            std::erase_if(file["added_tokens"].get_ref<json::array_t&>(),
                          [](const json& token) { return token["lstrip"] || token["rstrip"]; });
            const auto tokenizer = loadTokenizer(put("lossless.json", file.dump()));
            QVERIFY(tokenizer->lossless());
            for (int round = 0; round < 300; ++round) {
                const std::string text = round % 2 == 0 ? randomBytes(random, random() % 90) : randomUtf8(random, 60);
                const std::vector<TokenId> ids = tokenizer->encode(text);
                QVERIFY(tokenizer->decode(ids) == text);
                StreamDecoder stream(*tokenizer);
                std::string streamed;
                for (const TokenId id : ids) {
                    const std::string more = stream.add(id);
                    QVERIFY(isUtf8(more));
                    streamed += more;
                }
                streamed += stream.finish();
                QVERIFY(streamed == repairUtf8(text));
            }
        }
    }

    // A text of more than 64 KiB comes in pieces; its ids are those of the whole.
    void longTextIsThePiecesTokens() {
        const auto tokenizer = loadTokenizer(fixtures / "llama-bpe.json");
        const std::string text = englishLike(5, 6000);
        QVERIFY(text.size() > 3 * kMaxPieceBytes);
        const ByteVocabulary vocabulary = readTokenizerJson(fixtures / "llama-bpe.json");
        std::vector<std::string_view> words;
        PreTokenizer(vocabulary.passes, "test").split(text, words);
        std::vector<TokenId> whole;
        ByteBpe(vocabulary.tokens, vocabulary.merges, true, -1).encode(words, whole);
        QVERIFY(tokenizer->encode(text) == whole);
    }

    // Only a template makes control tokens; other added tokens stand wherever they are spelled.
    void lettersMakeNoControlToken() {
        const auto tokenizer = loadTokenizer(fixtures / "gpt-2.json");
        const TokenId end = tokenizer->special("<|eot|>"), tool = tokenizer->special("<tool>");
        const std::vector<TokenId> spelled = tokenizer->encode("a<|eot|>b<tool>c");
        QCOMPARE(std::count(spelled.begin(), spelled.end(), end), 0);
        QCOMPARE(std::count(spelled.begin(), spelled.end(), tool), 1);
        QVERIFY(tokenizer->decode(spelled) == "a<|eot|>b<tool>c");
        const std::vector<TokenId> rendered = encodeSpans({{"a"}, {"<|eot|>", true}, {"<|eot|>"}}, *tokenizer);
        QCOMPARE(std::count(rendered.begin(), rendered.end(), end), 1);
        QVERIFY(tokenizer->decode(rendered) == "a<|eot|>");
        // Nor do merges that end in one, as a vocabulary has them that was trained on text with control tokens in it.
        json file = readJson(fixtures / "gpt-2.json");
        file["added_tokens"].push_back(
            {{"id", file["model"]["vocab"]["ing"]}, {"content", "ing"}, {"special", true}, {"normalized", false}});
        const auto odd = loadTokenizer(put("odd.json", file.dump()));
        const std::vector<TokenId> word = odd->encode("bating");
        QCOMPARE(std::count(word.begin(), word.end(), odd->special("ing")), 0);
        QVERIFY(odd->decode(word) == "bating");
    }

    void bosAndEosAreThoseOfTheConfigBeside() {
        fs::create_directories(root() / "model");
        fs::copy_file(fixtures / "gpt-2.json", root() / "model/tokenizer.json");
        writeFileAtomically(root() / "model/tokenizer_config.json",
                            R"({"bos_token":{"content":"<|eot|>"},"eos_token":"<|begin|>","unk_token":null})");
        const auto tokenizer = loadTokenizer(root() / "model/tokenizer.json");
        QCOMPARE(tokenizer->bos(), 1);
        QCOMPARE(tokenizer->eos(), 0);
    }

    void ggufComesBack() {
        for (const char* name : {"gpt-2", "smollm", "llama-bpe", "gpt-4o", "tekken"}) {
            ByteVocabulary vocabulary = readTokenizerJson(fixtures / (std::string(name) + ".json"));
            // GGUF has no place for white space beside added tokens, nor for whole words.
            std::erase_if(vocabulary.added, [](const AddedToken& token) {
                return token.leftStrip || token.rightStrip || token.singleWord;
            });
            vocabulary.eos = 1;
            writeGguf(root() / "v.gguf", ggufByteVocabularyEntries(vocabulary, 400, "{{ x }}", name), {});
            const GgufFile file(root() / "v.gguf");
            QCOMPARE(QString::fromStdString(*file.text("tokenizer.ggml.pre")), QString(name));
            const auto tokenizer = loadTokenizer(root() / "v.gguf");
            QCOMPARE(tokenizer->size(), 400);
            QCOMPARE(tokenizer->bos(), 0);
            QCOMPARE(tokenizer->eos(), 1);
            const auto expected = makeByteTokenizer(vocabulary, "hash", name);
            const json texts = readJson(fixtures / "ids.json").at("texts");
            for (const json& text : texts)
                QVERIFY2(tokenizer->encode(text.get<std::string>()) == expected->encode(text.get<std::string>()), name);
        }
        const ByteVocabulary odd = readTokenizerJson(fixtures / "contiguous.json");
        VERIFY_ERROR(ggufByteVocabularyEntries(odd, 0, {}, "odd"), "no pre-tokenizer");
        GgufEntries entries = ggufByteVocabularyEntries(readTokenizerJson(fixtures / "gpt-2.json"), 0, {}, "x");
        std::erase_if(entries, [](const auto& entry) { return entry.first == "tokenizer.ggml.pre"; });
        writeGguf(root() / "silent.gguf", entries, {});
        VERIFY_ERROR(loadTokenizer(root() / "silent.gguf"), "does not name its pre-tokenizer");
        entries.emplace_back("tokenizer.ggml.pre", std::string("viking"));
        writeGguf(root() / "viking.gguf", entries, {});
        VERIFY_ERROR(loadTokenizer(root() / "viking.gguf"), "'viking'");
    }

    // What it asks for and this program does not do, each by its name.
    void whatIsNotDoneIsRefused() {
        const json file = readJson(fixtures / "gpt-2.json");
        const std::tuple<const char*, const char*, const char*> cases[] = {
            {"/model/type", R"("Unigram")", "Unigram"},
            {"/model/byte_fallback", "true", "tokenizer.model"},
            {"/model/dropout", "0.1", "dropout"},
            {"/model/continuing_subword_prefix", R"("##")", "continuing_subword_prefix"},
            {"/model/end_of_word_suffix", R"("</w>")", "end_of_word_suffix"},
            {"/model/unk_token", R"("<nothing>")", "<nothing>"},
            {"/model/merges/0", R"(["qq","zz"])", "qq"},
            {"/model/merges/0", "5", "merge"},
            {"/model/vocab/a", "-1", "id"},
            {"/normalizer", R"({"type":"NFKC"})", "NFKC"},
            {"/normalizer", R"({"type":"Sequence","normalizers":[{"type":"Lowercase"}]})", "Lowercase"},
            {"/pre_tokenizer", "null", "ByteLevel"},
            {"/pre_tokenizer", R"({"type":"Metaspace"})", "Metaspace"},
            {"/pre_tokenizer",
             R"({"type":"Sequence","pretokenizers":[{"type":"ByteLevel"},{"type":"Digits","individual_digits":true}]})",
             "after \"ByteLevel\""},
            {"/pre_tokenizer",
             R"({"type":"Sequence","pretokenizers":[)"
             R"({"type":"Split","pattern":{"Regex":"a{2,1}"},"behavior":"Isolated"},)"
             R"({"type":"ByteLevel","add_prefix_space":false}]})",
             "cannot be compiled"},
            {"/pre_tokenizer",
             R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"\\h"},"behavior":"Isolated"},)"
             R"({"type":"ByteLevel","add_prefix_space":false}]})",
             "hexadecimal"},
            {"/pre_tokenizer",
             R"({"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"String":"a"},"behavior":"Odd"},)"
             R"({"type":"ByteLevel","add_prefix_space":false}]})",
             "Odd"},
            {"/post_processor", R"({"type":"BertProcessing","sep":["a",1],"cls":["b",2]})", "BertProcessing"},
            {"/decoder", R"({"type":"WordPiece"})", "WordPiece"}};
        for (const auto& [where, value, word] : cases) {
            json changed = file;
            changed[json::json_pointer(where)] = json::parse(value);
            const fs::path path = put("changed.json", changed.dump());
            VERIFY_ERROR(loadTokenizer(path), word);
        }
        VERIFY_ERROR(loadTokenizer(put("cut.json", file.dump().substr(0, 900))), "not valid JSON");
        VERIFY_ERROR(loadTokenizer(put("other.json", R"({"a":1})")), "model");
    }

    void tiktokenFilesTellWhichTheyAre() {
        QVERIFY(isTiktoken("IQ== 0\nIg== 1\n"));
        QVERIFY(!isTiktoken("\n\x0E\n\x05<unk>\x15"));
        QVERIFY(!isTiktoken("IQ== x\n"));
        VERIFY_ERROR(loadTokenizer(put("few.model", "IQ== 0\nIg== 1\n")), "2 ranks");
        VERIFY_ERROR(loadTokenizer(put("gap.model", "IQ== 0\nIg== 2\n")), "rank 2 in line 2");
        VERIFY_ERROR(loadTokenizer(put("bad.model", "IQ== 0\n!!== 1\n")), "line 2");
        // 128,000 ranks: the bytes, then pairs of them and what more it takes.
        const auto base64 = [](std::string_view bytes) {
            const QByteArray made = QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())).toBase64();
            return made.toStdString();
        };
        std::string file;
        for (int rank = 0; rank < 128000; ++rank) {
            std::string bytes(1, static_cast<char>(rank));
            if (rank >= 256) bytes = {static_cast<char>(rank - 256), static_cast<char>((rank - 256) >> 8)};
            if (rank >= 256 + 65536) bytes = "abc" + std::to_string(rank);
            file += base64(bytes) + " " + std::to_string(rank) + "\n";
        }
        const auto tokenizer = loadTokenizer(put("llama3.model", file));
        QCOMPARE(tokenizer->size(), 128256);
        QCOMPARE(tokenizer->bos(), 128000);
        QCOMPARE(tokenizer->special("<|eot_id|>"), 128009);
        QCOMPARE(tokenizer->special("<|python_tag|>"), 128010);
        QCOMPARE(tokenizer->special("<|reserved_special_token_247|>"), 128255);
        QCOMPARE(tokenizer->encode("ab cd").size(), std::size_t{3});  // "ab", " c", "d"
        const ByteVocabulary made = parseTiktoken(file, "made");
        QCOMPARE(made.merges.size(), std::size_t{65536});  // the pairs of bytes; what more there is has no parts
    }

    void whiteSpaceIsUnicodes() {
        const auto split = [](const char* pattern, const std::string& text) {
            std::vector<std::string_view> words;
            PreTokenizer({{pattern}}, "test").split(text, words);
            std::string joined;
            for (const std::string_view word : words) joined += "[" + std::string(word) + "]";
            return joined;
        };
        QCOMPARE(split(R"(\s+)", "a\u180Eb \u00A0c"), std::string("[a\u180Eb][ \u00A0][c]"));
        QCOMPARE(split(R"([^\s]+)", "a\u180Eb c"), std::string("[a\u180Eb][ ][c]"));
        QCOMPARE(split(R"(\p{L}+)", "\U00031350x1"), std::string("[\U00031350x][1]"));  // newer than PCRE2's tables
        QCOMPARE(split(R"(\P{N}+)", "a\U00010D40"), std::string("[a][\U00010D40]"));
        QCOMPARE(split(R"(x*)", "axxb"), std::string("[a][xx][b]"));  // empty matches cut too
        // Blanks by the thousand, with a look ahead over them.
        std::vector<std::string_view> words;
        const std::string blanks(60000, ' ');
        PreTokenizer({{gpt2Pattern}}, "test").split(blanks + "x", words);
        QCOMPARE(words.size(), std::size_t{2});
        QCOMPARE(words[0].size(), std::size_t{59999});
        VERIFY_ERROR(PreTokenizer({{R"([\S])"}}, "odd.json"), "odd.json");
    }

    void bytesHaveCharacters() {
        for (int byte = 0; byte < 256; ++byte) {
            const std::string one(1, static_cast<char>(byte));
            QVERIFY(charactersAsBytes(bytesAsCharacters(one)) == one);
        }
        QCOMPARE(bytesAsCharacters(" \n"), std::string("\u0120\u010A"));
        QVERIFY(!charactersAsBytes(" ").has_value());
        QVERIFY(!charactersAsBytes("\u0144").has_value());
        QVERIFY(!charactersAsBytes("\xC4").has_value());
    }
};

int main(int argc, char** argv) {
    if (argc == 3 && std::string_view(argv[1]) == "--folder") {
        fixtures = argv[2];
        argc = 1;
    }
    QCoreApplication application(argc, argv);
    TestByteTokenizer test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_byte_tokenizer.moc"
