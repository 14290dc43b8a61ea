// The fixed rule by which long text is cut into pieces: tokenization of a document is the concatenation of its pieces',
// so a document of any size is read in bounded memory and the tokens do not depend on how large the reads are.
#pragma once

#include <cstddef>
#include <string_view>

namespace tritlab {

inline constexpr std::size_t kMaxPieceBytes = 65536;

// Bytes of the first piece of `text`, which starts a document or follows a piece. A text of at most kMaxPieceBytes is
// one piece. A longer one is cut before the last blank within them that stands alone between other characters, else
// after the last newline, else before the last blank, else at a character's border. The rule looks at the first
// kMaxPieceBytes + 1 bytes only.
std::size_t firstPieceBytes(std::string_view text);

}  // namespace tritlab
