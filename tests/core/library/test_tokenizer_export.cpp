// A Hugging Face export's tokenizer: read by a slow reader of tokenizer.json, the ids of any text are the tokenizer's
// own; tests/fixtures/check_tokenizer.py asks transformers for the same (test_tokenizer_package).
#include <sentencepiece_trainer.h>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <fstream>
#include <functional>

#include "core/base/error.h"
#include "core/base/workspace.h"
#include "core/data/chat_template.h"
#include "core/data/chat_template_file.h"
#include "core/data/gguf_vocabulary.h"
#include "core/data/sentencepiece_model.h"
#include "core/library/checked_export.h"
#include "tests/core/data/data_helpers.h"
#include "tests/core/infer/naive_model.h"
#include "tests/core/library/tokenizer_json_reader.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

namespace {

// Runs of letters that two pieces fit into in several ways, marks, HTML, blanks in runs, characters of every plane, and
// the texts of control tokens and bytes.
std::string randomText(std::mt19937& random, std::size_t parts) {
    static const std::vector<std::string> odd{
        "</s>",        "<s>",   "<unk>", "<0x41>",    "<0x0A>", "\xE2\x96\x81", "<|eot_id|>",   "<|eot",
        "<",           ">",     "  ",    "    ",      "\n\n",   "\t",           "\r\n",         "\xF0\x9F\x98\x80",
        "\xC3\xA4",    "0",     "2024",  "[unused5]", "<pad>",  "<b>bold</b>",  "\xE2\x81\x87", "\xE2\x96\x81 ",
        "### System:", "a",     "ab",    "aaa",       "nana",   "e\xCC\x81",    "\xEF\xBC\xA1", "\xEF\xAC\x81",
        "User: ",      "<tag>", "x|y",   "\xC2\xA0"};
    const std::string words = englishLike(static_cast<std::uint32_t>(random()), 2);
    std::string text;
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t at = random() % words.size();
        if (random() % 3 == 0) text += odd[random() % odd.size()];
        else if (random() % 4 == 0) text += randomUtf8(random, random() % 6);
        else text += words.substr(at, random() % 24);
    }
    return repairUtf8(text);
}

struct Vocabulary {
    const char* name;
    Template chatTemplate;
    bool own;  // of this program's trainer; else of sentencepiece's with these arguments
    const char* arguments;
    bool markup;  // the text holds < > / and |
};

const std::vector<Vocabulary>& vocabularies() {
    static const std::vector<Vocabulary> all{
        {"bpe", Template::Plain, true, "bpe", true},
        {"bpe-no-markup", Template::Plain, true, "bpe", false},
        {"bpe-instruction", Template::Instruction, true, "bpe", false},
        {"bpe-2b4t", Template::B2B4T, true, "bpe", true},
        {"unigram", Template::Plain, true, "unigram", true},
        {"unigram-no-markup", Template::Plain, true, "unigram", false},
        {"unigram-instruction", Template::Instruction, true, "unigram", true},
        {"unigram-2b4t", Template::B2B4T, true, "unigram", false},
        {"sp-bpe-llama", Template::Plain, false,
         "--model_type=bpe --byte_fallback=true --normalization_rule_name=identity --remove_extra_whitespaces=false",
         true},
        {"sp-bpe-llama-chat", Template::B2B4T, false,
         "--model_type=bpe --byte_fallback=true --normalization_rule_name=identity --remove_extra_whitespaces=false "
         "--user_defined_symbols=<|eot_id|>",
         true},
        {"sp-bpe-trims", Template::Plain, false, "--model_type=bpe --normalization_rule_name=identity", false},
        {"sp-bpe-no-prefix", Template::Plain, false,
         "--model_type=bpe --byte_fallback=true --normalization_rule_name=identity --add_dummy_prefix=false "
         "--control_symbols=<pad>",
         false},
        {"sp-bpe-runs", Template::Plain, false,
         "--model_type=bpe --byte_fallback=true --normalization_rule_name=identity --add_dummy_prefix=false "
         "--remove_extra_whitespaces=false --split_by_whitespace=false "
         "--user_defined_symbols=ana,\xE2\x96\x81\xE2\x96\x81",
         false},
        {"sp-unigram-llama", Template::Plain, false,
         "--model_type=unigram --byte_fallback=true --normalization_rule_name=identity "
         "--remove_extra_whitespaces=false",
         false},
        {"sp-unigram-trims", Template::Plain, false,
         "--model_type=unigram --normalization_rule_name=identity --control_symbols=<pad>", true},
        {"sp-unigram-unknown", Template::Instruction, false, "--model_type=unigram --normalization_rule_name=identity",
         false},
        {"sp-unigram-user", Template::Plain, false,
         "--model_type=unigram --byte_fallback=true --normalization_rule_name=identity --add_dummy_prefix=false "
         "--remove_extra_whitespaces=false --user_defined_symbols=ana,<tag>",
         true},
        {"sp-nfkc-bpe", Template::Plain, false, "--model_type=bpe --byte_fallback=true", true},
        {"sp-nfkc-unigram", Template::Plain, false, "--model_type=unigram", true}};
    return all;
}

std::vector<std::string> trainingLines(bool markup) {
    std::vector<std::string> lines;
    std::string text = englishLike(11, 1500);
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        std::string line = text.substr(at, end - at);
        if (lines.size() % 5 == 0) line += "  b\xC3\xA4n\xC3\xA4na  banana ananas aaaa aaa";
        if (markup && lines.size() % 3 == 0) line += " <b>x|y</b> </s> <s> a<0x41> User: <tag>";
        lines.push_back(line);
        at = end + 1;
    }
    return lines;
}

void trainVocabulary(const Vocabulary& kind, const fs::path& file) {
    const std::vector<std::string> lines = trainingLines(kind.markup);
    if (kind.own) {
        TokenizerTraining training;
        training.vocabSize = 600;
        training.model = std::string(kind.arguments) == "bpe" ? TokenizerModel::Bpe : TokenizerModel::Unigram;
        training.userSymbols = specialTexts(kind.chatTemplate);
        TokenizerTrainer trainer(training);
        for (const std::string& line : lines) trainer.add(line + "\n");
        trainer.train(file, StopToken());
        return;
    }
    const fs::path text = file.string() + ".txt";
    std::string whole;
    for (const std::string& line : lines) whole += line + "\n";
    writeFileAtomically(text, whole);
    const auto status =
        sentencepiece::SentencePieceTrainer::Train(std::string(kind.arguments) + " --input=" + text.string() +
                                                   " --model_prefix=" + (file.parent_path() / file.stem()).string() +
                                                   " --vocab_size=600 --hard_vocab_limit=false --minloglevel=4");
    QVERIFY2(status.ok(), status.error_message());
    fs::remove(text);
}

}  // namespace

class TestTokenizerExport : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    // Where a program in another language looks at what is written here.
    [[nodiscard]] fs::path root() const {
        return qEnvironmentVariable("TRITLAB_TOKENIZER_OUT", dir_.path()).toStdString();
    }

    // A small model with this vocabulary, exported to root()/NAME.
    fs::path exported(const Vocabulary& kind) const {
        const fs::path model = fs::path(dir_.path().toStdString()) / (std::string(kind.name) + "-model");
        fs::create_directories(model);
        trainVocabulary(kind, model / "tokenizer.model");
        ModelConfig config = tinyConfigs()[3].config;  // llama
        config.vocabSize = loadTokenizer(model / "tokenizer.model")->size();
        writeRandomModel(model, config, 3, DType::F32, kind.chatTemplate);
        const fs::path out = root() / kind.name;
        exportAndCheck(model, out, ExportFormat::HuggingFace);
        return out;
    }

private Q_SLOTS:
    void idsOfAnyText_data() {
        QTest::addColumn<int>("index");
        for (std::size_t i = 0; i < vocabularies().size(); ++i)
            QTest::newRow(vocabularies()[i].name) << static_cast<int>(i);
    }
    void idsOfAnyText() {
        QFETCH(int, index);
        const Vocabulary& kind = vocabularies()[static_cast<std::size_t>(index)];
        const fs::path folder = exported(kind);
        const auto tokenizer = loadTokenizer(folder / "tokenizer.model");
        if (kind.own) QVERIFY(tokenizer->lossless());
        const bool package = qEnvironmentVariableIsSet("TRITLAB_TOKENIZER_OUT");
        std::mt19937 random(17);
        std::ofstream cases;
        if (package) cases.open(folder / "texts.jsonl");
        const TokenizerJsonReader reader(readFile(folder / "tokenizer.json"));
        const bool maps = std::string(kind.name).starts_with("sp-nfkc");  // not of this reader
        int ties = 0;
        for (int round = 0; round < (package ? 3000 : 120); ++round) {
            std::string text = randomText(random, random() % (round % 100 == 99 ? 60 : 8));
            if (package && round % 1000 == 999) text = randomText(random, 12000);  // longer than a piece
            const std::vector<TokenId> ids = tokenizer->encode(text);
            if (package) cases << nlohmann::json{{"text", text}, {"ids", ids}}.dump() << "\n";
            if (maps || text.size() > 2000) continue;
            const std::vector<TokenId> theirs = reader.encode(text, true);
            if (theirs == ids) continue;
            // Only where single precision, in which sentencepiece adds, cannot tell two ways apart.
            ++ties;
            QVERIFY2(std::string(kind.arguments).find("unigram") != std::string::npos, ("'" + text + "'").c_str());
            QVERIFY2(std::abs(reader.score(theirs) - reader.score(ids)) < 1e-6 * std::abs(reader.score(ids)),
                     ("'" + text + "'").c_str());
        }
        QVERIFY2(ties <= 3, qPrintable(QString::number(ties)));
        const auto config = nlohmann::json::parse(readFile(folder / "tokenizer_config.json"));
        QCOMPARE(config["split_special_tokens"].get<bool>(), kind.chatTemplate == Template::Plain);
        QCOMPARE(config.contains("chat_template"), kind.chatTemplate != Template::Plain);
        const auto ends = nlohmann::json::parse(readFile(folder / "generation_config.json"))["eos_token_id"];
        if (kind.chatTemplate == Template::B2B4T) QCOMPARE(ends[1].get<TokenId>(), tokenizer->special(kEndOfTurn));
        else QCOMPARE(ends.get<TokenId>(), tokenizer->eos());
        if (package) writeChats(folder, kind, *tokenizer);
    }

    // The template of another program's model leaves as it came, in either form, and comes back.
    void aModelsOwnChatTemplateGoesAlong() {
        const fs::path work = dir_.path().toStdString(), model = work / "own-model", folder = work / "own-folder",
                       gguf = work / "own.gguf", again = work / "own-again";
        const std::string own = "{{ bos_token }}{% for m in messages %}<|begin|>{{ m.content }}{% endfor %}\n";
        fs::create_directories(model);
        fs::copy_file(fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/byte_bpe/smollm.json", model / "tokenizer.json");
        writeFileAtomically(model / kChatTemplateFile, own);
        ModelConfig config = tinyConfigs()[3].config;
        config.vocabSize = loadTokenizer(model)->size();
        writeRandomModel(model, config, 3, DType::F32, Template::Plain);
        exportAndCheck(model, folder, ExportFormat::HuggingFace);
        exportAndCheck(folder, gguf, ExportFormat::GgufF16);
        exportAndCheck(gguf, again, ExportFormat::HuggingFace);
        for (const fs::path& each : {folder, gguf, again}) QCOMPARE(readChatTemplate(each).source, own);
    }

    // A byte-level vocabulary goes along as it came: out of a folder into another one and into GGUF, and from there
    // again.
    void byteLevelVocabulariesGoAlong() {
        const fs::path fixtures = fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/byte_bpe",
                       work = dir_.path().toStdString();
        const nlohmann::json known = nlohmann::json::parse(readFile(fixtures / "ids.json"));
        for (const char* name : {"smollm", "llama-bpe", "gpt-4o"}) {
            const fs::path model = work / (std::string(name) + "-model"),
                           folder = work / (std::string(name) + "-folder"), gguf = work / (std::string(name) + ".gguf"),
                           again = work / (std::string(name) + "-again");
            fs::create_directories(model);
            fs::copy_file(fixtures / (std::string(name) + ".json"), model / "tokenizer.json");
            writeFileAtomically(model / "tokenizer_config.json",
                                R"({"bos_token":"<|begin|>","eos_token":"<|eot|>","add_bos_token":true})");
            ModelConfig config = tinyConfigs()[3].config;  // llama
            config.vocabSize = loadTokenizer(model)->size() + 5;
            writeRandomModel(model, config, 3, DType::F32, Template::Instruction);
            exportAndCheck(model, folder, ExportFormat::HuggingFace);
            exportAndCheck(folder, gguf, ExportFormat::GgufF16);
            exportAndCheck(gguf, again, ExportFormat::HuggingFace);
            QVERIFY(!fs::exists(folder / "tokenizer.model"));
            const auto tokenizerConfig = nlohmann::json::parse(readFile(folder / "tokenizer_config.json"));
            QCOMPARE(tokenizerConfig["eos_token"].get<std::string>(), std::string("<|eot|>"));
            QVERIFY(tokenizerConfig["chat_template"].get<std::string>().starts_with("{{ bos_token }}"));
            const auto own = loadTokenizer(model), exported = loadTokenizer(folder), packed = loadTokenizer(gguf);
            for (const Tokenizer* each : {own.get(), exported.get(), packed.get()}) {
                QCOMPARE(each->bos(), 0);
                QCOMPARE(each->eos(), 1);
                QVERIFY(each->addsBos());
            }
            const auto& texts = known["texts"];
            for (std::size_t i = 0; i < texts.size(); ++i) {
                const std::string text = texts[i].get<std::string>();
                QVERIFY(exported->encode(text) == known["ids"][name][i].get<std::vector<TokenId>>());
                // GGUF has no place for white space beside added tokens and for whole words.
                const bool added = text.find("keep") != std::string::npos || text.find("strip") != std::string::npos ||
                                   text.find("word") != std::string::npos;
                if (!added) QVERIFY(packed->encode(text) == exported->encode(text));
            }
        }
    }

    // What has no form in tokenizer.json is named, and the file is not written.
    void namesWhatHasNoForm() {
        const fs::path model = fs::path(dir_.path().toStdString()) / "odd";
        fs::create_directories(model);
        const Vocabulary& kind = vocabularies()[8];
        trainVocabulary(kind, model / "tokenizer.model");
        const SentencePieceModel whole = parseSentencePieceModel(readFile(model / "tokenizer.model"), "whole");
        ModelConfig config = tinyConfigs()[3].config;
        config.vocabSize = static_cast<std::int64_t>(whole.pieces.size()) + 1;  // room for one more piece
        writeRandomModel(model, config, 3);
        const auto with = [&](const std::function<void(SentencePieceModel&)>& change, const std::string& why) {
            SentencePieceModel changed = whole;
            change(changed);
            writeFileAtomically(model / "tokenizer.model", serializeSentencePieceModel(changed));
            const ExportedTokenizer says = exportedTokenizer(model, ExportFormat::HuggingFace);
            QVERIFY2(says.noJson.find(why) != std::string::npos, says.noJson.c_str());
            const fs::path out = model.string() + "-out";
            fs::remove_all(out);
            exportAndCheck(model, out, ExportFormat::HuggingFace);
            QCOMPARE(fs::exists(out / "tokenizer.json"), why.empty());
            QVERIFY(fs::exists(out / "tokenizer.model") && fs::exists(out / "tokenizer_config.json"));
        };
        with([](SentencePieceModel&) {}, "");
        with([](SentencePieceModel& changed) { changed.blankAsSuffix = true; }, "blanks behind words");
        with(
            [](SentencePieceModel& changed) {
                for (VocabularyPiece& piece : changed.pieces) piece.score = -1;
            },
            "the same score");
        with(
            [](SentencePieceModel& changed) {
                for (VocabularyPiece& piece : changed.pieces)
                    if (piece.text == "a") piece.text = "\xE4\xB8\xAD";
            },
            "holds 'a'");
        with(
            [](SentencePieceModel& changed) {
                changed.pieces.push_back({"(", 0, PieceType::Control});
            },
            "is one character");
        with(
            [](SentencePieceModel& changed) {
                changed.pieces.push_back({"magic", 0, PieceType::UserDefined});
            },
            "'magic' is found before");
        with(
            [](SentencePieceModel& changed) {
                const auto made = std::ranges::find_if(changed.pieces, [](const VocabularyPiece& piece) {
                    return piece.type == PieceType::Normal && piece.text.size() == 2;
                });
                made->type = PieceType::Unused;
            },
            "made and taken apart again");
        with([](SentencePieceModel& changed) { changed.modelType = 4; }, "words or characters");
    }

    // A unigram vocabulary in GGUF: llama.cpp knows no bytes for it, and the characters are named.
    void namesTheBytesThatAreLost() {
        for (const auto& [index, markup] : {std::pair<std::size_t, bool>{4, true}, {5, false}, {0, true}}) {
            const Vocabulary& kind = vocabularies()[index];
            const fs::path model = fs::path(dir_.path().toStdString()) / ("lost" + std::to_string(index));
            fs::create_directories(model);
            trainVocabulary(kind, model / "tokenizer.model");
            ModelConfig config = tinyConfigs()[3].config;
            config.vocabSize = loadTokenizer(model / "tokenizer.model")->size();
            writeRandomModel(model, config, 3);
            const ExportedTokenizer says = exportedTokenizer(model, ExportFormat::GgufF16);
            QCOMPARE(says.losesBytes, index != 0);
            QVERIFY(!exportedTokenizer(model, ExportFormat::HuggingFace).losesBytes);
            if (!says.losesBytes) {
                QVERIFY(says.lostAscii.empty());
                continue;
            }
            const auto names = [&](const char* text) {
                return std::ranges::find(says.lostAscii, text) != says.lostAscii.end();
            };
            QVERIFY(names("\\n") && names("\\t") && names("^") && !names("a"));
            QCOMPARE(names("<"), !markup);
        }
    }

private:
    static void writeChats(const fs::path& folder, const Vocabulary& kind, const Tokenizer& tokenizer) {
        std::mt19937 random(23);
        std::ofstream out(folder / "chats.jsonl");
        for (int round = 0; round < 300 && kind.chatTemplate != Template::Plain; ++round) {
            std::vector<Message> messages;
            nlohmann::json json = nlohmann::json::array();
            if (random() % 3 == 0) messages.push_back({Role::System, randomText(random, 4)});
            for (std::size_t turns = 1 + random() % 4; turns > 0; --turns) {
                messages.push_back({Role::User, randomText(random, random() % 8)});
                if (turns > 1) messages.push_back({Role::Assistant, randomText(random, 1 + random() % 8)});
            }
            for (const Message& message : messages)
                json.push_back({{"role", message.role == Role::System ? "system"
                                         : message.role == Role::User ? "user"
                                                                      : "assistant"},
                                {"content", message.text}});
            out << nlohmann::json{{"messages", json}, {"ids", renderPrompt(kind.chatTemplate, messages, tokenizer)}}
                       .dump()
                << "\n";
        }
    }
};

QTEST_APPLESS_MAIN(TestTokenizerExport)
#include "test_tokenizer_export.moc"
