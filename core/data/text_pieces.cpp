#include "core/data/text_pieces.h"

namespace tritlab {

std::size_t firstPieceBytes(std::string_view text) {
    if (text.size() <= kMaxPieceBytes) return text.size();
    const std::string_view head = text.substr(0, kMaxPieceBytes);
    if (const auto newline = head.rfind('\n'); newline != std::string_view::npos) return newline + 1;
    if (const auto blank = head.rfind(' '); blank != std::string_view::npos && blank > 0) return blank;
    std::size_t cut = kMaxPieceBytes;
    while (cut > kMaxPieceBytes - 4 && (static_cast<unsigned char>(text[cut]) & 0xC0U) == 0x80U) --cut;
    return cut > kMaxPieceBytes - 4 ? cut : kMaxPieceBytes;  // no character is longer than four bytes: this is no UTF-8
}

}  // namespace tritlab
