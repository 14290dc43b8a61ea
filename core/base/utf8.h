// UTF-8 as RFC 3629 defines it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace tritlab {

// Bytes of the character that starts `text`: 1..4, or 0 where no valid character starts there (empty, broken or cut
// off).
std::size_t utf8Length(std::string_view text);
bool isUtf8(std::string_view text);
// True where `text` is a proper beginning of a character: more bytes could make it valid.
bool isUtf8Beginning(std::string_view text);
// Each byte that is in no valid character becomes U+FFFD.
std::string repairUtf8(std::string_view text);
// At most `bytes` of valid UTF-8, cut at a character's border.
std::string utf8Prefix(std::string_view text, std::size_t bytes);
// As it can stand in a line of a table: control characters (line breaks, escapes) become blanks.
std::string oneLine(std::string_view text);

}  // namespace tritlab
