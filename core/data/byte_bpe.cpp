#include "core/data/byte_bpe.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <queue>
#include <unordered_map>

namespace tritlab {
namespace {

constexpr std::uint32_t noRank = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t shortWord = 48;  // up to here a scan for the lowest rank is quicker than a queue
// The memory of words: what is longer comes again too rarely.
constexpr std::size_t memorySlots = std::size_t{1} << 17, longestRemembered = 64, mostRemembered = memorySlots * 5 / 8;

std::uint64_t mixed(std::uint64_t key) {
    key ^= key >> 32;
    key *= 0x9E3779B97F4A7C15U;
    return key ^ key >> 29;
}

}  // namespace

// Open addressing over pairs of ids.
struct ByteBpe::Pairs {
    struct Slot {
        std::uint64_t pair = empty;
        std::uint32_t rank = noRank;
        TokenId merged = 0;
    };
    static constexpr std::uint64_t empty = std::numeric_limits<std::uint64_t>::max();
    static std::uint64_t pairOf(TokenId left, TokenId right) {
        return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 | static_cast<std::uint32_t>(right);
    }

    explicit Pairs(const std::vector<BpeMerge>& merges)
        : slots(std::bit_ceil(std::max<std::size_t>(merges.size() * 2, 16))), mask(slots.size() - 1) {
        for (std::size_t rank = 0; rank < merges.size(); ++rank) {
            const std::uint64_t pair = pairOf(merges[rank].left, merges[rank].right);
            std::size_t at = mixed(pair) & mask;
            while (slots[at].pair != empty && slots[at].pair != pair) at = (at + 1) & mask;
            slots[at] = {pair, static_cast<std::uint32_t>(rank), merges[rank].merged};  // the later one counts
        }
    }
    [[nodiscard]] const Slot& find(TokenId left, TokenId right) const {
        const std::uint64_t pair = pairOf(left, right);
        std::size_t at = mixed(pair) & mask;
        while (slots[at].pair != pair && slots[at].pair != empty) at = (at + 1) & mask;
        return slots[at];
    }

    std::vector<Slot> slots;
    std::size_t mask;
};

struct ByteBpe::WholeWords {
    struct Hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
    };
    std::unordered_map<std::string, TokenId, Hash, std::equal_to<>> byText;
};

// Open addressing over words; texts and ids lie one after another in two arenas. Forgets all when it is full.
struct ByteBpe::Memory {
    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t text = 0, ids = 0;
        std::uint8_t bytes = 0, count = 0;  // bytes 0: empty
    };
    std::vector<Slot> slots = std::vector<Slot>(memorySlots);
    std::string texts;
    std::vector<TokenId> ids;
    std::size_t used = 0;

    // The word's slot, or the empty one where it would be.
    Slot& find(std::string_view word, std::uint64_t hash) {
        std::size_t at = hash & (memorySlots - 1);
        while (slots[at].bytes != 0 &&
               (slots[at].hash != hash || std::string_view(texts).substr(slots[at].text, slots[at].bytes) != word))
            at = (at + 1) & (memorySlots - 1);
        return slots[at];
    }
    void remember(Slot& slot, std::string_view word, std::uint64_t hash, const TokenId* first, std::size_t count) {
        slot = {hash, static_cast<std::uint32_t>(texts.size()), static_cast<std::uint32_t>(ids.size()),
                static_cast<std::uint8_t>(word.size()), static_cast<std::uint8_t>(count)};
        texts += word;
        ids.insert(ids.end(), first, first + count);
        if (++used < mostRemembered) return;
        std::fill(slots.begin(), slots.end(), Slot());
        texts.clear();
        ids.clear();
        used = 0;
    }
};

ByteBpe::ByteBpe(const std::vector<std::string>& tokens, const std::vector<BpeMerge>& merges, bool wholeWords,
                 TokenId unknown)
    : unknown_(unknown), pairs_(std::make_unique<Pairs>(merges)), memory_(std::make_unique<Memory>()) {
    byteIds_.fill(-1);
    if (wholeWords) wholeWords_ = std::make_unique<WholeWords>();
    for (std::size_t id = 0; id < tokens.size(); ++id) {
        if (tokens[id].size() == 1) byteIds_[static_cast<unsigned char>(tokens[id][0])] = static_cast<TokenId>(id);
        if (wholeWords && !tokens[id].empty())
            wholeWords_->byText.insert_or_assign(tokens[id], static_cast<TokenId>(id));
    }
}
ByteBpe::~ByteBpe() = default;

bool ByteBpe::hasAllBytes() const {
    return std::ranges::none_of(byteIds_, [](TokenId id) { return id < 0; });
}

void ByteBpe::encode(const std::vector<std::string_view>& words, std::vector<TokenId>& ids) const {
    const std::unique_lock lock(memoryMutex_, std::try_to_lock);
    for (const std::string_view word : words) {
        if (!lock.owns_lock() || word.size() > longestRemembered) {
            encodeWord(word, ids);
            continue;
        }
        const std::uint64_t hash = std::hash<std::string_view>{}(word);
        Memory::Slot& slot = memory_->find(word, hash);
        if (slot.bytes == 0) {
            const std::size_t before = ids.size();
            encodeWord(word, ids);
            memory_->remember(slot, word, hash, ids.data() + before, ids.size() - before);
        } else {
            const TokenId* known = memory_->ids.data() + slot.ids;
            ids.insert(ids.end(), known, known + slot.count);
        }
    }
}

void ByteBpe::encodeWord(std::string_view word, std::vector<TokenId>& ids) const {
    if (wholeWords_) {
        if (const auto found = wholeWords_->byText.find(word); found != wholeWords_->byText.end())
            return ids.push_back(found->second);
    }
    const std::size_t first = ids.size();
    for (const char c : word) {
        const TokenId id = byteIds_[static_cast<unsigned char>(c)];
        if (id >= 0 || unknown_ >= 0) ids.push_back(id >= 0 ? id : unknown_);
    }
    if (ids.size() - first <= shortWord) merge(ids, first);
    else mergeLong(ids, first);
}

void ByteBpe::merge(std::vector<TokenId>& ids, std::size_t first) const {
    std::size_t count = ids.size() - first;
    if (count < 2) return;
    TokenId* word = ids.data() + first;
    std::array<const Pairs::Slot*, shortWord> next;  // of each place and the one after it
    for (std::size_t i = 0; i + 1 < count; ++i) next[i] = &pairs_->find(word[i], word[i + 1]);
    while (count > 1) {
        std::size_t best = 0;
        for (std::size_t i = 1; i + 1 < count; ++i)
            if (next[i]->rank < next[best]->rank) best = i;
        if (next[best]->rank == noRank) break;
        word[best] = next[best]->merged;
        std::copy(word + best + 2, word + count, word + best + 1);
        std::copy(next.begin() + static_cast<std::ptrdiff_t>(best) + 1,
                  next.begin() + static_cast<std::ptrdiff_t>(count) - 1,
                  next.begin() + static_cast<std::ptrdiff_t>(best));
        --count;
        if (best + 1 < count) next[best] = &pairs_->find(word[best], word[best + 1]);
        if (best > 0) next[best - 1] = &pairs_->find(word[best - 1], word[best]);
    }
    ids.resize(first + count);
}

// A linked list of what is left and a queue of pairs; one whose places have changed since is passed over.
void ByteBpe::mergeLong(std::vector<TokenId>& ids, std::size_t first) const {
    struct Place {
        TokenId id;
        std::int64_t before, after;  // -1: none
    };
    struct Pair {
        std::uint32_t rank;
        std::int64_t left;
        TokenId leftId, rightId, merged;
        bool operator>(const Pair& other) const { return rank != other.rank ? rank > other.rank : left > other.left; }
    };
    const auto count = static_cast<std::int64_t>(ids.size() - first);
    std::vector<Place> places;
    for (std::int64_t i = 0; i < count; ++i)
        places.push_back({ids[first + static_cast<std::size_t>(i)], i - 1, i + 1 < count ? i + 1 : -1});
    const auto at = [&](std::int64_t i) -> Place& { return places[static_cast<std::size_t>(i)]; };
    std::priority_queue<Pair, std::vector<Pair>, std::greater<>> queue;
    const auto offer = [&](std::int64_t left) {
        if (left < 0 || at(left).after < 0) return;
        const TokenId a = at(left).id, b = at(at(left).after).id;
        if (const Pairs::Slot& slot = pairs_->find(a, b); slot.rank != noRank)
            queue.push({slot.rank, left, a, b, slot.merged});
    };
    for (std::int64_t i = 0; i + 1 < count; ++i) offer(i);
    constexpr TokenId gone = -2;
    while (!queue.empty()) {
        const Pair pair = queue.top();
        queue.pop();
        Place& left = at(pair.left);
        if (left.id != pair.leftId || left.after < 0 || at(left.after).id != pair.rightId) continue;
        Place& right = at(left.after);
        left.id = pair.merged;
        right.id = gone;
        left.after = right.after;
        if (left.after >= 0) at(left.after).before = pair.left;
        offer(left.before);
        offer(pair.left);
    }
    ids.resize(first);
    for (std::int64_t i = 0; i >= 0; i = at(i).after) ids.push_back(at(i).id);
}

}  // namespace tritlab
