// Points in blocks against a std::map: random strides, resumes and gaps; the codec's round trips and its refusal of
// damage.
#include <QTest>
#include <map>

#include "core/base/error.h"
#include "core/store/chunk_codec.h"
#include "core/store/database.h"
#include "core/store/schema.h"
#include "core/store/series.h"
#include "store_fixture.h"

using namespace tritlab;

class TestSeries : public QObject {
    Q_OBJECT

    // Empty, or what differs.
    static std::string difference(const std::vector<Point>& points, const std::map<StepIndex, double>& reference,
                                  StepIndex from = 0) {
        auto wanted = reference.lower_bound(from);
        for (const Point& point : points) {
            if (wanted == reference.end()) return "a point too many at " + std::to_string(point.step);
            if (point.step != wanted->first)
                return "step " + std::to_string(point.step) + " for " + std::to_string(wanted->first);
            if (!sameBits(point.value, wanted->second)) return "value at " + std::to_string(point.step);
            ++wanted;
        }
        return wanted == reference.end() ? "" : "step " + std::to_string(wanted->first) + " is missing";
    }
    static std::string invariants(Database& db, std::int64_t series) {
        StepIndex last = -1;
        for (Query rows(db, "SELECT first, last, n FROM chunk WHERE series = ? ORDER BY first", series); rows.next();) {
            if (rows.integer(0) <= last) return "chunks overlap at " + std::to_string(rows.integer(0));
            if (rows.integer(2) > 2 * pointsPerChunk) return "a chunk of " + std::to_string(rows.integer(2));
            last = rows.integer(1);
        }
        Query tail(db, "SELECT count(*), coalesce(min(step), 9e18) FROM point WHERE series = ?", series);
        tail.next();
        if (tail.integer(0) >= pointsPerChunk) return "a tail of " + std::to_string(tail.integer(0));
        return tail.integer(1) > last ? "" : "the tail begins within the chunks";
    }

private Q_SLOTS:
    void codecRoundTrips_data() {
        QTest::addColumn<int>("n");
        QTest::addColumn<bool>("even");
        QTest::addColumn<bool>("narrow");
        for (const int n : {1, 2, 3, 1024, 2048})
            for (const bool even : {false, true})
                for (const bool narrow : {false, true})
                    QTest::addRow("%d %d %d", n, even, narrow) << n << even << narrow;
    }
    void codecRoundTrips() {
        QFETCH(int, n);
        QFETCH(bool, even);
        QFETCH(bool, narrow);
        std::vector<Point> points;
        StepIndex step = 700;
        for (int i = 0; i < n; ++i) {
            const double value = lossOf(i);
            points.push_back({step, narrow ? static_cast<double>(static_cast<float>(value)) : value});
            step += even ? 100 : 1 + static_cast<StepIndex>(randomBits(5, 0, static_cast<std::uint64_t>(i)) % 1000);
        }
        if (n > 2) {
            points[1].value = std::numeric_limits<double>::quiet_NaN();
            points[2].value = -std::numeric_limits<double>::infinity();
        }
        const Chunk chunk = encodeChunk(points);
        QVERIFY(chunk.first == points.front().step && chunk.last == points.back().step && chunk.n == n);
        QCOMPARE(chunk.data[0] & 1, narrow ? 0 : 1);
        std::vector<Point> back;
        decodeChunk(chunk.first, chunk.last, chunk.n, chunk.data, back);
        std::map<StepIndex, double> reference;
        for (const Point& point : points) reference[point.step] = point.value;
        QCOMPARE(difference(back, reference), std::string());
        if (n > 2) QVERIFY(std::isinf(chunk.lo) && chunk.hi <= 2);
    }
    void damageIsAnError() {
        std::vector<Point> points;
        for (StepIndex step = 0; step < 1024; ++step) points.push_back({step * step, lossOf(step)});
        const Chunk chunk = encodeChunk(points);
        std::vector<Point> out;
        for (std::uint64_t i = 0; i < 3000; ++i) {
            std::string data = chunk.data;
            const auto at = static_cast<std::size_t>(randomBits(1, 1, i) % data.size());
            if (i % 3 == 0) data.resize(at);
            else data[at] = static_cast<char>(randomBits(1, 2, i));
            out.clear();
            try {
                decodeChunk(chunk.first, chunk.last, static_cast<std::int64_t>(i % 7 == 0 ? randomBits(1, 3, i) : 1024),
                            data, out);
            } catch (const Error&) {}
        }
        QVERIFY_EXCEPTION_THROWN(decodeChunk(0, 10, 1024, chunk.data, out), Error);
        QVERIFY_EXCEPTION_THROWN(decodeChunk(chunk.first, chunk.last, 1023, chunk.data, out), Error);
        QVERIFY_EXCEPTION_THROWN(decodeChunk(chunk.first, chunk.last, 1024, "", out), Error);
    }
    void equalsAMap_data() {
        QTest::addColumn<int>("seed");
        for (int seed = 0; seed < 24; ++seed) QTest::addRow("%d", seed) << seed;
    }
    // Batches of random size at a random stride, now and then thrown back to an earlier step, written with gaps and
    // twice, by writers that begin anew and that see rollbacks.
    void equalsAMap() {
        QFETCH(int, seed);
        const TemporaryWorkspace t;
        const FileLock lock = openSchema(t.workspace, storeMigrations());
        Database db(t.workspace.database(), Database::Mode::ReadWrite);
        db.execute("PRAGMA synchronous=OFF");
        db.execute(
            "INSERT INTO run (number, id, name, state, config, created_ms, revision) VALUES (1, 'r', 'n', 'running', "
            "'{}', 0, 0)");
        std::uint64_t draws = 0;
        const auto draw = [&](std::uint64_t n) { return randomBits(static_cast<std::uint64_t>(seed), 9, draws++) % n; };
        const StepIndex stride = seed % 3 == 0 ? 100 : 1;
        std::map<StepIndex, double> reference;
        auto writer = std::make_unique<SeriesWriter>(1);
        StepIndex step = static_cast<StepIndex>(draw(5000)) * stride;
        for (int batch = 0; batch < 60; ++batch) {
            std::vector<Point> points;
            const auto size = draw(4) == 0 ? draw(4000) : draw(200);
            for (std::uint64_t i = 0; i < size; ++i) {
                if (draw(300) == 0) step += static_cast<StepIndex>(draw(3)) * stride;
                const bool again = draw(50) == 0;
                points.push_back({step, draw(97) == 0 ? std::numeric_limits<double>::quiet_NaN()
                                                      : lossOf(static_cast<StepIndex>(draw(1000)))});
                if (!again) step += stride;
            }
            db.execute("BEGIN IMMEDIATE");
            writer->write(db, "loss", points);
            if (draw(6) == 0) {
                db.execute("ROLLBACK");
                writer->clear();
            } else {
                db.execute("COMMIT");
                for (const Point& point : points) reference[point.step] = point.value;
            }
            if (draw(5) == 0) {  // a resume, by another process
                step = static_cast<StepIndex>(draw(static_cast<std::uint64_t>(step / stride + 1))) * stride +
                       (draw(4) == 0 ? stride / 2 : 0);
                writer = std::make_unique<SeriesWriter>(1);
            }
            if (batch % 10 != 9 || reference.empty()) continue;
            QCOMPARE(difference(readSeries(db, 1, 0), reference), std::string());
            const auto from = static_cast<StepIndex>(draw(static_cast<std::uint64_t>(reference.rbegin()->first + 2)));
            QCOMPARE(difference(readSeries(db, 1, from), reference, from), std::string());
            QCOMPARE(invariants(db, 1), std::string());
        }
    }
    // Printed, not asserted: a long series' way into the store and out of it.
    void aMillionPoints() {
        const TemporaryWorkspace t;
        const FileLock lock = openSchema(t.workspace, storeMigrations());
        Database db(t.workspace.database(), Database::Mode::ReadWrite);
        db.execute(
            "INSERT INTO run (number, id, name, state, config, created_ms, revision) VALUES (1, 'r', 'n', 'running', "
            "'{}', 0, 0)");
        SeriesWriter writer(1);
        QElapsedTimer timer;
        timer.start();
        constexpr StepIndex total = 1'000'000, batch = 8000;
        for (StepIndex step = 0; step < total; step += batch) {
            std::vector<Point> points;
            for (StepIndex i = step; i < step + batch; ++i) points.push_back({i, lossOf(i)});
            db.execute("BEGIN IMMEDIATE");
            writer.write(db, "loss", points);
            db.execute("COMMIT");
        }
        db.checkpoint(true);
        const auto wrote = timer.restart();
        const auto points = readSeries(db, 1, 0);
        const auto read = timer.elapsed();
        QCOMPARE(static_cast<StepIndex>(points.size()), total);
        for (StepIndex i = 0; i < total; i += 997)
            QVERIFY(sameBits(points[static_cast<std::size_t>(i)].value, lossOf(i)));
        qInfo("1e6 points: written in %lld ms, read in %lld ms, file %.1f MB", static_cast<long long>(wrote),
              static_cast<long long>(read),
              static_cast<double>(std::filesystem::file_size(t.workspace.database())) / 1e6);
    }
};

QTEST_GUILESS_MAIN(TestSeries)
#include "test_series.moc"
