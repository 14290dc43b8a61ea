#include "core/engine/loop/tensor_memory.h"

#include <c10/core/CPUAllocator.h>
#include <unistd.h>

#include "core/base/memory_arena.h"

namespace tritlab {
namespace {

// Smaller tensors stay on the heap: they are many, and would cut the arena's holes.
constexpr std::size_t smallestBlock = std::size_t{32} << 10;
// Freed memory below this stays for the next work.
constexpr std::size_t worthReleasing = std::size_t{32} << 20;

MemoryArena& arena() {
    // Twice the machine's memory: fragments need addresses, not pages. Never destroyed: tensors outlive main.
    static auto* const memory = new MemoryArena(2 * static_cast<std::size_t>(::sysconf(_SC_PHYS_PAGES)) *
                                                static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)));
    return *memory;
}

void give(void* block) {
    if (arena().owns(block)) arena().give(block);
    else c10::GetDefaultCPUAllocator()->raw_deallocate(block);
}

class ArenaAllocator final : public c10::Allocator {
public:
    c10::DataPtr allocate(std::size_t bytes) override {
        void* block = bytes >= smallestBlock ? arena().take(bytes) : nullptr;
        // which also says so when there is no memory
        if (!block) block = c10::GetDefaultCPUAllocator()->raw_allocate(bytes);
        return {block, block, &give, c10::Device(c10::DeviceType::CPU)};
    }
    c10::DeleterFnPtr raw_deleter() const override { return &give; }
    void copy_data(void* target, const void* source, std::size_t bytes) const override {
        default_copy_data(target, source, bytes);
    }
};

}  // namespace

void useTensorArena() {
#if !defined(__SANITIZE_ADDRESS__)
    c10::SetCPUAllocator(new ArenaAllocator, 1);  // over the default's priority 0
#endif
}

void releaseTensorMemory() {
    if (arena().bytesIdle() >= worthReleasing) arena().releaseFree();
}

}  // namespace tritlab
