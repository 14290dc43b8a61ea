// The points of a run's series in their blocks (resources/schema-1.sql: series, point, chunk). Writing the same step
// again overwrites it, in the tail and inside sealed chunks; nothing else is touched.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/store/database.h"
#include "core/store/run_store.h"

namespace tritlab {

constexpr std::int64_t pointsPerChunk = 1024;

// Writes for one run, and remembers where each series stands: only one SeriesWriter may write a run at a time, and
// clear() must be called after a rollback.
class SeriesWriter {
public:
    explicit SeriesWriter(std::int64_t runNumber) : run_(runNumber) {}
    // Points in any order; of a step that comes twice the later one counts. Within a transaction.
    void write(Database& database, const std::string& key, std::vector<Point> points);
    void clear() { known_.clear(); }

private:
    struct Standing {
        std::int64_t id = 0;
        bool sealed = false;       // has chunks
        StepIndex sealedLast = 0;  // of them; the tail lies beyond
        std::int64_t tailCount = 0;
        StepIndex tailLast = 0;  // where tailCount > 0
    };
    Standing& standing(Database& database, const std::string& key);
    static void mergeIntoChunks(Database& database, Standing& series, std::vector<Point> points);
    static void writeTail(Database& database, Standing& series, const std::vector<Point>& points);
    static void sealTail(Database& database, Standing& series, const std::vector<Point>& points);

    std::int64_t run_;
    std::map<std::string, Standing, std::less<>> known_;
};

std::vector<Point> readSeries(Database& database, std::int64_t seriesId, StepIndex from);
// Decodes one block at most.
std::optional<double> lastValueOf(Database& database, std::int64_t seriesId);

}  // namespace tritlab
