// Bytes that a model or a session owns: whole pages, zeroed by the system and taken up only when first touched; or a
// part of a mapped file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

namespace tritlab {

class Memory {
public:
    Memory() = default;
    // What is read as a stream asks for huge pages: over 4 KiB pages it would wait for address translation. What fills
    // up bit by bit, here and there, asks for small ones: it would take up many times its size.
    enum class Use { Stream, Gradual };
    // Zeros. Throws Error, kind Failed, where there is no room.
    static Memory zeroed(std::int64_t bytes, Use use = Use::Stream);
    // A part of something that `owner` keeps alive.
    static Memory view(std::shared_ptr<const void> owner, std::span<const std::byte> bytes);

    [[nodiscard]] std::int64_t size() const { return size_; }
    template <class T>
    [[nodiscard]] const T* as() const {
        return reinterpret_cast<const T*>(data_);
    }
    // Only of zeroed() memory.
    template <class T>
    [[nodiscard]] T* writable() {
        return reinterpret_cast<T*>(const_cast<std::byte*>(data_));
    }
    template <class T>
    [[nodiscard]] std::span<T> writableSpan() {
        return {writable<T>(), static_cast<std::size_t>(size_) / sizeof(T)};
    }
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, static_cast<std::size_t>(size_)}; }

private:
    std::shared_ptr<const void> owner_;
    const std::byte* data_ = nullptr;
    std::int64_t size_ = 0;
};

}  // namespace tritlab
