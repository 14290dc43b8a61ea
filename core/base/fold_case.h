// Text as a search compares it: without the difference of capital and small letters, in every script. As Unicode's case
// folding does, "ß" is "ss" and a final sigma a sigma; accents count.
#pragma once

#include <string>
#include <string_view>

namespace tritlab {

// UTF-8 in, UTF-8 out; bytes that are no UTF-8 stay as they are.
std::string foldCase(std::string_view text);

}  // namespace tritlab
