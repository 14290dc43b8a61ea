#include "core/base/encoding.h"

#include <algorithm>
#include <array>

namespace tritlab {
namespace {

using namespace std::literals;

struct Mark {
    std::string_view bytes;
    TextEncoding encoding;
};
// UTF-32's little-endian mark begins as UTF-16's does.
constexpr std::array<Mark, 5> marks{{{"\xFF\xFE\0\0"sv, TextEncoding::Utf32Le},
                                     {"\0\0\xFE\xFF"sv, TextEncoding::Utf32Be},
                                     {"\xEF\xBB\xBF"sv, TextEncoding::Utf8},
                                     {"\xFF\xFE"sv, TextEncoding::Utf16Le},
                                     {"\xFE\xFF"sv, TextEncoding::Utf16Be}}};

bool isHigh(char c) { return static_cast<unsigned char>(c) >= 0x80; }
bool isLetter(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }

}  // namespace

MarkedEncoding markedEncoding(std::string_view head) {
    for (const Mark& mark : marks)
        if (head.starts_with(mark.bytes)) return {mark.encoding, mark.bytes.size()};
    return {};
}

const char* iconvName(TextEncoding encoding) {
    switch (encoding) {
        case TextEncoding::Utf8: return "UTF-8";
        case TextEncoding::Utf16Le: return "UTF-16LE";
        case TextEncoding::Utf16Be: return "UTF-16BE";
        case TextEncoding::Utf32Le: return "UTF-32LE";
        case TextEncoding::Utf32Be: return "UTF-32BE";
    }
    return "";
}

// Text in Latin letters has its zero bytes at fixed places of each unit.
std::string unmarkedEncoding(std::string_view head) {
    head = head.substr(0, 4096);
    std::array<std::size_t, 4> zeros{};
    for (std::size_t i = 0; i < head.size(); ++i) zeros[i % 4] += head[i] == '\0' ? 1 : 0;
    const std::size_t units = head.size() / 4;
    if (units < 2) return {};
    const auto most = [&](std::size_t place) { return zeros[place] * 10 >= units * 7; };
    const auto few = [&](std::size_t place) { return zeros[place] * 10 <= units; };
    if (few(0) && most(1) && most(2) && most(3)) return iconvName(TextEncoding::Utf32Le);
    if (most(0) && most(1) && most(2) && few(3)) return iconvName(TextEncoding::Utf32Be);
    if (few(0) && most(1) && few(2) && most(3)) return iconvName(TextEncoding::Utf16Le);
    if (most(0) && few(1) && most(2) && few(3)) return iconvName(TextEncoding::Utf16Be);
    return {};
}

// Western text has its high bytes one at a time among letters; Cyrillic, Greek and others are words of nothing else.
std::string notUtf8(std::string_view line) {
    std::size_t high = 0, pairs = 0, letters = 0;
    for (std::size_t i = 0; i < line.size(); ++i) {
        high += isHigh(line[i]) ? 1 : 0;
        letters += isLetter(line[i]) ? 1 : 0;
        pairs += i > 0 && isHigh(line[i]) && isHigh(line[i - 1]) ? 1 : 0;
    }
    if (2 * pairs > high && high > letters) return "is not UTF-8; looks like another 8-bit or a multi-byte encoding";
    return "is not UTF-8; looks like Windows-1252";
}

}  // namespace tritlab
