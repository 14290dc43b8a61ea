#include "core/base/utf8.h"

namespace tritlab {
namespace {

unsigned at(std::string_view text, std::size_t i) { return static_cast<unsigned char>(text[i]); }
bool continues(std::string_view text, std::size_t i) { return (at(text, i) & 0xC0U) == 0x80U; }

std::size_t lengthByFirst(unsigned first) {
    if (first < 0x80U) return 1;
    if (first >= 0xC2U && first < 0xE0U) return 2;
    if (first >= 0xE0U && first < 0xF0U) return 3;
    if (first >= 0xF0U && first < 0xF5U) return 4;
    return 0;
}

// The second byte's range rules out overlong forms, surrogates and what lies above U+10FFFF.
bool secondFits(unsigned first, unsigned second) {
    if (first == 0xE0U) return second >= 0xA0U;
    if (first == 0xEDU) return second < 0xA0U;
    if (first == 0xF0U) return second >= 0x90U;
    if (first == 0xF4U) return second < 0x90U;
    return true;
}

// How many bytes of the character at the front of `text` are there and right; `whole` is its full length.
std::size_t validPrefix(std::string_view text, std::size_t& whole) {
    whole = text.empty() ? 0 : lengthByFirst(at(text, 0));
    if (whole == 0) return 0;
    std::size_t have = 1;
    while (have < whole && have < text.size() && continues(text, have)) {
        if (have == 1 && !secondFits(at(text, 0), at(text, 1))) break;
        ++have;
    }
    return have;
}

}  // namespace

std::size_t utf8Length(std::string_view text) {
    std::size_t whole = 0;
    const std::size_t have = validPrefix(text, whole);
    return have == whole ? whole : 0;
}

bool isUtf8(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        if (at(text, i) < 0x80U) {
            ++i;
            continue;
        }
        const std::size_t length = utf8Length(text.substr(i));
        if (length == 0) return false;
        i += length;
    }
    return true;
}

bool isUtf8Beginning(std::string_view text) {
    std::size_t whole = 0;
    const std::size_t have = validPrefix(text, whole);
    return whole > 0 && have < whole && have == text.size();
}

std::string repairUtf8(std::string_view text) {
    std::string repaired;
    for (std::size_t i = 0; i < text.size();) {
        const std::size_t length = utf8Length(text.substr(i));
        repaired += length > 0 ? text.substr(i, length) : std::string_view("\xEF\xBF\xBD");
        i += length > 0 ? length : 1;
    }
    return repaired;
}

std::string utf8Prefix(std::string_view text, std::size_t bytes) {
    std::size_t cut = text.size();
    if (cut > bytes)
        for (cut = bytes; cut > 0 && continues(text, cut);) --cut;
    return std::string(text.substr(0, cut));
}

std::string oneLine(std::string_view text) {
    std::string line;
    for (std::size_t i = 0; i < text.size(); ++i) {
        // U+0085, U+2028 and U+2029 break lines, too.
        const std::string_view rest = text.substr(i);
        const bool pair = rest.starts_with("\xC2\x85");
        const bool triple = rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9");
        const auto byte = static_cast<unsigned char>(text[i]);
        line += byte < 0x20 || byte == 0x7F || pair || triple ? ' ' : text[i];
        i += triple ? 2 : pair ? 1 : 0;
    }
    return line;
}

}  // namespace tritlab
