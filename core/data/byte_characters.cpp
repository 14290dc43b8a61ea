#include "core/data/byte_characters.h"

#include <array>
#include <cstdint>

namespace tritlab {
namespace {

constexpr std::uint32_t firstStandIn = 0x100, standIns = 68;

constexpr bool standsForItself(std::uint32_t byte) {
    return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
}

struct Table {
    std::array<std::uint16_t, 256> characterOf{};
    std::array<std::int16_t, firstStandIn + standIns> byteOf{};
};
constexpr Table table = [] {
    Table made;
    made.byteOf.fill(-1);
    std::uint32_t next = firstStandIn;
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        const std::uint32_t character = standsForItself(byte) ? byte : next++;
        made.characterOf[byte] = static_cast<std::uint16_t>(character);
        made.byteOf[character] = static_cast<std::int16_t>(byte);
    }
    return made;
}();

}  // namespace

std::string bytesAsCharacters(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const std::uint32_t character = table.characterOf[static_cast<unsigned char>(c)];
        if (character < 0x80) {
            out += static_cast<char>(character);
        } else {
            out += static_cast<char>(0xC0U | character >> 6);
            out += static_cast<char>(0x80U | (character & 0x3FU));
        }
    }
    return out;
}

// All of the table's characters have one or two bytes of UTF-8.
std::optional<std::string> charactersAsBytes(std::string_view characters) {
    std::string out;
    for (std::size_t i = 0; i < characters.size();) {
        std::uint32_t character = static_cast<unsigned char>(characters[i++]);
        if (character >= 0x80) {
            if ((character & 0xE0U) != 0xC0U || i == characters.size()) return std::nullopt;
            const std::uint32_t next = static_cast<unsigned char>(characters[i++]);
            if ((next & 0xC0U) != 0x80U) return std::nullopt;
            character = (character & 0x1FU) << 6 | (next & 0x3FU);
        }
        if (character >= table.byteOf.size() || table.byteOf[character] < 0) return std::nullopt;
        out += static_cast<char>(table.byteOf[character]);
    }
    return out;
}

}  // namespace tritlab
