#include "core/base/fold_case.h"

#include <clocale>
#include <cwctype>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/lsan_interface.h>
#endif

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

// The character at the front and its bytes; 0 bytes where none is.
struct Decoded {
    char32_t character = 0;
    std::size_t bytes = 0;
};

Decoded decode(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t bytes = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc2 ? 2 : 0;
    if (bytes == 0 || text.size() < bytes || lead > 0xf4) return {};
    char32_t character = lead & (0xffU >> (bytes + 1));
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto next = static_cast<unsigned char>(text[i]);
        if ((next & 0xc0) != 0x80) return {};
        character = character << 6 | (next & 0x3fU);
    }
    return {character, bytes};
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
        const Decoded next = decode(text);
        if (next.bytes == 0) {
            folded += front;
            text.remove_prefix(1);
            continue;
        }
        text.remove_prefix(next.bytes);
        if (next.character == U'ß' || next.character == U'ẞ') {
            folded += "ss";
            continue;
        }
        // By way of the capital: a final sigma, a long s and their like have the same one as the usual letter.
        const locale_t table = unicode();
        const auto wide = static_cast<std::wint_t>(next.character);
        const auto small = table == static_cast<locale_t>(nullptr) ? next.character : static_cast<char32_t>(::towlower_l(::towupper_l(wide, table), table));
        if (small < 0x80) folded += static_cast<char>(small);
        else encode(small, folded);
    }
    return folded;
}

}  // namespace tritlab
