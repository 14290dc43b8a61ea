// The tables are written by tests/fixtures/make_jinja_unicode.py, of Python's own answers.
#include "core/jinja/unicode.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>

#include "core/jinja/text.h"

namespace tritlab::jinja {

namespace {

enum Property : std::uint16_t {
    kAlpha = 1,
    kDecimal = 2,
    kDigit = 4,
    kNumeric = 8,
    kSpace = 16,
    kUpper = 32,
    kLower = 64,
    kTitle = 128,
    kPrintable = 256,
    kCaseIgnorable = 512
};
// Characters first, first + step, … up to last become themselves plus delta.
struct CaseRun {
    std::int32_t first, last, step, delta;
};
// One character that becomes several (zero ends them).
struct CaseSpecial {
    std::int32_t character;
    std::array<char32_t, 3> becomes;
};

#include "core/jinja/unicode.inc"

bool has(char32_t c, Property property) {
    // Each entry: where a run of like characters begins, times 64, plus the number of its set of properties.
    const auto* after =
        std::upper_bound(std::begin(kRuns), std::end(kRuns), (static_cast<std::uint32_t>(c) << 6) | 63u);
    return (kSets[*std::prev(after) & 63u] & property) != 0;
}

template <std::size_t kRunCount, std::size_t kSpecialCount>
std::string changed(char32_t c, const CaseRun (&runs)[kRunCount], const CaseSpecial (&specials)[kSpecialCount]) {
    const auto character = static_cast<std::int32_t>(c);
    const auto* special =
        std::lower_bound(std::begin(specials), std::end(specials), character,
                         [](const CaseSpecial& each, std::int32_t at) { return each.character < at; });
    if (special != std::end(specials) && special->character == character) {
        std::string out;
        for (const char32_t each : special->becomes) {
            if (each != 0) out += utf8(each);
        }
        return out;
    }
    // Runs may interlock (every other letter of two alphabets), so that a few before the place are looked at.
    const auto* after = std::upper_bound(std::begin(runs), std::end(runs), character,
                                         [](std::int32_t at, const CaseRun& each) { return at < each.first; });
    for (int looked = 0; after != std::begin(runs) && looked < 4; ++looked) {
        --after;
        if (character <= after->last && (character - after->first) % after->step == 0) {
            return utf8(static_cast<char32_t>(character + after->delta));
        }
    }
    return utf8(c);
}

}  // namespace

bool isAlpha(char32_t c) { return has(c, kAlpha); }
bool isDecimal(char32_t c) { return has(c, kDecimal); }
bool isDigit(char32_t c) { return has(c, kDigit); }
bool isNumeric(char32_t c) { return has(c, kNumeric); }
bool isSpace(char32_t c) { return c < 0x80 ? c == ' ' || (c >= 9 && c <= 13) || (c >= 28 && c <= 31) : has(c, kSpace); }
bool isUpper(char32_t c) { return has(c, kUpper); }
bool isLower(char32_t c) { return has(c, kLower); }
bool isTitle(char32_t c) { return has(c, kTitle); }
bool isPrintable(char32_t c) { return has(c, kPrintable); }
bool isCaseIgnorable(char32_t c) { return has(c, kCaseIgnorable); }

int decimalValue(char32_t c) {
    char32_t zero = c;
    while (zero > 0 && isDecimal(zero - 1)) --zero;
    return static_cast<int>((c - zero) % 10);
}

std::string upperOf(char32_t c) { return changed(c, kUpperRuns, kUpperSpecials); }
std::string lowerOf(char32_t c) { return changed(c, kLowerRuns, kLowerSpecials); }
std::string titleOf(char32_t c) {
    const auto* special =
        std::lower_bound(std::begin(kTitleSpecials), std::end(kTitleSpecials), static_cast<std::int32_t>(c),
                         [](const CaseSpecial& each, std::int32_t at) { return each.character < at; });
    if (special == std::end(kTitleSpecials) || special->character != static_cast<std::int32_t>(c)) return upperOf(c);
    std::string out;
    for (const char32_t each : special->becomes) {
        if (each != 0) out += utf8(each);
    }
    return out;
}

}  // namespace tritlab::jinja
