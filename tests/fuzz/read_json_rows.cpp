// Rows of JSON as documents: JSON lines, one array, values over several lines; in each template.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <optional>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/document_reader.h"
#include "core/data/json_document.h"
#include "core/data/json_values.h"
#include "core/data/text_pieces.h"
#include "tests/fuzz/scratch.h"

namespace tritlab::fuzz {
namespace {

void checkSource(const std::filesystem::path& path, Template chatTemplate, HeldOutFrom from) {
    std::string text;
    std::int64_t pieceBytes = 0, begun = 0, ended = 0;
    const auto take = [&](const TextPiece& piece) {
        require(isUtf8(piece.text), "a piece is not UTF-8");
        require(piece.text.size() <= kMaxPieceBytes, "a piece is longer than pieces are");
        require(piece.text.find('\r') == std::string::npos, "a piece holds a CR");
        require(begun == ended + (piece.begins ? 0 : 1), "a document begins within another, or a piece is in none");
        pieceBytes += static_cast<std::int64_t>(piece.text.size());
        begun += piece.begins ? 1 : 0;
        ended += piece.ends ? 1 : 0;
        return true;
    };
    try {
        const SourceFiles source = listSource(path.string());
        const ReadCounts counts = readSource(source, chatTemplate, {0.25, from}, take, {}, {});
        const std::int64_t documents = counts.documents + counts.heldOutDocuments;
        require(begun == documents && ended == documents, "documents begin, end and are counted differently");
        require(pieceBytes == counts.trainBytes + counts.heldOutBytes, "bytes are counted wrongly");
        require(documents + counts.skips.skipped() == counts.skips.lines(), "a row is neither document nor skipped");
        std::int64_t reasons = 0;
        for (const auto& [reason, count] : counts.skips.reasons()) {
            require(isUtf8(reason), "a reason is not UTF-8");
            reasons += count;
        }
        require(reasons == counts.skips.skipped(), "reasons do not add up");
        (void)counts.skips.summary().dump();  // what --json tells
        (void)counts.skips.state().dump();
    } catch (const Error&) {
        // packed data that is damaged, or no row of use
    }
}

// A row says the same in every template, and its reason is told.
void checkRow(std::string_view row) {
    std::optional<bool> usable;
    for (const Template chatTemplate : {Template::Plain, Template::Instruction, Template::B2B4T}) {
        std::string reason;
        const std::optional<TextSpans> spans = documentOfJson(row, chatTemplate, reason);
        require(spans.has_value() == usable.value_or(spans.has_value()), "a row is a document in one template only");
        usable = spans.has_value();
        require(spans || !reason.empty(), "a row is refused without a reason");
        require(isUtf8(reason), "a reason is not UTF-8");
        if (spans) require(isUtf8(plainText(*spans)), "a document is not UTF-8");
    }
}

}  // namespace

void readJsonRows(std::string_view bytes) {
    const auto path = scratchFile("rows/file.jsonl", bytes);
    checkRow(bytes);
    for (std::string_view rest = bytes; !rest.empty();) {
        const std::string_view row = rest.substr(0, rest.find('\n'));
        checkRow(row);
        rest.remove_prefix(std::min(row.size() + 1, rest.size()));
    }
    try {
        JsonValues values(path, 64);
        std::int64_t before = -1;
        for (JsonValue value; values.next(value);) {
            require(value.offset > before, "a value does not lie behind the one before it");
            require(!value.text.empty() || value.tooLong, "a value is empty");
            before = value.offset;
        }
    } catch (const Error&) {
        // packed data that is damaged
    }
    // One of the templates for each input: the file is read in pieces of a quarter of a megabyte, which takes its time.
    constexpr std::array templates{Template::Plain, Template::Instruction, Template::B2B4T};
    const std::size_t kind = bytes.size() % 6;
    checkSource(path, templates[kind / 2], kind % 2 == 0 ? HeldOutFrom::End : HeldOutFrom::Spread);
}

}  // namespace tritlab::fuzz
