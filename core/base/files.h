// Files that survive a crash: written beside, synced, renamed. Also whole-file reads, mappings and locks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tritlab {

// The whole file as bytes. Throws Error (what, path, mend) where it is missing, no file, or larger than `limit` bytes.
std::string readFile(const std::filesystem::path& path, std::uint64_t limit = std::uint64_t{1} << 32);

// Replaces `path` by `content`: written to a file beside it, fsynced, renamed over it, folder fsynced. On any failure
// the old file is untouched and the half-written one removed. Throws Error, kind NoSpace where the disk is full.
void writeFileAtomically(const std::filesystem::path& path, std::string_view content);

// A file written in pieces, with each failure an Error; close() flushes and fsyncs. Not renamed by itself.
class OutputFile {
public:
    explicit OutputFile(const std::filesystem::path& path);
    ~OutputFile();
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    void write(const void* data, std::size_t size);
    void close();

    // For tests of a full disk: every write of this process fails with NoSpace once `bytes` more have been written.
    static void failAfter(std::optional<std::uint64_t> bytes);

private:
    std::filesystem::path path_;
    int descriptor_ = -1;
};

void syncFolder(const std::filesystem::path& folder);

// Makes the folder `target` whole or not at all: `fill` writes into a fresh folder beside it, whose files are then
// synced and which is renamed to `target` (an existing one is swapped out and removed afterwards).
void writeFolderAtomically(const std::filesystem::path& target,
                           const std::function<void(const std::filesystem::path&)>& fill);

// A read-only mapping of a whole file. An empty file maps to an empty span.
class MappedFile {
public:
    MappedFile() = default;
    explicit MappedFile(const std::filesystem::path& path);
    ~MappedFile();
    MappedFile(MappedFile&& other) noexcept;
    MappedFile& operator=(MappedFile&& other) noexcept;
    [[nodiscard]] std::span<const std::byte> bytes() const { return {data_, size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }

private:
    const std::byte* data_ = nullptr;
    std::size_t size_ = 0;
};

// An advisory lock on a file of its own (flock, O_CLOEXEC), held until destruction. Processes and descriptors exclude
// each other; a process that dies lets go.
class FileLock {
public:
    enum class Mode { Shared, Exclusive };
    // Waits.
    FileLock(const std::filesystem::path& path, Mode mode);
    // Does not wait: std::nullopt where another holds it.
    static std::optional<FileLock> tryLock(const std::filesystem::path& path, Mode mode);
    ~FileLock();
    FileLock(FileLock&& other) noexcept;
    FileLock& operator=(FileLock&& other) noexcept;
    void unlock();

private:
    FileLock() = default;
    int descriptor_ = -1;
};

}  // namespace tritlab
