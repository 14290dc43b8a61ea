#include "core/data/document_reader.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/base/encoding.h"
#include "core/base/error.h"
#include "core/base/hash.h"
#include "core/base/utf8.h"
#include "core/data/json_document.h"
#include "core/data/json_values.h"
#include "core/data/line_reader.h"
#include "core/data/text_pieces.h"

namespace tritlab {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t kMaxJsonBytes = std::size_t{16} << 20;
// longer ones are taken in parts, as if each were a line
constexpr std::size_t kMaxTextLineBytes = std::size_t{1} << 20;
constexpr const char* kTooLong = "is longer than 16 MiB";
constexpr std::size_t kSpreadBlockBytes = 4096;

bool isJson(fs::path path) {
    const auto lower = [](std::string text) {
        for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
        return text;
    };
    if (const std::string packed = lower(path.extension().string()); packed == ".gz" || packed == ".zst")
        path.replace_extension();
    const std::string extension = lower(path.extension().string());
    return extension == ".jsonl" || extension == ".ndjson" || extension == ".json";
}

// A number in [0, 1) that depends on the text alone, so that equal documents fall on the same side.
double shareOf(std::string_view text) {
    const std::string hex = hashHex(text).substr(0, 13);
    std::uint64_t bits = 0;
    std::from_chars(hex.data(), hex.data() + hex.size(), bits, 16);
    return static_cast<double>(bits) * 0x1.0p-52;
}

bool hasText(std::string_view text) { return text.find_first_not_of(" \t\r\n\f\v") != std::string_view::npos; }

// Ends reading early when the taker has enough.
struct Enough {};

// Gathers a document's text and hands it on in pieces.
class PieceWriter {
public:
    PieceWriter(const std::function<bool(const TextPiece&)>& take, ReadCounts& counts) : take_(take), counts_(counts) {}

    void append(const TextSpans& spans, bool heldOut) {
        for (const TextSpan& span : spans) {
            if (span.control) control(span.text, heldOut);
            else append(span.text, heldOut);
        }
    }
    void append(std::string_view text, bool heldOut) {
        open(heldOut);
        buffer_ += text;
        std::string_view rest = buffer_;
        while (rest.size() > kMaxPieceBytes) {
            const std::size_t bytes = firstPieceBytes(rest);
            hand(rest.substr(0, bytes), false);
            rest.remove_prefix(bytes);
        }
        buffer_.erase(0, buffer_.size() - rest.size());
    }

    void end() {
        if (!open_) return;
        (piece_.heldOut ? counts_.heldOutDocuments : counts_.documents) += 1;
        open_ = false;
        hand(buffer_, true);
        buffer_.clear();
    }

private:
    void open(bool heldOut) {
        if (open_ && heldOut != piece_.heldOut) end();
        if (open_) return;
        open_ = true;
        piece_.begins = true;
        piece_.heldOut = heldOut;
    }
    void control(std::string_view text, bool heldOut) {
        open(heldOut);
        if (!buffer_.empty()) hand(buffer_, false);
        buffer_.clear();
        piece_.control = true;
        hand(text, false);
        piece_.control = false;
    }
    void hand(std::string_view text, bool ends) {
        piece_.text = text;
        piece_.ends = ends;
        (piece_.heldOut ? counts_.heldOutBytes : counts_.trainBytes) += static_cast<std::int64_t>(text.size());
        const bool more = take_(piece_);
        piece_.begins = false;
        if (!more) throw Enough{};
    }

    const std::function<bool(const TextPiece&)>& take_;
    ReadCounts& counts_;
    TextPiece piece_;
    std::string buffer_;
    bool open_ = false;
};

class SourceReader {
public:
    SourceReader(const SourceFiles& source, Template chatTemplate, const Split& split,
                 const std::function<bool(const TextPiece&)>& take, const std::function<void(std::int64_t)>& progress,
                 const StopToken& stop)
        : source_(source), template_(chatTemplate), split_(split), progress_(progress), stop_(stop),
          writer_(take, counts_),
          cutoff_(split.heldOut > 0 ? std::llround((1 - split.heldOut) * static_cast<double>(source.bytes))
                                    : source.bytes + 1) {}

    ReadCounts read() {
        try {
            for (const SourceFile& file : source_.files) readFile(file);
        } catch (const Enough&) {
            return counts_;
        }
        if (counts_.documents + counts_.heldOutDocuments == 0) {
            throw Error("holds no text that could be used" + firstReason(), source_.path,
                        "Name text in UTF-8, or JSON lines with text, content, messages, or prompt and response");
        }
        return counts_;
    }

private:
    [[nodiscard]] std::string firstReason() const {
        if (counts_.skips.first().empty()) return {};
        const SkippedLine& first = counts_.skips.first().front();
        const std::string at = first.line > 0 ? ":" + std::to_string(first.line) : "";
        return " (first: " + first.file + at + " " + first.reason + ")";
    }

    void skip(const SourceFile& file, std::int64_t line, const std::string& reason) {
        counts_.skips.skip(file.path.string(), line, reason);
    }

    void look(std::int64_t offset) {
        if (stop_.stopRequested()) throw Error("was stopped while it was read", source_.path, {}, ErrorKind::Failed);
        if (progress_ && before_ + offset >= reported_ + (1 << 20)) progress_(reported_ = before_ + offset);
    }

    void readFile(const SourceFile& file) {
        const std::int64_t documents = counts_.documents + counts_.heldOutDocuments;
        LineReader reader(file.path, file.json ? kMaxJsonBytes : kMaxTextLineBytes);
        if (const std::string why = reader.whyBinary(); !why.empty()) unusable(file, why, "Name text in UTF-8");
        else if (file.json && JsonValues::spansLines(reader.head())) readJsonValues(file);
        else if (file.json) readJsonLines(file, reader);
        else readText(file, reader);
        before_ += file.bytes;
        if (progress_) progress_(reported_ = before_);
        if (!source_.folder && counts_.documents + counts_.heldOutDocuments == documents)
            unusable(
                file, file.bytes == 0 ? "is empty" : "holds no text that could be used" + firstReason(),
                file.json
                    ? "Each line, or each element of one array, has to be an object with text, content, messages, or "
                      "prompt and response"
                    : "Name text in UTF-8");
    }

    // A file that was named has to be usable; one that merely lies in a named folder is passed over.
    void unusable(const SourceFile& file, const std::string& why, const std::string& hint) {
        if (!source_.folder) throw Error(why, file.path.string(), hint);
        skipCounted(file, 0, why);
    }

    void readJsonLines(const SourceFile& file, LineReader& reader) {
        for (Line line; reader.next(line);) {
            look(reader.offset());
            if (!line.starts) continue;
            if (line.ends) take(file, line.text, line.number, line.offset);
            else skipCounted(file, line.number, kTooLong);
        }
    }

    void readJsonValues(const SourceFile& file) {
        JsonValues values(file.path, kMaxJsonBytes);
        for (JsonValue value; values.next(value);) {
            look(values.offset());
            if (value.tooLong) skipCounted(file, value.line, kTooLong);
            else take(file, value.text, value.line, value.offset);
        }
    }

    void skipCounted(const SourceFile& file, std::int64_t line, const std::string& reason) {
        counts_.skips.countLine();
        skip(file, line, reason);
    }

    void take(const SourceFile& file, std::string_view json, std::int64_t line, std::int64_t offset) {
        std::string reason;
        const std::optional<TextSpans> spans = documentOfJson(json, template_, reason);
        if (!spans) return skipCounted(file, line, reason);
        counts_.skips.countLine();
        const bool heldOut =
            split_.from == HeldOutFrom::End ? isBehindCutoff(offset) : shareOf(plainText(*spans)) < split_.heldOut;
        writer_.append(*spans, heldOut);
        writer_.end();
    }

    // Lines wait in blocks_ until it is known on which side they go and that the document holds more than blanks.
    void readText(const SourceFile& file, LineReader& reader) {
        std::string block;
        bool heldOut = false, seenText = false;
        const auto flush = [&] {
            if (block.empty()) return;
            if (split_.from == HeldOutFrom::Spread) heldOut = shareOf(block) < split_.heldOut;
            writer_.append(block, heldOut);
            block.clear();
        };
        for (Line line; reader.next(line);) {
            look(reader.offset());
            if (line.starts) counts_.skips.countLine();
            if (line.text.find('\0') != std::string::npos || !isUtf8(line.text)) {
                skip(file, line.number,
                     line.text.find('\0') != std::string::npos ? "holds NUL bytes" : notUtf8(line.text));
                continue;
            }
            if (!seenText && !hasText(line.text)) continue;  // blank lines before the text
            seenText = true;
            if (split_.from == HeldOutFrom::End && isBehindCutoff(line.offset) != heldOut) {
                flush();
                heldOut = true;
            }
            block += withNewlines(line.text);
            if (line.newline) block += '\n';
            if (block.size() >= kSpreadBlockBytes && (line.ends || block.size() >= kMaxTextLineBytes)) flush();
        }
        flush();
        writer_.end();
    }

    [[nodiscard]] bool isBehindCutoff(std::int64_t offset) const { return before_ + offset >= cutoff_; }

    const SourceFiles& source_;
    const Template template_;
    const Split split_;
    const std::function<void(std::int64_t)>& progress_;
    const StopToken& stop_;
    ReadCounts counts_;
    PieceWriter writer_;
    const std::int64_t cutoff_;               // byte of the source from where on text is held out
    std::int64_t before_ = 0, reported_ = 0;  // bytes of the files before this one; last told to progress_
};

SourceFile describe(const fs::path& path) { return {path, textBytes(path), isJson(path)}; }

void listFolder(const fs::path& folder, SourceFiles& source) {
    std::vector<fs::path> paths;
    for (fs::recursive_directory_iterator entry(folder), end; entry != end; ++entry) {
        if (entry->path().filename().string().starts_with('.')) {
            if (entry->is_directory()) entry.disable_recursion_pending();
        } else if (entry->is_regular_file()) {
            paths.push_back(entry->path());
        }
    }
    std::ranges::sort(paths);
    for (const fs::path& path : paths) source.files.push_back(describe(path));
}

}  // namespace

fs::path resolveSource(const std::string& path) {
    constexpr std::string_view prefix = "builtin:";
    if (!path.starts_with(prefix)) return path;
    const std::string name = path.substr(prefix.size());
    const fs::path folder = corporaFolder();
    std::string known;
    std::error_code ignored;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(folder, ignored))
        if (entry.is_regular_file(ignored)) files.push_back(entry.path());
    std::ranges::sort(files);
    for (const fs::path& file : files) {
        if (file.filename().string().starts_with('.')) continue;
        if (!name.empty() && (file.stem() == name || file.filename() == name)) return file;
        known += (known.empty() ? "" : ", ") + file.stem().string();
    }
    throw Error(
        "there is no built-in text of this name", path,
        known.empty() ? "None is installed in " + folder.string() + " yet: ./start makes them" : "There are: " + known);
}

SourceFiles listSource(const std::string& path) {
    if (path.empty()) throw Error("a source of text has no path", "data", "Name a file, a folder or builtin:NAME");
    const fs::path resolved = resolveSource(path);
    SourceFiles source;
    source.path = path;
    std::error_code error;
    const fs::file_status status = fs::status(resolved, error);
    if (status.type() == fs::file_type::not_found)
        throw Error("there is no such file or folder", resolved.string(), "Check the path");
    if (fs::is_directory(status)) {
        source.folder = true;
        try {
            listFolder(resolved, source);
        } catch (const fs::filesystem_error& failure) {
            throw Error("the folder cannot be read (" + failure.code().message() + ")", resolved.string(),
                        "Check who may read it");
        }
        if (source.files.empty())
            throw Error("the folder holds no file", resolved.string(), "Name one that holds text");
    } else if (fs::is_regular_file(status)) {
        source.files.push_back(describe(resolved));
    } else {
        throw Error("is neither a file nor a folder", resolved.string(), "Name a file or a folder");
    }
    for (const SourceFile& file : source.files) source.bytes += file.bytes;
    return source;
}

ReadCounts readSource(const SourceFiles& source, Template chatTemplate, const Split& split,
                      const std::function<bool(const TextPiece&)>& take,
                      const std::function<void(std::int64_t)>& progress, const StopToken& stop) {
    return SourceReader(source, chatTemplate, split, take, progress, stop).read();
}

}  // namespace tritlab
