// Conversations through Jinja templates: what becomes a special token and what stays letters, blanks beside tokens that
// take them, answers that are begun, ends, and what happens where a model's template cannot be run.
#include <QTemporaryDir>
#include <nlohmann/json.hpp>

#include "core/data/byte_characters.h"
#include "core/data/chat_families.h"
#include "core/data/chat_format.h"
#include "core/data/chat_template_file.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr TokenId kStart = 256, kEnd = 257, kStrip = 258, kBos = 259, kBoth = 260;

// A token for each byte, and some that templates write.
json byteTokenizerJson() {
    json vocabulary = json::object(), added = json::array();
    for (int byte = 0; byte < 256; ++byte)
        vocabulary[bytesAsCharacters(std::string(1, static_cast<char>(byte)))] = byte;
    const auto add = [&](TokenId id, const char* text, bool before, bool after) {
        added.push_back({{"id", id},
                         {"content", text},
                         {"special", true},
                         {"lstrip", before},
                         {"rstrip", after},
                         {"single_word", false},
                         {"normalized", false}});
    };
    add(kStart, "<|im_start|>", false, false);
    add(kEnd, "<|im_end|>", false, false);
    add(kStrip, "<|end|>", false, true);
    add(kBos, "<s>", false, false);
    add(kBoth, "<both>", true, true);
    return {{"version", "1.0"},
            {"added_tokens", added},
            {"normalizer", nullptr},
            {"pre_tokenizer", {{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}}},
            {"post_processor", nullptr},
            {"decoder", {{"type", "ByteLevel"}}},
            {"model", {{"type", "BPE"}, {"vocab", vocabulary}, {"merges", json::array()}}}};
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

// Ids as text: bytes as they are, special tokens as #start#, #end#, …
std::string shown(const std::vector<TokenId>& ids) {
    std::string text;
    for (const TokenId id : ids) {
        constexpr std::array names{"#start#", "#end#", "#strip#", "#bos#", "#both#"};
        if (id < 256) text += static_cast<char>(id);
        else text += names.at(static_cast<std::size_t>(id - 256));
    }
    return text;
}

}  // namespace

class TestChatFormat : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    std::unique_ptr<Tokenizer> tokenizer_;

    fs::path put(const std::string& name, const std::string& content) const {
        const fs::path path = fs::path(dir_.path().toStdString()) / name;
        fs::create_directories(path.parent_path());
        writeFileAtomically(path, content);
        return path;
    }
    std::string rendered(const std::string& jinja, const std::vector<Message>& messages) const {
        return shown(ChatFormat(ChatTemplateText{jinja, "test"}).prompt(messages, *tokenizer_));
    }

private Q_SLOTS:
    void initTestCase() {
        put("model/tokenizer.json", byteTokenizerJson().dump());
        put("model/tokenizer_config.json", json{{"bos_token", "<s>"}, {"eos_token", "<|im_end|>"}}.dump());
        tokenizer_ = loadTokenizer(fs::path(dir_.path().toStdString()) / "model");
        QCOMPARE(tokenizer_->bos(), kBos);
        QCOMPARE(tokenizer_->eos(), kEnd);
    }

    void onlyTheTemplateMakesTokens() {
        const std::string jinja = findChatFamily("chatml")->source;
        QCOMPARE(rendered(jinja, {{Role::User, "hi <|im_end|> there"}}),
                 std::string("#start#user\nhi <|im_end|> there#end#\n#start#assistant\n"));
        // The same through a filter, a variable, and joined to the template's own letters.
        QCOMPARE(rendered("{% set t = messages[0].content | trim %}{{ '<|im_' + 'end|>' + t + '<|im_end|>' }}",
                          {{Role::User, " <|im_end|> "}}),
                 std::string("#end#<|im_end|>#end#"));
    }

    void messagesHaveNewlines() {
        QCOMPARE(rendered("{{ messages[0].content }}", {{Role::User, "a\r\nb\rc"}}), std::string("a\nb\nc"));
    }

    void specialTokensTakeTheBlanksBesideThem() {
        QCOMPARE(rendered("{{ 'a <|end|> ' + messages[0].content }}", {{Role::User, "\n b"}}),
                 std::string("a #strip#b"));
        QCOMPARE(rendered("{{ messages[0].content + '  <both>' + '\n\nz' }}", {{Role::User, "q \n"}}),
                 std::string("q#both#z"));
        QCOMPARE(rendered("{{ ' <both> <both> ' }}", {{Role::User, "q"}}), std::string("#both##both#"));
    }

    void anAnswerThatIsBegunGoesOn() {
        const std::string jinja = findChatFamily("chatml")->source;
        QCOMPARE(rendered(jinja, {{Role::System, "s"}, {Role::User, "u"}, {Role::Assistant, "Once"}}),
                 std::string("#start#system\ns#end#\n#start#user\nu#end#\n#start#assistant\nOnce"));
    }

    void bosIsTheTemplates() {
        QCOMPARE(rendered("{{ bos_token }}x{{ eos_token }}", {}), std::string("#bos#x#end#"));
        QCOMPARE(rendered("x", {}), std::string("x"));  // none is put before it: transformers puts none either
    }

    void whatATemplateRefusesIsSaidInItsWords() {
        const ChatFormat format(ChatTemplateText{
            "{% if messages[0].role == 'system' %}{{ raise_exception('no system turn here') }}{% endif %}", "test"});
        try {
            (void)format.prompt({{Role::System, "s"}}, *tokenizer_);
            QFAIL("it was not refused");
        } catch (const Error& error) {
            QVERIFY2(contains(error.what(), "no system turn here"), error.what());
        }
    }

    void endsAndStopTexts() {
        const ChatFormat format(ChatTemplateText{"{{ '<|im_end|><|eot_id|>' }}", "test"});
        const std::vector<TokenId> ends = format.ends(*tokenizer_);
        QVERIFY(std::ranges::find(ends, kEnd) != ends.end());
        QVERIFY(std::ranges::find(ends, kStrip) != ends.end());  // <|end|> is a known end
        QVERIFY(std::ranges::find(ends, kStart) == ends.end());
        // Written by the template, and no token of this vocabulary.
        QCOMPARE(format.stopTexts(*tokenizer_), std::vector<std::string>{"<|eot_id|>"});
    }

    void trainedTemplatesStayAsTheyAre() {
        for (const Template trained : {Template::Plain, Template::Instruction, Template::B2B4T}) {
            const std::vector<Message> messages{{Role::System, "s"}, {Role::User, "u"}};
            const ChatFormat format = ChatFormat::ofModel(trained, {});
            QCOMPARE(format.prompt(messages, *tokenizer_), renderPrompt(trained, messages, *tokenizer_));
            QVERIFY(format.note().empty() && format.text().source.empty());
        }
        // What was trained here counts, whatever text lies beside it.
        QCOMPARE(ChatFormat::ofModel(Template::Instruction, {"{{ 'x' }}", "file"}).trained(), Template::Instruction);
    }

    void whatCannotBeRunIsRecognizedByItsMarks() {
        const ChatFormat family = ChatFormat::ofModel(
            Template::Plain, {"{% include 'x' %}<|im_start|>{{ messages }}", "chat_template.jinja"});
        QCOMPARE(family.name(), std::string("ChatML"));
        QVERIFY2(contains(family.note(), "ChatML"), family.note().c_str());
        QVERIFY2(contains(family.note(), "chat_template.jinja:1"), family.note().c_str());
        const ChatFormat plain = ChatFormat::ofModel(Template::Plain, {"{% include 'x' %}", "chat_template.jinja"});
        QCOMPARE(plain.name(), std::string("plain"));
        QVERIFY2(contains(plain.note(), "Choose a template"), plain.note().c_str());
    }

    // Each family's own text has the marks by which it is recognized, and renders a conversation.
    void familiesRecognizeThemselves() {
        for (const ChatFamily& family : chatFamilies()) {
            QCOMPARE(recognizedChatFamily(family.source), &family);
            const std::string text =
                rendered(family.source, {{Role::User, "one"}, {Role::Assistant, "two"}, {Role::User, "three"}});
            QVERIFY2(text.find("one") < text.find("two") && text.find("two") < text.find("three"), family.key);
        }
        QCOMPARE(recognizedChatFamily("{{ messages[0].content }}"), nullptr);
    }

    void theTextIsFoundWhereModelsKeepIt() {
        const fs::path folder = fs::path(dir_.path().toStdString()) / "kept";
        put("kept/config.json", "{}");
        QVERIFY(readChatTemplate(folder).source.empty());
        put("kept/tokenizer_config.json", json{{"chat_template", "one"}}.dump());
        QCOMPARE(readChatTemplate(folder).source, std::string("one"));
        put("kept/tokenizer_config.json",
            json{{"chat_template",
                  {{{"name", "tool_use"}, {"template", "tools"}}, {{"name", "default"}, {"template", "two"}}}}}
                .dump());
        QCOMPARE(readChatTemplate(folder).source, std::string("two"));
        put("kept/tokenizer_config.json",
            json{{"chat_template", {{{"name", "tool_use"}, {"template", "tools"}}}}}.dump());
        QVERIFY_EXCEPTION_THROWN((void)readChatTemplate(folder), Error);
        put("kept/chat_template.jinja", "three");
        QCOMPARE(readChatTemplate(folder).source, std::string("three"));
        QCOMPARE(readChatTemplate(folder).from, std::string("chat_template.jinja"));
        // An imported run's is beside its checkpoints, of which there will be more.
        put("run/chat_template.jinja", "four");
        put("run/checkpoints/step-00000010/config.json", "{}");
        put("run/snapshot/config.json", "{}");
        const fs::path run = fs::path(dir_.path().toStdString()) / "run";
        QCOMPARE(readChatTemplate(run / "checkpoints/step-00000010").source, std::string("four"));
        QCOMPARE(readChatTemplate(run / "snapshot").source, std::string("four"));
        put("run/other/config.json", "{}");
        QVERIFY(readChatTemplate(run / "other").source.empty());
    }

    void aChoiceIsAFamilyOrAFile() {
        QCOMPARE(chosenChatFormat("gemma").name(), std::string("Gemma"));
        QCOMPARE(chosenChatFormat(put("mine.jinja", "{{ 'x' }}").string()).name(), std::string("mine.jinja"));
        QVERIFY_EXCEPTION_THROWN((void)chosenChatFormat("nobody"), Error);
        QVERIFY_EXCEPTION_THROWN((void)chosenChatFormat(put("bad.jinja", "{% for %}").string()), Error);
    }
};

QTEST_GUILESS_MAIN(TestChatFormat)
#include "test_chat_format.moc"
