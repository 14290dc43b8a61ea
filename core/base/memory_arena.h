// Memory for large blocks that come and go in the same order again and again, as the tensors of a training step do:
// best fit over one reserved range of addresses, free neighbours joined. What small and long-lived blocks would do to
// it, the general allocator's heap shows: holes between them that the next large block does not fit into.
#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <set>
#include <utility>

namespace tritlab {

// Safe to call from several threads.
class MemoryArena {
public:
    // Reserves addresses, not memory: a page becomes real when it is first written. Where the system refuses the range,
    // the arena is empty and take() returns nothing.
    explicit MemoryArena(std::size_t addresses);
    ~MemoryArena();
    MemoryArena(const MemoryArena&) = delete;
    MemoryArena& operator=(const MemoryArena&) = delete;

    static constexpr std::size_t alignment = 64;  // of every block, in bytes

    // A block of at least `bytes` > 0; its content is anything. nullptr when no room is left.
    [[nodiscard]] void* take(std::size_t bytes);
    [[nodiscard]] bool owns(const void* block) const;
    // `block` came from take() and was not given back; anything else is an error of the program and ends it.
    void give(void* block);
    // Hands the memory of all free blocks back to the system. They can be taken as before.
    void releaseFree();

    [[nodiscard]] std::size_t bytesTaken() const;
    // Free now, but written since the last releaseFree(): what that would hand back, at most.
    [[nodiscard]] std::size_t bytesIdle() const;

private:
    void addFree(std::size_t offset, std::size_t bytes);
    void removeFree(std::map<std::size_t, std::size_t>::iterator hole);

    mutable std::mutex mutex_;
    std::byte* start_ = nullptr;
    std::size_t size_ = 0;
    std::size_t top_ = 0;      // no block lies above
    std::size_t touched_ = 0;  // nothing above was written since the last releaseFree()
    std::size_t taken_ = 0;
    std::map<std::size_t, std::size_t> blocks_;             // taken: offset, bytes
    std::map<std::size_t, std::size_t> holes_;              // free, below top_: offset, bytes
    std::set<std::pair<std::size_t, std::size_t>> bySize_;  // the same: bytes, offset
};

}  // namespace tritlab
