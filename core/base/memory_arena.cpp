#include "core/base/memory_arena.h"

#include <sys/mman.h>
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <iterator>

namespace tritlab {
namespace {

constexpr std::size_t hugePage = std::size_t{2} << 20;
constexpr std::size_t smallPage = 4096;

// Blocks of 2^n bytes would all begin at the same place of a page, and of a cache's sets: one line more moves each on.
std::size_t blockBytes(std::size_t bytes) {
    return (bytes + MemoryArena::alignment - 1) / MemoryArena::alignment * MemoryArena::alignment +
           MemoryArena::alignment;
}

}  // namespace

MemoryArena::MemoryArena(std::size_t addresses) {
    void* range =
        ::mmap(nullptr, addresses, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (range == MAP_FAILED) return;
    start_ = static_cast<std::byte*>(range);
    size_ = addresses;
    // A step walks through hundreds of megabytes: fewer page faults and fewer misses of the address cache. Only advice.
    ::madvise(range, addresses, MADV_HUGEPAGE);
}

MemoryArena::~MemoryArena() {
    if (start_) ::munmap(start_, size_);
}

void* MemoryArena::take(std::size_t bytes) {
    const std::lock_guard lock(mutex_);
    if (bytes > size_) return nullptr;
    bytes = blockBytes(bytes);
    std::size_t offset = top_;
    if (const auto fit = bySize_.lower_bound({bytes, 0}); fit != bySize_.end()) {
        const auto hole = holes_.find(fit->second);
        offset = hole->first;
        const std::size_t rest = hole->second - bytes;
        removeFree(hole);
        if (rest > 0) addFree(offset + bytes, rest);
    } else {
        if (bytes > size_ - top_) return nullptr;
        top_ += bytes;
        touched_ = std::max(touched_, top_);
    }
    blocks_.emplace(offset, bytes);
    taken_ += bytes;
    return start_ + offset;
}

bool MemoryArena::owns(const void* block) const {
    const auto address = reinterpret_cast<std::uintptr_t>(block), first = reinterpret_cast<std::uintptr_t>(start_);
    return address >= first && address < first + size_;
}

void MemoryArena::give(void* block) {
    const std::lock_guard lock(mutex_);
    const auto taken =
        owns(block) ? blocks_.find(static_cast<std::size_t>(static_cast<std::byte*>(block) - start_)) : blocks_.end();
    // given twice, or never taken: going on would hand one block to two owners
    if (taken == blocks_.end()) std::abort();
    auto [offset, bytes] = std::pair(taken->first, taken->second);
    blocks_.erase(taken);
    taken_ -= bytes;
    const auto next = holes_.lower_bound(offset);
    if (next != holes_.begin()) {
        if (const auto before = std::prev(next); before->first + before->second == offset) {
            offset = before->first;
            bytes += before->second;
            removeFree(before);
        }
    }
    if (next != holes_.end() && next->first == offset + bytes) {
        bytes += next->second;
        removeFree(next);
    }
    if (offset + bytes == top_) top_ = offset;
    else addFree(offset, bytes);
}

void MemoryArena::releaseFree() {
    const std::lock_guard lock(mutex_);
    const auto release = [this](std::size_t from, std::size_t to) {  // whole pages only
        from = (from + smallPage - 1) / smallPage * smallPage;
        to = to / smallPage * smallPage;
        if (from < to) ::madvise(start_ + from, to - from, MADV_DONTNEED);
    };
    for (const auto& [offset, bytes] : holes_) release(offset, offset + bytes);
    release(top_, std::min(size_, (touched_ + hugePage - 1) / hugePage * hugePage));
    touched_ = top_;
}

std::size_t MemoryArena::bytesTaken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
}

std::size_t MemoryArena::bytesIdle() const {
    const std::lock_guard lock(mutex_);
    return touched_ - taken_;
}

void MemoryArena::addFree(std::size_t offset, std::size_t bytes) {
    holes_.emplace(offset, bytes);
    bySize_.emplace(bytes, offset);
}

void MemoryArena::removeFree(std::map<std::size_t, std::size_t>::iterator hole) {
    bySize_.erase({hole->second, hole->first});
    holes_.erase(hole);
}

}  // namespace tritlab
