#include "core/infer/memory.h"

#include <sys/mman.h>
#include <cerrno>
#include <cstring>
#include <string>

#include "core/base/error.h"
#include "core/base/number.h"

namespace tritlab {

Memory Memory::zeroed(std::int64_t bytes, Use use) {
    Memory memory;
    memory.size_ = bytes;
    if (bytes == 0) return memory;
    constexpr std::int64_t hugePage = std::int64_t{2} << 20;
    const auto size = static_cast<std::size_t>(bytes);
    void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (data == MAP_FAILED)
        throw Error(
            "there is no room for " + humanBytes(static_cast<double>(bytes)) + " (" + std::strerror(errno) + ")",
            "memory", "Close other programs, or use a smaller model or a shorter context", ErrorKind::Failed);
    // Wishes: where the system does not grant them all is slower or larger, not wrong.
    if (use == Use::Gradual) static_cast<void>(::madvise(data, size, MADV_NOHUGEPAGE));
    else if (bytes >= 2 * hugePage) static_cast<void>(::madvise(data, size, MADV_HUGEPAGE));
    memory.owner_ = std::shared_ptr<const void>(data, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
    memory.data_ = static_cast<const std::byte*>(data);
    return memory;
}

Memory Memory::view(std::shared_ptr<const void> owner, std::span<const std::byte> bytes) {
    Memory memory;
    memory.owner_ = std::move(owner);
    memory.data_ = bytes.data();
    memory.size_ = static_cast<std::int64_t>(bytes.size());
    return memory;
}

}  // namespace tritlab
