// What a byte-level BPE tokenizer is made of, whichever file it comes from: tokenizer.json (byte_tokenizer_json.h),
// tiktoken's ranks (tiktoken_file.h) or GGUF's metadata (gguf_byte_vocabulary.h).
#pragma once

#include <string>
#include <vector>

#include "core/base/types.h"
#include "core/data/byte_bpe.h"
#include "core/data/pre_tokenizer.h"

namespace tritlab {

// A token that is matched in the text before it is split: the longest of those that begin leftmost.
struct AddedToken {
    std::string text;
    TokenId id = 0;
    bool special = false;                        // a control token: never made by letters in a text, and gives no text
    bool leftStrip = false, rightStrip = false;  // takes the white space beside it in
    bool singleWord = false;                     // only where no letter or digit is beside it
    bool normalized = false;                     // looked for after the text is composed, and after those that are not
    bool operator==(const AddedToken&) const = default;
};

struct ByteVocabulary {
    std::vector<std::string> tokens;  // the bytes of each id; empty: an added token, or an id without one
    std::vector<BpeMerge> merges;     // by rank
    bool wholeWords = false;          // a word that is a token is taken at once (ignore_merges)
    TokenId unknown = -1;             // for a byte without a token
    bool composed = false;            // text is put into Unicode's composed form first (NFC)
    bool prefixBlank = false;         // a blank is put before a text that begins with none
    std::vector<SplitPass> passes;
    std::vector<AddedToken> added;
    TokenId bos = -1, eos = -1;  // -1: none
    bool addBos = false;         // documents and prompts begin with BOS
    std::vector<TokenId> ends;   // at which an answer ends besides EOS
};

// The merges that rank alone implies where token ids are ranks (tiktoken): each pair of tokens whose bytes together are
// a token has that token's rank.
std::vector<BpeMerge> mergesByRank(const std::vector<std::string>& tokens);

}  // namespace tritlab
