// Text as it lies on the disk: TextStream, and readSource over a plain text file.
#include <string>

#include "core/base/error.h"
#include "core/base/utf8.h"
#include "core/data/document_reader.h"
#include "core/data/text_stream.h"
#include "tests/fuzz/scratch.h"

namespace tritlab::fuzz {
namespace {

std::string readAll(TextStream& stream, std::size_t step) {
    std::string text, block(step, '\0');
    for (std::size_t got = 0; (got = stream.read(block.data(), block.size())) > 0;) text.append(block, 0, got);
    return text;
}

}  // namespace

void readText(std::string_view bytes) {
    const auto path = scratchFile("text/file.txt", bytes);
    bool damaged = false;
    try {
        TextStream stream(path);
        const std::string text = readAll(stream, 4093);
        if (stream.plain()) require(text == bytes.substr(stream.markBytes()), "plain text is not the file's own bytes");
        require(textBytes(path) == static_cast<std::int64_t>(text.size() + stream.markBytes()),
                "the text has not the length that was told");
    } catch (const Error&) {
        damaged = true;  // packed data
    }
    // One way to hold out for each input: the file is read in pieces of a quarter of a megabyte, which takes its time.
    const HeldOutFrom from = bytes.size() % 2 == 0 ? HeldOutFrom::End : HeldOutFrom::Spread;
    std::int64_t pieceBytes = 0, begun = 0, ended = 0;
    const auto take = [&](const TextPiece& piece) {
        require(isUtf8(piece.text), "a piece is not UTF-8");
        require(piece.text.find('\r') == std::string::npos, "a piece holds a CR");
        require(piece.text.find('\0') == std::string::npos, "a piece holds a NUL");
        require(!piece.control, "plain text holds a control token");
        pieceBytes += static_cast<std::int64_t>(piece.text.size());
        begun += piece.begins ? 1 : 0;
        ended += piece.ends ? 1 : 0;
        return true;
    };
    try {
        const SourceFiles source = listSource(path.string());
        const ReadCounts counts = readSource(source, Template::Plain, {0.25, from}, take, {}, {});
        require(!damaged, "a damaged file is text all the same");
        require(begun == counts.documents + counts.heldOutDocuments && begun == ended,
                "documents begin, end and are counted differently");
        require(pieceBytes == counts.trainBytes + counts.heldOutBytes, "bytes are counted wrongly");
        require(counts.skips.skipped() <= counts.skips.lines(), "more lines were skipped than there are");
    } catch (const Error&) {
        // binary, damaged, or without text
    }
}

}  // namespace tritlab::fuzz
