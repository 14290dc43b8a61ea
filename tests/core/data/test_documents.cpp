// Readers against obvious references: lines, JSON lines in their four shapes, text, folders, splits; what is bad is
// counted with its place; templates.
#include <iconv.h>
#include <zlib.h>
#include <zstd.h>
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

std::string gzip(const std::string& text) {
    z_stream stream{};
    deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
    std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    deflate(&stream, Z_FINISH);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string zstd(const std::string& text) {
    std::string packed(ZSTD_compressBound(text.size()), '\0');
    packed.resize(ZSTD_compress(packed.data(), packed.size(), text.data(), text.size(), 3));
    return packed;
}

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
        const std::tuple<const char*, const char*, const char*, const char*> cases[] = {
            {R"({"prompt":"P","response":"R","type":"x"})", "P\nR", "### Instruction:\nP\n\n### Response:\nR",
             "User: P<|eot_id|>Assistant: R<|eot_id|>"},
            {R"({"prompt":"P","completion":" R"})", "P R", "### Instruction:\nP\n\n### Response:\n R",
             "User: P<|eot_id|>Assistant:  R<|eot_id|>"},
            {R"({"question":"P","answer":"R","response":null})", "P\nR", "### Instruction:\nP\n\n### Response:\nR",
             "User: P<|eot_id|>Assistant: R<|eot_id|>"},
            {R"({"instruction":"I","input":"","output":"O"})", "I\nO", "### Instruction:\nI\n\n### Response:\nO",
             "User: I<|eot_id|>Assistant: O<|eot_id|>"},
            {R"({"instruction":"I","input":"X","output":"O","system":"S","history":[["q","a"]]})", "S\nq\na\nI\n\nX\nO",
             "### System:\nS\n\n### Instruction:\nq\n\n### Response:\na\n\n### Instruction:\nI\n\nX\n\n### "
             "Response:\nO",
             "System: S<|eot_id|>User: q<|eot_id|>Assistant: a<|eot_id|>User: I\n\nX<|eot_id|>Assistant: O<|eot_id|>"},
            {R"({"text":"T \u00e4\r\n"})", "T \u00e4\n", "T \u00e4\n", "T \u00e4\n"},
            {R"({"text":NaN,"content":"C","n":[1e400,-Infinity]})", "C", "C", "C"},
            {R"({"text":"a\ud800b\udc00\ud83d\ude00"})", "a\uFFFDb\uFFFD\U0001F600", "a\uFFFDb\uFFFD\U0001F600",
             "a\uFFFDb\uFFFD\U0001F600"},
            {R"({"content":[{"type":"text","text":"C"},{"text":"D"},"E"]})", "CDE", "CDE", "CDE"},
            {R"({"messages":[{"role":"system","content":"S"},{"role":"User","content":[{"type":"text","text":"U"}]},)"
             R"({"role":"assistant","content":"A","tool_calls":null}]})",
             "S\nU\nA", "### System:\nS\n\n### Instruction:\nU\n\n### Response:\nA",
             "System: S<|eot_id|>User: U<|eot_id|>Assistant: A<|eot_id|>"},
            {R"({"messages":[{"content":"U"}]})", "U", "### Instruction:\nU", "User: U<|eot_id|>"},
            {R"({"conversations":[{"from":"human","value":"U"},{"from":"gpt","value":"A"}],"system":"S"})", "S\nU\nA",
             "### System:\nS\n\n### Instruction:\nU\n\n### Response:\nA",
             "System: S<|eot_id|>User: U<|eot_id|>Assistant: A<|eot_id|>"},
            {R"({"prompt":[{"role":"user","content":"U"}],"completion":[{"role":"assistant","content":"A"}]})", "U\nA",
             "### Instruction:\nU\n\n### Response:\nA", "User: U<|eot_id|>Assistant: A<|eot_id|>"},
        };
        std::string reason;
        const auto rendered = [&](const char* line, Template chatTemplate) {
            const auto spans = documentOfJson(line, chatTemplate, reason);
            return QString::fromStdString(spans ? plainText(*spans) : reason);
        };
        for (const auto& [line, plain, instruction, turns] : cases) {
            QCOMPARE(rendered(line, Template::Plain), QString::fromUtf8(plain));
            QCOMPARE(rendered(line, Template::Instruction), QString::fromUtf8(instruction));
            QCOMPARE(rendered(line, Template::B2B4T), QString::fromUtf8(turns));
        }
    }

    void badJsonHasAReason() {
        const std::pair<std::string, const char*> cases[] = {
            {"", "is empty"},
            {" \t", "is empty"},
            {"{", "not valid JSON"},
            {"[1]", "no JSON object"},
            {"\"text\"", "no JSON object"},
            {"{\"text\":\"caf\xE9\"}", "looks like Windows-1252"},
            {"{\"text\":\"\xCF\xF0\xE8\xE2\xE5\xF2 \xEC\xE8\xF0\"}", "not UTF-8"},
            {R"({"a":1})", "has none of"},
            {R"({"text":5})", "is no text"},
            {R"({"text":""})", "holds no text"},
            {R"({"text":" \n"})", "holds no text"},
            {R"({"text":nan})", "not valid JSON"},
            {R"({"prompt":"p","response":null})", "has none of"},
            {R"({"text":null})", "has none of"},
            {R"({"messages":[{"role":"user","content":null}]})", "no \"content\""},
            {R"({"messages":[{"role":"assistant","content":"c","tool_calls":[{"id":1}]}]})", "\"tool_calls\""},
            {R"({"messages":[{"role":"user","content":"c"}],"tools":[{"name":"f"}]})", "\"tools\""},
            {R"({"messages":[{"role":"user","content":[{"type":"image_url","image_url":"x"}]}]})", "\"image_url\""},
            {R"({"conversations":[{"from":"observation","value":"c"}]})", "role \"observation\""},
            {R"({"instruction":"i","output":"o","history":[["q"]]})", "\"history\""},
            {R"({"prompt":"p"})", "has none of"},
            {R"({"messages":[]})", "no list with messages"},
            {R"({"messages":{}})", "no list"},
            {R"({"messages":[1]})", "no object"},
            {R"({"messages":[{"role":"tool","content":"c"}]})", "role \"tool\""},
            {R"({"messages":[{"role":1,"content":"c"}]})", "is no text"},
            {R"({"messages":[{"role":"user"}]})", "a message has no \"content\""},
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
            if (document) QVERIFY(isUtf8(plainText(*document)) && !plainText(*document).empty());
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
        QCOMPARE(reading.counts.skips.skipped(), 100);
        QCOMPARE(reading.counts.skips.first().size(), std::size_t{100});
        QCOMPARE(reading.counts.skips.first()[1].line, 8);
        QVERIFY(reading.counts.skips.first()[1].file.ends_with("some.jsonl"));
        QVERIFY(!reading.counts.skips.first()[1].reason.empty());
        QCOMPARE(QString::fromStdString(reading.documents[3].text), QStringLiteral("document 5"));
        QCOMPARE(readAll(put("more.ndjson", content + content)).counts.skips.first().size(), std::size_t{100});
    }

    // What Python's json.dump writes: one array, or one object, over as many lines as it likes.
    void jsonValuesMaySpanLines() {
        const std::string element = "  {\n    \"text\": \"one ] } \\\" {\"\n  }";
        const std::pair<const char*, std::string> files[] = {
            {"array.json",
             "[\n" + element + ",\n  {\"text\": \"two\"},\n  7,\n  \"x,]\",\n  [{}],\n  {\"text\":\"three\"}\n]\n"},
            {"one-line.json", "[{\"text\":\"one ] } \\\" {\"},{\"text\":\"two\"},7,\"x,]\",[{}],{\"text\":\"three\"}]"},
            {"objects.json", element + "\n{\n\"text\":\"two\"}\n7 \"x,]\" [{}] {\"text\":\"three\"}"}};
        for (const auto& [name, content] : files) {
            const Reading reading = readAll(put(name, content));
            QCOMPARE(reading.documents.size(), std::size_t{3});
            QCOMPARE(reading.documents[0].text, std::string("one ] } \" {"));
            QCOMPARE(reading.documents[2].text, std::string("three"));
            QCOMPARE(reading.counts.skips.skipped(), 3);
            QCOMPARE(reading.counts.skips.lines(), 6);
            QCOMPARE(reading.counts.skips.reasons().at("is no JSON object"), 3);
        }
        QCOMPARE(readAll(root() / "array.json").counts.skips.first()[0].line, 6);
        // Rows cut out of an array have kept their commas, which are no values.
        const Reading cut = readAll(put("cut.jsonl", "{\"text\":\"a\"},\n{\"text\":\"b\"},\n{\"text\":\"c\"},\n"));
        QCOMPARE(cut.documents.size(), std::size_t{3});
        QCOMPARE(cut.counts.skips.skipped(), 0);
        QCOMPARE(cut.counts.skips.lines(), 3);
        // A line of JSON lines that is broken costs that line alone.
        QCOMPARE(readAll(put("broken-first.jsonl", "{\"text\": \"a\n{\"text\":\"b\"}\n")).documents.size(),
                 std::size_t{1});
        const std::string huge =
            "[{\"text\":\"" + std::string(std::size_t{17} << 20, 'x') + "\"},{\"text\":\"after\"}]";
        const Reading reading = readAll(put("huge.json", huge));
        QCOMPARE(reading.documents.size(), std::size_t{1});
        QCOMPARE(reading.counts.skips.reasons().at("is longer than 16 MiB"), 1);
    }

    // However a file is packed or encoded, its text is the same.
    void packedAndConverted() {
        const std::string text = "Gr\u00FC\u00DFe, \u4E16\u754C \U0001F600\n" + englishLike(4, 20000);
        const auto convert = [](const std::string& from, const char* to) {
            const iconv_t converter = iconv_open(to, "UTF-8");
            std::string out(from.size() * 5 + 16, '\0');
            char *in = const_cast<char*>(from.data()), *at = out.data();
            std::size_t left = from.size(), room = out.size();
            iconv(converter, &in, &left, &at, &room);
            iconv_close(converter);
            out.resize(out.size() - room);
            return out;
        };
        const std::string half1 = text.substr(0, text.size() / 2), half2 = text.substr(text.size() / 2);
        const std::pair<const char*, std::string> files[] = {
            {"a.txt.gz", gzip(text)},
            {"b.txt.gz", gzip(half1) + gzip(half2) + std::string(512, '\0')},
            {"c.txt.zst", zstd(text)},
            {"d.txt.zst", zstd(half1) + zstd(half2)},
            {"e", gzip("\xEF\xBB\xBF" + text)},  // whatever it is called
            {"f.txt", "\xFF\xFE" + convert(text, "UTF-16LE")},
            {"g.txt", "\xFE\xFF" + convert(text, "UTF-16BE")},
            {"h.txt", std::string("\xFF\xFE\0\0", 4) + convert(text, "UTF-32LE")},
            {"i.txt", std::string("\0\0\xFE\xFF", 4) + convert(text, "UTF-32BE")},
            {"j.txt.gz", gzip("\xFF\xFE" + convert(text, "UTF-16LE"))}};
        const Split split{0.25, HeldOutFrom::End};
        const Reading plain = readAll(put("plain.txt", text), split);
        for (const auto& [name, content] : files) {
            const Reading reading = readAll(put(name, content), split);
            QVERIFY2(reading.documents == plain.documents, name);
        }
        std::string lines;
        for (int i = 0; i < 50; ++i) lines += nlohmann::json{{"text", "document " + std::to_string(i)}}.dump() + "\n";
        QVERIFY(readAll(put("k.jsonl.gz", gzip(lines)), split).documents ==
                readAll(put("k.jsonl", lines), split).documents);
        QVERIFY_EXCEPTION_THROWN(readAll(put("l.txt", "\xFF\xFE\x00\xD8\x41")), Error);  // half a surrogate
    }

    // One rule for line ends: CR LF and CR are newlines, in text, in JSON and in what is typed.
    void carriageReturns() {
        QCOMPARE(readAll(put("cr.txt", "a\r\nb\rc\n\rd")).documents[0].text, std::string("a\nb\nc\n\nd"));
        QCOMPARE(readAll(put("cr.jsonl", R"({"text":"a\r\nb\rc\n\rd"})")).documents[0].text,
                 std::string("a\nb\nc\n\nd"));
        const TextSpans spans = renderTraining(Template::Plain, {{Role::User, "a\r\nb\rc\n\rd"}});
        QCOMPARE(plainText(spans), std::string("a\nb\nc\n\nd"));
    }

    void reasonsAreCounted() {
        std::string content;
        for (int i = 0; i < 300; ++i)
            content += i % 50 == 0 ? "bad\n" : i % 100 == 1 ? "{\"text\":7}\n" : "{\"text\":\"x\"}\n";
        const SkipReport skips = readAll(put("reasons.jsonl", content)).counts.skips;
        QCOMPARE(skips.lines(), 300);
        QCOMPARE(skips.skipped(), 9);
        QCOMPARE(skips.reasons().at("is not valid JSON"), 6);
        QCOMPARE(skips.reasons().at("\"text\" is no text"), 3);
        QVERIFY(skips.losesMuch());
        QVERIFY(skips.text().starts_with(
            "9 of 300 lines were skipped (6: is not valid JSON; 3: \"text\" is no text), the first: "));
        QCOMPARE(SkipReport::ofState(skips.state()).summary().dump(), skips.summary().dump());
        SkipReport many;
        for (int i = 0; i < 100; ++i) many.skip("f", i, "reason " + std::to_string(i));
        QCOMPARE(many.reasons().size(), SkipReport::maxReasons + 1);
        QCOMPARE(many.reasons().at("other reasons"), 68);
        QVERIFY(!SkipReport().losesMuch() && SkipReport().text().empty());
    }

    void hugeJsonLinesArePassedOver() {
        const std::string huge = "{\"text\":\"" + std::string(std::size_t{17} << 20, 'x') + "\"}";
        const Reading reading = readAll(put("huge.jsonl", huge + "\n{\"text\":\"after\"}\n" + huge));
        QCOMPARE(reading.documents.size(), std::size_t{1});
        QCOMPARE(reading.counts.skips.skipped(), 2);
        QCOMPARE(reading.counts.skips.first()[1].line, 3);
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
        QCOMPARE(reading.counts.skips.skipped(), 2);
        QCOMPARE(reading.counts.skips.first()[0].line, 2002);
        QCOMPARE(QString::fromStdString(reading.counts.skips.first()[0].reason),
                 QStringLiteral("is not UTF-8; looks like Windows-1252"));
        QCOMPARE(QString::fromStdString(reading.counts.skips.first()[1].reason), QStringLiteral("holds NUL bytes"));
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
            {put("latin1.txt", "\xE4\xF6\xFC\n\xE4\n"), "latin1.txt:1 is not UTF-8"},
            {put("array.json", "[\n1,\n{\"a\": 2}\n]"), "array.json:2 is no JSON object"},
            {put("utf16.txt", std::string("o\0n\0e\0 \0t\0w\0o\0 \0t\0h\0r\0e\0e\0", 26)), "UTF-16LE without"},
            {put("words.txt.xz", std::string("\xFD"
                                             "7zXZ\0\0\4",
                                             8)),
             "xz"},
            {put("cut.txt.gz", gzip("some text that is packed").substr(0, 20)), "ends in the middle"},
            {put("bad.txt.gz", "\x1F\x8B\x08\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"), "bad.txt.gz"},
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
        QCOMPARE(reading.counts.skips.skipped(), 3);  // a bad line, a picture, a line that is not UTF-8
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

    // Text trained and text prompted are the same text: at each place where the assistant is to speak, the prompt's ids
    // are the first ids of the trained text, whatever people wrote, control tokens spelled out included.
    void promptsAreBeginningsOfTrainedText() {
        std::mt19937 random(11);
        const auto words = [&random] {
            const char* some[] = {"da",   " ba",   "\n",   "  ",      "### Response:\n", "<|eot_id|>",
                                  "\t",   "User:", "\r\n", ": ",      "Assistant: ",     "\u00E4\u4E16",
                                  ".",    "do di", "\xFF", "\u2581x", "<|eot",           "\u2581\u2581",
                                  "\n\n", " ",     "0:"};
            std::string text;
            for (std::uint32_t n = random() % 6; n > 0; --n) text += some[random() % std::size(some)];
            return text;
        };
        for (const TokenizerModel model : {TokenizerModel::Bpe, TokenizerModel::Unigram}) {
            TokenizerTraining options;
            options.vocabSize = 420;
            options.model = model;
            options.userSymbols = specialTexts(Template::B2B4T);
            train(englishLike(7, 500), options, root() / "p.model");
            const auto tokenizer = loadTokenizer(root() / "p.model");
            for (int round = 0; round < 3000; ++round) {
                std::vector<Message> messages;
                if (random() % 3 == 0) messages.push_back({Role::System, words()});
                for (std::uint32_t turns = 1 + random() % 3; turns > 0; --turns) {
                    messages.push_back({Role::User, words()});
                    messages.push_back({Role::Assistant, words()});
                }
                for (const Template chatTemplate : {Template::Plain, Template::Instruction, Template::B2B4T}) {
                    const TextSpans spans = renderTraining(chatTemplate, messages);
                    std::vector<TokenId> trained = encodeSpans(spans, *tokenizer);
                    trained.insert(trained.begin(), tokenizer->bos());
                    // Control tokens are those of the template and no others.
                    const auto controls = std::ranges::count(trained, tokenizer->special(kEndOfTurn));
                    QCOMPARE(static_cast<std::size_t>(controls),
                             chatTemplate == Template::B2B4T ? messages.size() : std::size_t{0});
                    for (std::size_t i = 1; i < messages.size(); ++i) {
                        if (messages[i].role != Role::Assistant) continue;
                        const std::vector<Message> before(messages.begin(),
                                                          messages.begin() + static_cast<std::ptrdiff_t>(i));
                        const std::vector<TokenId> ids = renderPrompt(chatTemplate, before, *tokenizer);
                        QVERIFY2(ids.size() <= trained.size() && std::equal(ids.begin(), ids.end(), trained.begin()),
                                 (plainText(spans) + " | " + tokenizer->decode(ids)).c_str());
                    }
                }
            }
        }
    }

    // A document's letters stay letters, also where they spell a control token; the template's are the token.
    void controlTokensInDocumentsAreText() {
        TokenizerTraining options;
        options.vocabSize = 420;
        options.userSymbols = specialTexts(Template::B2B4T);
        train(englishLike(7, 500), options, root() / "c.model");
        const auto tokenizer = loadTokenizer(root() / "c.model");
        const TokenId control = tokenizer->special(kEndOfTurn);
        for (const std::string text : {"<|eot_id|>", "a<|eot_id|><|eot_id|>b", "<<|eot_id|>", "<|eot_id|"}) {
            const std::vector<TokenId> ids = tokenizer->encode(text);
            QVERIFY(std::ranges::count(ids, control) == 0);
            QCOMPARE(tokenizer->decode(ids), text);
        }
        std::string pieces;
        const auto take = [&](const TextPiece& piece) {
            pieces += (piece.control ? "[" : "(") + piece.text + (piece.control ? "]" : ")") + (piece.ends ? "." : "");
            return true;
        };
        (void)readSource(listSource(put("c.jsonl", R"({"prompt":"a<|eot_id|>","response":"b"})").string()),
                         Template::B2B4T, {}, take, {}, {});
        QCOMPARE(pieces, std::string("(User: a<|eot_id|>)[<|eot_id|>](Assistant: b)[<|eot_id|>]()."));
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
            {Template::Plain, more, "S\na\nb\nc"},
            {Template::Instruction, one, "### Instruction:\nWhy?\n\n### Response:\n"},
            {Template::Instruction, more,
             "### System:\nS\n\n### Instruction:\na\n\n### Response:\nb\n\n### Instruction:\nc\n\n### Response:\n"},
            {Template::B2B4T, one, "User: Why?<|eot_id|>Assistant:"},
            {Template::B2B4T, more,
             "System: S<|eot_id|>User: a<|eot_id|>Assistant: b<|eot_id|>User: c<|eot_id|>Assistant:"}};
        for (const auto& [chatTemplate, messages, text] : cases) {
            std::vector<TokenId> ids = renderPrompt(chatTemplate, messages, *tokenizer);
            QCOMPARE(ids.front(), tokenizer->bos());
            QCOMPARE(QString::fromStdString(tokenizer->decode(ids)), QString::fromUtf8(text));
            for (const std::string& stop : stopTexts(chatTemplate)) QVERIFY(!stop.empty());
        }
        // An answer that is begun goes on after its last letter, in the words that training would have.
        for (const Template chatTemplate : {Template::Instruction, Template::B2B4T}) {
            std::vector<Message> begun = more;
            begun.push_back({Role::Assistant, "da"});
            std::vector<Message> whole = more;
            whole.push_back({Role::Assistant, "dada"});
            const std::string prompt = tokenizer->decode(renderPrompt(chatTemplate, begun, *tokenizer));
            QCOMPARE(plainText(renderTraining(chatTemplate, whole)).substr(0, prompt.size()), prompt);
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
