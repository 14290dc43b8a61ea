// Encodings of text other than UTF-8: which one a file's first bytes tell, and which one a line looks like.
#pragma once

#include <string>
#include <string_view>

namespace tritlab {

// By the byte order mark at the beginning; Utf8 where there is none.
enum class TextEncoding { Utf8, Utf16Le, Utf16Be, Utf32Le, Utf32Be };
struct MarkedEncoding {
    TextEncoding encoding = TextEncoding::Utf8;
    std::size_t markBytes = 0;
};
MarkedEncoding markedEncoding(std::string_view head);
const char* iconvName(TextEncoding encoding);  // "UTF-16LE"

// What bytes look like that hold NULs and no mark: "UTF-16LE", "UTF-32BE", …; empty: none of these, but binary.
std::string unmarkedEncoding(std::string_view head);
// "is not UTF-8; looks like Windows-1252": for a reason. Of a line that is no valid UTF-8.
std::string notUtf8(std::string_view line);

}  // namespace tritlab
