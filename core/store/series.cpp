#include "core/store/series.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <span>

#include "core/store/chunk_codec.h"

namespace tritlab {
namespace {

// Step order, each step once, the later of two equal ones.
void sortAndUnite(std::vector<Point>& points) {
    std::stable_sort(points.begin(), points.end(), [](const Point& a, const Point& b) { return a.step < b.step; });
    std::size_t kept = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        if (kept > 0 && points[kept - 1].step == points[i].step) points[kept - 1] = points[i];
        else points[kept++] = points[i];
    }
    points.resize(kept);
}

bool sameBits(const std::vector<Point>& a, const std::vector<Point>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const Point& x, const Point& y) {
        return x.step == y.step && std::bit_cast<std::uint64_t>(x.value) == std::bit_cast<std::uint64_t>(y.value);
    });
}

void insertChunk(Database& database, std::int64_t series, std::span<const Point> points) {
    const Chunk chunk = encodeChunk(points);
    Query insert(database, "INSERT INTO chunk (series, first, last, n, lo, hi, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
                 series, chunk.first, chunk.last, chunk.n);
    for (const double bound : {chunk.lo, chunk.hi}) {
        if (bound != bound) insert.bindNull();
        else insert.bind(bound);
    }
    insert.bindBlob(chunk.data);
    insert.run();
}

void insertRows(Database& database, std::int64_t series, std::span<const Point> points) {
    Query insert(database, "INSERT OR REPLACE INTO point (series, step, value) VALUES (?, ?, ?)");
    for (const auto& [step, value] : points) {
        insert.reset();
        insert.bind(series);
        insert.bind(step);
        insert.bind(value);
        insert.run();
    }
}

std::vector<Point> readTail(Database& database, std::int64_t series, StepIndex from) {
    std::vector<Point> points;
    for (Query rows(database, "SELECT step, value FROM point WHERE series = ? AND step >= ? ORDER BY step", series,
                    from);
         rows.next();)
        points.push_back({rows.integer(0), rows.real(1)});
    return points;
}

}  // namespace

SeriesWriter::Standing& SeriesWriter::standing(Database& database, const std::string& key) {
    if (const auto found = known_.find(key); found != known_.end()) return found->second;
    Standing series;
    if (Query row(database, "SELECT id FROM series WHERE run = ? AND key = ?", run_, key); row.next()) {
        series.id = row.integer(0);
    } else {
        Query(database, "INSERT INTO series (run, key) VALUES (?, ?)", run_, key).run();
        series.id = database.lastRowId();
    }
    if (Query row(database, "SELECT last FROM chunk WHERE series = ? ORDER BY first DESC LIMIT 1", series.id);
        row.next()) {
        series.sealed = true;
        series.sealedLast = row.integer(0);
    }
    if (Query row(database, "SELECT count(*), max(step) FROM point WHERE series = ?", series.id); row.next()) {
        series.tailCount = row.integer(0);
        series.tailLast = row.integer(1);
    }
    return known_.emplace(key, series).first->second;
}

void SeriesWriter::write(Database& database, const std::string& key, std::vector<Point> points) {
    if (points.empty()) return;
    Standing& series = standing(database, key);
    sortAndUnite(points);
    const auto beyond = series.sealed
                            ? std::upper_bound(points.begin(), points.end(), series.sealedLast,
                                               [](StepIndex step, const Point& point) { return step < point.step; })
                            : points.begin();
    std::vector<Point> tail(beyond, points.end());
    points.erase(beyond, points.end());
    if (!points.empty()) mergeIntoChunks(database, series, std::move(points));
    if (tail.empty()) return;
    if (series.tailCount + static_cast<std::int64_t>(tail.size()) < pointsPerChunk) writeTail(database, series, tail);
    else sealTail(database, series, tail);
}

void SeriesWriter::writeTail(Database& database, Standing& series, const std::vector<Point>& points) {
    insertRows(database, series.id, points);
    const bool wasEmpty = series.tailCount == 0;
    if (wasEmpty || points.front().step > series.tailLast) {
        series.tailCount += static_cast<std::int64_t>(points.size());
    } else {
        Query row(database, "SELECT count(*) FROM point WHERE series = ?", series.id);
        row.next();
        series.tailCount = row.integer(0);
    }
    series.tailLast = wasEmpty ? points.back().step : std::max(series.tailLast, points.back().step);
}

// Points that are sealed at once never become rows.
void SeriesWriter::sealTail(Database& database, Standing& series, const std::vector<Point>& points) {
    std::vector<Point> all = readTail(database, series.id, std::numeric_limits<StepIndex>::min());
    all.insert(all.end(), points.begin(), points.end());
    sortAndUnite(all);
    std::span<const Point> rest = all;
    while (rest.size() >= static_cast<std::size_t>(pointsPerChunk)) {
        insertChunk(database, series.id, rest.first(pointsPerChunk));
        series.sealed = true;
        series.sealedLast = rest[pointsPerChunk - 1].step;
        rest = rest.subspan(pointsPerChunk);
    }
    Query(database, "DELETE FROM point WHERE series = ?", series.id).run();
    insertRows(database, series.id, rest);
    series.tailCount = static_cast<std::int64_t>(rest.size());
    series.tailLast = rest.empty() ? 0 : rest.back().step;
}

// Each point goes into the chunk that starts at or before its step (the first one, where none does): chunks stay
// disjoint.
void SeriesWriter::mergeIntoChunks(Database& database, Standing& series, std::vector<Point> points) {
    std::span<const Point> rest = points;
    while (!rest.empty()) {
        std::int64_t id = 0, next = std::numeric_limits<std::int64_t>::max();
        std::vector<Point> old;
        StepIndex first = 0;
        {
            Query at(database,
                     "SELECT id, first, last, n, data FROM chunk WHERE series = ?1 AND first = coalesce("
                     "(SELECT max(first) FROM chunk WHERE series = ?1 AND first <= ?2),"
                     "(SELECT min(first) FROM chunk WHERE series = ?1))",
                     series.id, rest.front().step);
            at.next();
            id = at.integer(0);
            first = at.integer(1);
            decodeChunk(first, at.integer(2), at.integer(3), at.blob(4), old);
        }
        if (Query row(database, "SELECT min(first) FROM chunk WHERE series = ? AND first > ?", series.id, first);
            row.next() && !row.isNull(0))
            next = row.integer(0);
        const auto end = std::find_if(rest.begin(), rest.end(), [&](const Point& point) { return point.step >= next; });
        std::vector<Point> merged = old;
        merged.insert(merged.end(), rest.begin(), end);
        rest = rest.subspan(static_cast<std::size_t>(end - rest.begin()));
        sortAndUnite(merged);
        if (sameBits(old, merged)) continue;  // a resume that came out equal
        Query(database, "DELETE FROM chunk WHERE id = ?", id).run();
        std::span<const Point> left = merged;
        while (left.size() > static_cast<std::size_t>(2 * pointsPerChunk)) {
            insertChunk(database, series.id, left.first(pointsPerChunk));
            left = left.subspan(pointsPerChunk);
        }
        insertChunk(database, series.id, left);
    }
}

std::vector<Point> readSeries(Database& database, std::int64_t seriesId, StepIndex from) {
    std::vector<Point> points;
    if (Query size(database, "SELECT sum(n) FROM chunk WHERE series = ? AND last >= ?", seriesId, from); size.next())
        points.reserve(static_cast<std::size_t>(size.integer(0) + pointsPerChunk));
    for (Query chunks(database, "SELECT first, last, n, data FROM chunk WHERE series = ? AND last >= ? ORDER BY first",
                      seriesId, from);
         chunks.next();)
        decodeChunk(chunks.integer(0), chunks.integer(1), chunks.integer(2), chunks.blob(3), points);
    const auto start =
        std::find_if(points.begin(), points.end(), [from](const Point& point) { return point.step >= from; });
    points.erase(points.begin(), start);
    const std::vector<Point> tail = readTail(database, seriesId, from);
    points.insert(points.end(), tail.begin(), tail.end());
    return points;
}

std::optional<double> lastValueOf(Database& database, std::int64_t seriesId) {
    if (Query row(database, "SELECT value FROM point WHERE series = ? ORDER BY step DESC LIMIT 1", seriesId);
        row.next())
        return row.real(0);
    Query row(database, "SELECT first, last, n, data FROM chunk WHERE series = ? ORDER BY first DESC LIMIT 1",
              seriesId);
    if (!row.next()) return std::nullopt;
    std::vector<Point> points;
    decodeChunk(row.integer(0), row.integer(1), row.integer(2), row.blob(3), points);
    return points.back().value;
}

}  // namespace tritlab
