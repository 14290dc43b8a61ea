#include "core/base/fold_case.h"

#include <clocale>
#include <cwctype>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

#include "core/base/utf8.h"

namespace tritlab {
namespace {

// The C library's own table of letters, whatever the environment's language is.
locale_t unicode() {
    static const locale_t made = [] {
#ifdef __SANITIZE_ADDRESS__
        const __lsan::ScopedDisabler once;  // where LOCPATH is set, glibc keeps its copy of the path and forgets it
#endif
        return ::newlocale(LC_CTYPE_MASK, "C.UTF-8", static_cast<locale_t>(nullptr));
    }();
    return made;
}

// The character that the bytes of one are.
char32_t decode(std::string_view bytes) {
    char32_t character = static_cast<unsigned char>(bytes.front()) & (0xffU >> (bytes.size() + 1));
    for (const char next : bytes.substr(1)) character = character << 6 | (static_cast<unsigned char>(next) & 0x3fU);
    return character;
}

void encode(char32_t c, std::string& out) {
    const auto tail = [&](int shift) { out += static_cast<char>(0x80 | (c >> shift & 0x3f)); };
    if (c < 0x800) {
        out += static_cast<char>(0xc0 | c >> 6);
    } else if (c < 0x10000) {
        out += static_cast<char>(0xe0 | c >> 12);
        tail(6);
    } else {
        out += static_cast<char>(0xf0 | c >> 18);
        tail(12);
        tail(6);
    }
    tail(0);
}

}  // namespace

std::string foldCase(std::string_view text) {
    std::string folded;
    folded.reserve(text.size());
    while (!text.empty()) {
        const char front = text.front();
        if (static_cast<unsigned char>(front) < 0x80) {
            folded += front >= 'A' && front <= 'Z' ? static_cast<char>(front - 'A' + 'a') : front;
            text.remove_prefix(1);
            continue;
        }
        const std::size_t length = utf8Length(text);
        if (length == 0) {
            folded += front;
            text.remove_prefix(1);
            continue;
        }
        const char32_t character = decode(text.substr(0, length));
        text.remove_prefix(length);
        if (character == U'ß' || character == U'ẞ') {
            folded += "ss";
            continue;
        }
        // By way of the capital: a final sigma, a long s and their like have the same one as the usual letter.
        const locale_t table = unicode();
        const auto wide = static_cast<std::wint_t>(character);
        const auto small = table == static_cast<locale_t>(nullptr)
                               ? character
                               : static_cast<char32_t>(::towlower_l(::towupper_l(wide, table), table));
        if (small < 0x80) folded += static_cast<char>(small);
        else encode(small, folded);
    }
    return folded;
}

}  // namespace tritlab
