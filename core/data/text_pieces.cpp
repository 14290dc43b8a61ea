#include "core/data/text_pieces.h"

namespace tritlab {
namespace {

// The last blank that has other characters on both sides: what a tokenizer does with blanks at the ends of a text, and
// with runs of them, does not matter there. 0: there is none.
std::size_t lastLoneBlank(std::string_view text, std::size_t bytes) {
    const auto isBlank = [](char c) { return c == ' ' || c == '\n' || c == '\t'; };
    for (std::size_t i = bytes - 1; i > 0; --i)
        if (text[i] == ' ' && !isBlank(text[i - 1]) && !isBlank(text[i + 1])) return i;
    return 0;
}

}  // namespace

std::size_t firstPieceBytes(std::string_view text) {
    if (text.size() <= kMaxPieceBytes) return text.size();
    if (const std::size_t blank = lastLoneBlank(text, kMaxPieceBytes); blank > 0) return blank;
    const std::string_view head = text.substr(0, kMaxPieceBytes);
    if (const auto newline = head.rfind('\n'); newline != std::string_view::npos) return newline + 1;
    if (const auto blank = head.rfind(' '); blank != std::string_view::npos && blank > 0) return blank;
    std::size_t cut = kMaxPieceBytes;
    while (cut > kMaxPieceBytes - 4 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    return cut > kMaxPieceBytes - 4 ? cut : kMaxPieceBytes;  // no character is longer than four bytes: this is no UTF-8
}

}  // namespace tritlab
