// Readers against obvious references: lines, JSON lines in their four shapes, text, folders, splits; what is bad is
// counted with its place; templates.
#include <QTemporaryDir>
#include <nlohmann/json.hpp>

#include "core/base/utf8.h"
#include "core/data/chat_template.h"
#include "core/data/document_reader.h"
#include "core/data/json_document.h"
#include "core/data/line_reader.h"
#include "core/data/text_pieces.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

namespace {

struct Document {
    std::string text;
    bool heldOut = false;
    bool operator==(const Document&) const = default;
};

struct Reading {
    std::vector<Document> documents;
    ReadCounts counts;
    std::vector<std::string> pieces;
    [[nodiscard]] std::string side(bool heldOut) const {
        std::string text;
        for (const Document& document : documents)
            if (document.heldOut == heldOut) text += document.text;
        return text;
    }
};

Reading readAll(const fs::path& path, Split split = {}, Template chatTemplate = Template::Plain) {
    Reading reading;
    bool open = false;
    const auto take = [&](const TextPiece& piece) {
        if (piece.begins == open) throw std::logic_error("a document begins within another, or none has begun");
        if (piece.begins) reading.documents.push_back({"", piece.heldOut});
        reading.documents.back().text += piece.text;
        reading.pieces.push_back(piece.text);
        open = !piece.ends;
        return true;
    };
    reading.counts = readSource(listSource(path.string()), chatTemplate, split, take, {}, {});
    if (open) throw std::logic_error("a document has not ended");
    return reading;
}

}  // namespace

class TestDocuments : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }
    fs::path put(const std::string& name, const std::string& content) const {
        writeFileAtomically(root() / name, content);
        return root() / name;
    }

private Q_SLOTS:
    void linesAreTheFilesLines() {
        std::mt19937 random(1);
        for (int round = 0; round < 300; ++round) {
            std::string content = ".";  // no byte order mark in front
            for (int n = static_cast<int>(random() % 40); n > 0; --n)
                content += randomUtf8(random, random() % 30) + (random() % 3 == 0 ? "\r\n" : "\n");
            if (random() % 2 == 0) content += "last";
            LineReader reader(put("lines", content), 64);
            std::size_t at = 0;
            std::string line;
            std::int64_t number = 0;
            for (Line part; reader.next(part);) {
                QVERIFY(part.text.size() <= 64 && isUtf8(part.text));
                QCOMPARE(part.offset, static_cast<std::int64_t>(at + line.size()));
                QCOMPARE(part.starts, line.empty());
                line += part.text;
                if (!part.ends) continue;
                QCOMPARE(part.number, ++number);
                const std::size_t newline = content.find('\n', at);
                QCOMPARE(part.newline, newline != std::string::npos);
                std::string expected = content.substr(at, newline - at);
                if (part.newline && expected.ends_with('\r')) expected.pop_back();
                QCOMPARE(QByteArray::fromStdString(line), QByteArray::fromStdString(expected));
                at = newline == std::string::npos ? content.size() : newline + 1;
                line.clear();
            }
            QCOMPARE(at, content.size());
        }
        LineReader marked(put("marked", "\xEF\xBB\xBFone\ntwo"), 64);
        Line line;
        QVERIFY(marked.next(line) && line.text == "one" && line.offset == 3);
        VERIFY_ERROR(LineReader(root() / "missing", 64), "missing");
    }

    void jsonShapes() {
        const std::tuple<const char*, const char*, const char*> cases[] = {
            {R"({"prompt":"P","response":"R","type":"x"})", "### Instruction:\nP\n\n### Response:\nR",
             "User: P<|eot_id|>Assistant: R<|eot_id|>"},
            {R"({"text":"T \u00e4\n"})", "T \u00e4\n", "T \u00e4\n"},
            {R"({"content":"C"})", "C", "C"},
            {R"({"messages":[{"role":"system","content":"S"},{"role":"User","content":"U"},)"
             R"({"role":"assistant","content":"A"}]})",
             "### System:\nS\n\n### User:\nU\n\n### Assistant:\nA",
             "System: S<|eot_id|>User: U<|eot_id|>Assistant: A<|eot_id|>"},
            {R"({"messages":[{"content":"U"}]})", "### User:\nU", "User: U<|eot_id|>"},
        };
        std::string reason;
        for (const auto& [line, plain, turns] : cases) {
            QCOMPARE(QString::fromStdString(documentOfJson(line, Template::Plain, reason).value_or(reason)),
                     QString::fromUtf8(plain));
            QCOMPARE(QString::fromStdString(documentOfJson(line, Template::Instruction, reason).value_or(reason)),
                     QString::fromUtf8(plain));
            QCOMPARE(QString::fromStdString(documentOfJson(line, Template::B2B4T, reason).value_or(reason)),
                     QString::fromUtf8(turns));
        }
    }

    void badJsonHasAReason() {
        const std::pair<std::string, const char*> cases[] = {
            {"", "is empty"},
            {" \t", "is empty"},
            {"{", "not valid JSON"},
            {"[1]", "no JSON object"},
            {"\"text\"", "no JSON object"},
            {"{\"text\":\"\xFF\"}", "not valid UTF-8"},
            {R"({"a":1})", "has none of"},
            {R"({"text":5})", "is no text"},
            {R"({"text":""})", "holds no text"},
            {R"({"text":" \n"})", "holds no text"},
            {R"({"text":"\ud800"})", "not valid JSON"},
            {R"({"prompt":"p","response":null})", "\"response\" is no text"},
            {R"({"prompt":"p"})", "has none of"},
            {R"({"messages":[]})", "no list with messages"},
            {R"({"messages":{}})", "no list"},
            {R"({"messages":[1]})", "no object"},
            {R"({"messages":[{"role":"tool","content":"c"}]})", "role \"tool\""},
            {R"({"messages":[{"role":1,"content":"c"}]})", "is no text"},
            {R"({"messages":[{"role":"user"}]})", "has no \"content\""},
            {std::string(200000, '['), "not valid JSON"},
            {std::string(100000, '[') + std::string(100000, ']'), "no JSON object"}};
        for (const auto& [line, says] : cases) {
            std::string reason;
            QVERIFY(!documentOfJson(line, Template::Plain, reason));
            QVERIFY2(reason.find(says) != std::string::npos, reason.c_str());
        }
    }

    // Mutations of good lines: a document or a reason, never a crash; what is given is UTF-8.
    void fuzzedJson() {
        const std::string good[] = {R"({"prompt":"P \u00e4","response":"R"})",
                                    R"({"messages":[{"role":"user","content":"U\n"}]})",
                                    R"({"text":"some text","n":[1,2.5e3,null,true]})"};
        std::mt19937 random(2);
        int documents = 0;
        for (int round = 0; round < 60000; ++round) {
            std::string line = good[random() % 3];
            for (std::uint32_t n = random() % 5; n > 0; --n) {
                const std::size_t at = random() % line.size();
                if (random() % 3 == 0) line.erase(at, 1 + random() % 4);
                else if (random() % 2 == 0) line.insert(at, 1, "{}[]\",:\\u0\n\xE2"[random() % 12]);
                else line[at] = static_cast<char>(random());
                if (line.empty()) line = " ";
            }
            std::string reason;
            const auto document = documentOfJson(line, static_cast<Template>(random() % 3), reason);
            if (document) QVERIFY(isUtf8(*document) && !document->empty());
            else QVERIFY(!reason.empty());
            documents += document ? 1 : 0;
        }
        QVERIFY(documents > 5000);
    }

    void badLinesAreCountedWithTheirPlace() {
        std::string content;
        for (int i = 1; i <= 400; ++i) {
            if (i % 4 == 0) content += "broken " + std::to_string(i) + "\r\n";
            else
                content +=
                    nlohmann::json{{"text", "document " + std::to_string(i)}}.dump() + (i % 3 == 0 ? "\r\n" : "\n");
        }
        const Reading reading = readAll(put("some.jsonl", content));
        QCOMPARE(reading.documents.size(), std::size_t{300});
        QCOMPARE(reading.counts.documents, 300);
        QCOMPARE(reading.counts.skipped, 100);
        QCOMPARE(reading.counts.firstSkipped.size(), std::size_t{100});
        QCOMPARE(reading.counts.firstSkipped[1].line, 8);
        QVERIFY(reading.counts.firstSkipped[1].file.ends_with("some.jsonl"));
        QVERIFY(!reading.counts.firstSkipped[1].reason.empty());
        QCOMPARE(QString::fromStdString(reading.documents[3].text), QStringLiteral("document 5"));
        QCOMPARE(readAll(put("more.ndjson", content + content)).counts.firstSkipped.size(), std::size_t{100});
    }

    void hugeJsonLinesArePassedOver() {
        const std::string huge = "{\"text\":\"" + std::string(std::size_t{17} << 20, 'x') + "\"}";
        const Reading reading = readAll(put("huge.jsonl", huge + "\n{\"text\":\"after\"}\n" + huge));
        QCOMPARE(reading.documents.size(), std::size_t{1});
        QCOMPARE(reading.counts.skipped, 2);
        QCOMPARE(reading.counts.firstSkipped[1].line, 3);
        const std::string large = nlohmann::json{{"text", std::string(3000000, 'y')}}.dump();
        QCOMPARE(readAll(put("large.jsonl", large)).documents[0].text.size(), std::size_t{3000000});
    }

    void textIsItsLines() {
        const std::string text = englishLike(3, 3000);
        std::string windows;
        for (const char c : text) windows += c == '\n' ? "\r\n" : std::string(1, c);
        for (const std::string& content : {text, windows, "\xEF\xBB\xBF" + text, "\n\n" + text}) {
            const Reading reading = readAll(put("t.txt", content));
            QCOMPARE(reading.documents.size(), std::size_t{1});
            QVERIFY(reading.documents[0].text == text);
            QCOMPARE(reading.counts.trainBytes, static_cast<std::int64_t>(text.size()));
            std::string_view rest = text;
            for (const std::string& piece : reading.pieces) {
                QVERIFY(piece == rest.substr(0, firstPieceBytes(rest)));
                rest.remove_prefix(piece.size());
            }
            QVERIFY(rest.empty() && reading.pieces.size() > 1);
        }
        QCOMPARE(QString::fromStdString(readAll(put("n", "no newline at the end")).documents[0].text),
                 QStringLiteral("no newline at the end"));
    }

    void aLineWithoutEndIsReadInParts() {
        std::string line;
        while (line.size() < 3500000) line += "\xE4\xB8\xAD";
        const Reading reading = readAll(put("one-line.txt", line));
        QVERIFY(reading.documents.size() == 1 && reading.documents[0].text == line);
        for (const std::string& piece : reading.pieces) QVERIFY(piece.size() <= kMaxPieceBytes && isUtf8(piece));
        const Reading split = readAll(root() / "one-line.txt", {0.3, HeldOutFrom::End});
        QVERIFY(split.side(false) + split.side(true) == line && !split.side(true).empty());
    }

    void brokenLinesOfTextAreSkipped() {
        const std::string filler = englishLike(8, 2000);  // a NUL among the first bytes would be a binary file's
        const Reading reading =
            readAll(put("b.txt", filler + "one\nt\xFFwo\n\nthree\nfo" + std::string(1, '\0') + "ur\nfive\n"));
        QVERIFY(reading.documents.size() == 1 && reading.documents[0].text == filler + "one\n\nthree\nfive\n");
        QCOMPARE(reading.counts.skipped, 2);
        QCOMPARE(reading.counts.firstSkipped[0].line, 2002);
        QCOMPARE(QString::fromStdString(reading.counts.firstSkipped[0].reason), QStringLiteral("is not valid UTF-8"));
        QCOMPARE(QString::fromStdString(reading.counts.firstSkipped[1].reason), QStringLiteral("holds NUL bytes"));
    }

    void unusableFilesAreErrorsThatNameThem() {
        const std::string nul(1, '\0');
        const std::pair<fs::path, const char*> cases[] = {
            {root() / "missing.txt", "no such file"},
            {put("empty.txt", ""), "is empty"},
            {put("empty.jsonl", ""), "is empty"},
            {put("blank.txt", "\n \n\t\r\n"), "no text"},
            {put("binary.txt", "PK" + nul + nul + "abc"), "binary"},
            {put("binary.jsonl", "{\"text\":\"a\"}\n" + nul), "binary"},
            {put("broken.jsonl", "a\nb\n"), "broken.jsonl:1 is not valid JSON"},
            {put("latin1.txt", "\xE4\xF6\xFC\n\xE4\n"), "latin1.txt:1 is not valid UTF-8"},
            {put("array.json", "[\n{\n\"text\": \"a\"\n}\n]"), "array.json:1 is not valid JSON"},
            {"/dev/null", "neither a file nor a folder"},
            {"", "no path"},
            {"builtin:nothing-of-this-name", "built-in"}};
        for (const auto& [path, says] : cases) {
            VERIFY_ERROR(readAll(path), says);
            VERIFY_ERROR(readAll(path), path.filename().string());
        }
    }

    void foldersAreReadInOrder() {
        for (const auto& [name, content] : std::vector<std::pair<std::string, std::string>>{
                 {"f/b.txt", "second\n"},
                 {"f/a/z.txt", "first\n"},
                 {"f/c.jsonl", "{\"text\":\"third\"}\n{\"text\":\"fourth\"}\nbad\n"},
                 {"f/.hidden/x.txt", "no"},
                 {"f/.hidden.txt", "no"},
                 {"f/d.png", std::string("\x89PNG\0\0", 6)},
                 {"f/e.txt", "\xFF\n"}}) {
            fs::create_directories((root() / name).parent_path());
            put(name, content);
        }
        const Reading reading = readAll(root() / "f");
        const std::vector<Document> expected{{"first\n"}, {"second\n"}, {"third"}, {"fourth"}};
        QVERIFY(reading.documents == expected);
        QCOMPARE(reading.counts.skipped, 3);  // a bad line, a picture, a line that is not UTF-8
        fs::create_directories(root() / "none");
        VERIFY_ERROR(readAll(root() / "none"), "holds no file");
        put("none/a.bin", std::string(10, '\0'));
        VERIFY_ERROR(readAll(root() / "none"), "no text that could be used");
    }

    void theEndOfTextIsHeldOutAtALine() {
        const std::string text = englishLike(5, 2000);
        put("held.txt", text);
        for (const double share : {0.05, 0.3, 0.001}) {
            const auto cutoff = static_cast<std::size_t>(std::llround((1 - share) * static_cast<double>(text.size())));
            const std::size_t border = text.find('\n', cutoff - 1) + 1;
            const Reading reading = readAll(root() / "held.txt", {share, HeldOutFrom::End});
            QCOMPARE(reading.documents.size(), std::size_t{2});
            QVERIFY(reading.side(false) == text.substr(0, border) && reading.side(true) == text.substr(border));
            QCOMPARE(reading.counts.heldOutBytes, static_cast<std::int64_t>(text.size() - border));
        }
        QCOMPARE(readAll(root() / "held.txt", {0, HeldOutFrom::End}).counts.heldOutDocuments, 0);
        QCOMPARE(readAll(root() / "held.txt", {1, HeldOutFrom::End}).counts.documents, 0);
    }

    void theLastDocumentsAreHeldOut() {
        std::string content;
        std::vector<std::size_t> starts;
        for (int i = 0; i < 500; ++i) {
            starts.push_back(content.size());
            content +=
                nlohmann::json{{"text", std::to_string(i) + englishLike(static_cast<std::uint32_t>(i), 1 + i % 5)}}
                    .dump() +
                "\n";
        }
        const Reading reading = readAll(put("held.jsonl", content), {0.1, HeldOutFrom::End});
        QCOMPARE(reading.documents.size(), starts.size());
        for (std::size_t i = 0; i < starts.size(); ++i)
            QCOMPARE(reading.documents[i].heldOut,
                     static_cast<double>(starts[i]) >= 0.9 * static_cast<double>(content.size()));
    }

    void spreadHoldsOutByContent() {
        std::string content;
        for (int i = 0; i < 4000; ++i)
            content += nlohmann::json{{"text", "document " + std::to_string(i % 2000)}}.dump() + "\n";
        const Reading reading = readAll(put("spread.jsonl", content), {0.2, HeldOutFrom::Spread});
        for (std::size_t i = 0; i < 2000; ++i)
            QCOMPARE(reading.documents[i].heldOut, reading.documents[i + 2000].heldOut);
        const double share = static_cast<double>(reading.counts.heldOutDocuments) / 4000;
        QVERIFY2(std::abs(share - 0.2) < 0.04, qPrintable(QString::number(share)));  // four standard deviations

        const std::string text = englishLike(6, 20000);
        const Reading blocks = readAll(put("spread.txt", text), {0.2, HeldOutFrom::Spread});
        QVERIFY(blocks.documents.size() > 20);
        std::string together;
        for (const Document& document : blocks.documents) {
            QVERIFY(document.text.ends_with('\n') && document.text.size() >= 4096 - 200);
            together += document.text;
        }
        QVERIFY(together == text);
        const double part = static_cast<double>(blocks.counts.heldOutBytes) / static_cast<double>(text.size());
        QVERIFY2(std::abs(part - 0.2) < 0.1, qPrintable(QString::number(part)));
    }

    void templatesForChat() {
        train(
            englishLike(7, 500),
            [] {
                TokenizerTraining options;
                options.vocabSize = 420;
                options.userSymbols = specialTexts(Template::B2B4T);
                return options;
            }(),
            root() / "t.model");
        const auto tokenizer = loadTokenizer(root() / "t.model");
        const std::vector<Message> one{{Role::User, "Why?"}};
        const std::vector<Message> more{
            {Role::System, "S"}, {Role::User, "a"}, {Role::Assistant, "b"}, {Role::User, "c"}};
        const std::tuple<Template, std::vector<Message>, const char*> cases[] = {
            {Template::Plain, one, "Why?"},
            {Template::Plain, more, "S\nab\nc"},
            {Template::Instruction, one, "### Instruction:\nWhy?\n\n### Response:\n"},
            {Template::Instruction, more,
             "### System:\nS\n\n### User:\na\n\n### Assistant:\nb\n\n### User:\nc\n\n### Assistant:\n"},
            {Template::B2B4T, one, "User: Why?<|eot_id|>Assistant:"},
            {Template::B2B4T, more,
             "System: S<|eot_id|>User: a<|eot_id|>Assistant: b<|eot_id|>User: c<|eot_id|>Assistant:"}};
        for (const auto& [chatTemplate, messages, text] : cases) {
            std::vector<TokenId> ids = renderPrompt(chatTemplate, messages, *tokenizer);
            QCOMPARE(ids.front(), tokenizer->bos());
            QCOMPARE(QString::fromStdString(tokenizer->decode(ids)), QString::fromUtf8(text));
            if (chatTemplate == Template::Plain) continue;
            // What is trained on begins with the prompt's very tokens: the answer's first token is the next one to
            // come.
            std::vector<Message> answered = messages;
            answered.push_back({Role::Assistant, "dada"});
            const bool pair = chatTemplate == Template::Instruction && messages.size() == 1;
            std::vector<TokenId> trained = tokenizer->encode(pair ? renderInstruction(chatTemplate, "Why?", "dada")
                                                                  : renderTraining(chatTemplate, answered));
            trained.insert(trained.begin(), tokenizer->bos());
            QVERIFY(trained.size() > ids.size() && std::equal(ids.begin(), ids.end(), trained.begin()));
            for (const std::string& stop : stopTexts(chatTemplate)) QVERIFY(!stop.empty());
        }
        // An answer that is begun goes on after its last letter, in the words that training would have.
        for (const Template chatTemplate : {Template::Instruction, Template::B2B4T}) {
            std::vector<Message> begun = more;
            begun.push_back({Role::Assistant, "da"});
            std::vector<Message> whole = more;
            whole.push_back({Role::Assistant, "dada"});
            const std::string prompt = tokenizer->decode(renderPrompt(chatTemplate, begun, *tokenizer));
            QCOMPARE(renderTraining(chatTemplate, whole).substr(0, prompt.size()), prompt);
            QVERIFY(prompt.ends_with("da"));
        }
        QCOMPARE(tokenizer->decode(renderPrompt(Template::Instruction, {one[0], {Role::Assistant, "da"}}, *tokenizer)),
                 std::string("### Instruction:\nWhy?\n\n### Response:\nda"));
        QCOMPARE(tokenizer->decode(renderPrompt(Template::Plain, {one[0], {Role::Assistant, " da"}}, *tokenizer)),
                 std::string("Why? da"));
        QVERIFY(tokenizer->special(kEndOfTurn) > 2);
        QVERIFY(stopTexts(Template::Plain).empty() && specialTexts(Template::Plain).empty());
    }
};

QTEST_APPLESS_MAIN(TestDocuments)
#include "test_documents.moc"
