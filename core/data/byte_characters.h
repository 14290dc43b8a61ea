// The characters that stand for bytes in byte-level BPE's vocabularies (GPT-2's table): printable ones of Latin-1 stand
// for themselves, the other 68, in their order, are U+0100 to U+0143.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tritlab {

std::string bytesAsCharacters(std::string_view bytes);
// std::nullopt where a character stands for no byte.
std::optional<std::string> charactersAsBytes(std::string_view characters);

}  // namespace tritlab
