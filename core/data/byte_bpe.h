// The merges of byte-level BPE: the ids of a word's bytes, of which neighbours are merged, the lowest rank first and
// the leftmost among equals, until no pair has a rank. Words once seen are remembered with their ids.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

struct BpeMerge {
    TokenId left = 0, right = 0;
    TokenId merged = 0;
};

class ByteBpe {
public:
    // tokens: the bytes of each id, empty where an id stands for no bytes. merges: by rank, the lowest first.
    // wholeWords: a word that is a token is that token, whatever its merges say (ignore_merges). A byte without a token
    // of its own gives `unknown`, or nothing where that is negative.
    ByteBpe(const std::vector<std::string>& tokens, const std::vector<BpeMerge>& merges, bool wholeWords,
            TokenId unknown);
    ~ByteBpe();
    // Appends the ids of each word. Safe to call from several threads: one of them uses the memory.
    void encode(const std::vector<std::string_view>& words, std::vector<TokenId>& ids) const;
    [[nodiscard]] bool hasAllBytes() const;

private:
    struct Pairs;
    struct WholeWords;
    struct Memory;
    void encodeWord(std::string_view word, std::vector<TokenId>& ids) const;
    void merge(std::vector<TokenId>& ids, std::size_t first) const;
    void mergeLong(std::vector<TokenId>& ids, std::size_t first) const;
    std::array<TokenId, 256> byteIds_{};
    TokenId unknown_;
    std::unique_ptr<Pairs> pairs_;
    std::unique_ptr<WholeWords> wholeWords_;  // nullptr: merges decide alone
    mutable std::mutex memoryMutex_;
    std::unique_ptr<Memory> memory_;
};

}  // namespace tritlab
