// XXH3 hashes as hex text: for file integrity and cache keys, not against an adversary.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace tritlab {

// 128-bit XXH3, 32 hex digits.
std::string hashHex(std::string_view bytes);
std::string hashFileHex(const std::filesystem::path& path);

// A hash over pieces.
class Hasher {
public:
    Hasher();
    ~Hasher();
    Hasher(const Hasher&) = delete;
    Hasher& operator=(const Hasher&) = delete;
    void add(std::string_view bytes);
    [[nodiscard]] std::string hex() const;

private:
    void* state_;
};

}  // namespace tritlab
