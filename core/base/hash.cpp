#include "core/base/hash.h"

#include <xxhash.h>
#include <array>

#include "core/base/files.h"

namespace tritlab {

Hasher::Hasher() : state_(XXH3_createState()) { XXH3_128bits_reset(static_cast<XXH3_state_t*>(state_)); }
Hasher::~Hasher() { XXH3_freeState(static_cast<XXH3_state_t*>(state_)); }
void Hasher::add(std::string_view bytes) {
    XXH3_128bits_update(static_cast<XXH3_state_t*>(state_), bytes.data(), bytes.size());
}

std::string Hasher::hex() const {
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(static_cast<const XXH3_state_t*>(state_)));
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const unsigned char byte : canonical.digest) {
        text += digits[byte >> 4];
        text += digits[byte & 15];
    }
    return text;
}

std::string hashHex(std::string_view bytes) {
    Hasher hasher;
    hasher.add(bytes);
    return hasher.hex();
}

std::string hashFileHex(const std::filesystem::path& path) {
    const MappedFile file(path);
    return hashHex({reinterpret_cast<const char*>(file.bytes().data()), file.size()});
}

}  // namespace tritlab
