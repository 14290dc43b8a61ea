// A file as UTF-8, whatever it is packed in: gzip and zstd, told by their first bytes, are unpacked; UTF-16 and UTF-32,
// told by their byte order mark, are converted; a mark itself is no part of the text.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

namespace tritlab {

class TextStream {
public:
    // Throws Error where the file cannot be read.
    explicit TextStream(const std::filesystem::path& path);
    ~TextStream();
    TextStream(const TextStream&) = delete;
    TextStream& operator=(const TextStream&) = delete;
    // Up to `size` bytes of the text; 0: its end. Throws Error where packed data is damaged or cut short, and where
    // what a mark calls UTF-16 or UTF-32 is none.
    std::size_t read(char* buffer, std::size_t size);
    // The text's bytes are the file's own, but for a mark of UTF-8.
    [[nodiscard]] bool plain() const;
    [[nodiscard]] std::size_t markBytes() const;  // of UTF-8, at the file's beginning; else 0

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Bytes of the text, by reading it where it is packed or converted; a plain file's size.
std::int64_t textBytes(const std::filesystem::path& path);

}  // namespace tritlab
