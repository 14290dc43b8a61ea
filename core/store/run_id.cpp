#include "core/store/run_id.h"

#include <array>
#include <ctime>
#include <random>

#include "core/base/random.h"
#include "core/store/database.h"

namespace tritlab {
namespace {

std::string idOf(std::int64_t timeMs, std::uint64_t chance) {
    const std::time_t seconds = timeMs / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "r-%Y%m%d-%H%M%S-", &parts);
    std::string id = text.data();
    const auto fraction = static_cast<std::uint64_t>(timeMs % 1000) * 1296 / 1000;
    for (const std::uint64_t digit : {fraction / 36, fraction % 36, chance % 36, chance / 36 % 36})
        id += "0123456789abcdefghijklmnopqrstuvwxyz"[digit];
    return id;
}

std::uint64_t freshChance() {
    static thread_local std::random_device device;
    return mix64((std::uint64_t{device()} << 32) ^ device());
}

}  // namespace

std::string newRunId(Database& database, std::int64_t timeMs) {
    for (;;) {
        std::string id = idOf(timeMs, freshChance());
        Query row(database, "SELECT 1 FROM run WHERE id = ?", id);
        if (!row.next()) return id;
    }
}

}  // namespace tritlab
