// TensorBoard's event files.
#include <bit>
#include <cstdint>
#include <filesystem>
#include <vector>

#include "core/base/error.h"
#include "core/formats/tensorboard.h"
#include "tests/fuzz/scratch.h"

namespace tritlab::fuzz {
namespace {

// The checksums of TFRecord would keep a fuzzer outside: it writes the rest, and this sets them right. A first byte of
// 'D' leaves the file as it is, so that wrong checksums are read too.
std::string withChecksums(std::string_view bytes) {
    const auto number = [](std::uint32_t value) {
        std::string text;
        for (unsigned shift = 0; shift < 32; shift += 8) text += static_cast<char>(value >> shift & 0xFFU);
        return text;
    };
    std::string out;
    while (bytes.size() >= 12) {
        std::uint64_t length = 0;
        for (std::size_t i = 8; i-- > 0;) length = length << 8U | static_cast<unsigned char>(bytes[i]);
        out += std::string(bytes.substr(0, 8)) + number(maskedCrc32c(bytes.substr(0, 8)));
        bytes.remove_prefix(12);
        if (length > bytes.size()) break;
        const std::string_view event = bytes.substr(0, length);
        bytes.remove_prefix(length);
        out += std::string(event);
        if (bytes.size() < 4) break;
        out += number(maskedCrc32c(event));
        bytes.remove_prefix(4);
    }
    return out + std::string(bytes);
}

}  // namespace

void readEventFile(std::string_view bytes) {
    const bool asIs = bytes.starts_with('D');
    const auto path =
        scratchFile("events/events.out.tfevents.1.fuzz", asIs ? std::string(bytes.substr(1)) : withChecksums(bytes));
    std::vector<TensorBoardEvent> events;
    try {
        const TensorBoardFileResult result = readTensorBoardFile(path, [&](const TensorBoardEvent& event) {
            require(!event.tags.empty() || !event.settings.empty() || event.sessionStart,
                    "an event without values is given");
            if (!event.scalars.empty() || !event.texts.empty()) events.push_back(event);
        });
        require(result.records >= 0 && result.leftOut.sum() >= 0, "a count is negative");
        std::uint64_t end = 0;
        for (const TensorBoardDamage& damage : result.damage) {
            require(damage.byte >= end && damage.bytes > 0, "damage is told twice");
            end = damage.byte + damage.bytes;
        }
        require(end <= std::filesystem::file_size(path), "damage is told beyond the file's end");
        require(static_cast<std::int64_t>(events.size()) <= result.records, "there are more events than records");
    } catch (const Error&) {
        // damaged
    }
    std::string written = tensorBoardHeader(1);
    for (const TensorBoardEvent& event : events) written += tensorBoardRecord(event);
    std::size_t at = 0;
    const auto again = scratchFile("events/again.tfevents", written);
    readTensorBoardFile(again, [&](const TensorBoardEvent& event) {
        require(at < events.size(), "an event more is read again");
        const TensorBoardEvent& before = events[at++];
        require(event.step == before.step && event.texts == before.texts &&
                    std::bit_cast<std::uint64_t>(event.wallTime) == std::bit_cast<std::uint64_t>(before.wallTime) &&
                    event.scalars.size() == before.scalars.size(),
                "an event is not the same when it is read again");
        for (std::size_t i = 0; i < event.scalars.size(); ++i) {
            const auto single = static_cast<double>(static_cast<float>(before.scalars[i].second));
            require(event.scalars[i].first == before.scalars[i].first &&
                        (event.scalars[i].second == single || single != single),
                    "a value is not the same when it is read again");
        }
    });
    require(at == events.size(), "an event is lost when it is read again");
}

}  // namespace tritlab::fuzz
