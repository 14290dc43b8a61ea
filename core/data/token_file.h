// Token ids on disk: little-endian uint16 where the vocabulary fits, else uint32, nothing else in the file. Read by
// position (pread), not mapped: random windows of a large corpus then never count as the process's memory, and a file
// that someone cuts short is an Error and no SIGBUS.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/types.h"

namespace tritlab {

inline int tokenWidth(std::int64_t vocabulary) { return vocabulary <= 65536 ? 2 : 4; }  // bytes

class TokenFileWriter {
public:
    TokenFileWriter(const std::filesystem::path& path, int width);
    void add(TokenId id);
    void add(std::span<const TokenId> ids);
    void close();
    [[nodiscard]] std::int64_t count() const { return count_; }
    [[nodiscard]] std::string hash() const { return hasher_.hex(); }  // of the bytes, after close()

private:
    void flush();
    OutputFile file_;
    Hasher hasher_;
    int width_;
    std::int64_t count_ = 0;
    std::string buffer_;
};

class TokenFile {
public:
    // Throws Error where the file's size is not `count` tokens of `width` bytes.
    TokenFile(const std::filesystem::path& path, int width, std::int64_t count);
    ~TokenFile();
    TokenFile(TokenFile&& other) noexcept;
    TokenFile(const TokenFile&) = delete;
    TokenFile& operator=(const TokenFile&) = delete;
    [[nodiscard]] std::int64_t count() const { return count_; }
    // Tokens first .. first + out.size() - 1, all inside the file. Safe to call from several threads.
    void read(std::int64_t first, std::span<TokenId> out) const;
    // The same, but behind the last token comes the first again, as often as needed. The file must not be empty.
    void readCircular(std::int64_t first, std::span<TokenId> out) const;

private:
    std::filesystem::path path_;
    int width_;
    std::int64_t count_;
    int descriptor_ = -1;
};

}  // namespace tritlab
