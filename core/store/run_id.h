// Names of runs that no other run has.
#pragma once

#include <cstdint>
#include <string>

namespace tritlab {

class Database;

// "r-20260131-142355-k3f9": UTC to the second, then two digits (base 36) of the second's fraction and two by chance.
std::string newRunId(Database& database, std::int64_t timeMs);

}  // namespace tritlab
