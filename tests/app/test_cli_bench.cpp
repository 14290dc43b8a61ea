// bench store and bench plot: small ones, end to end, with the window's program. What they measure is not judged here,
// only that it was measured: counts, keys, and that a store comes out as asked for.
#include <QTest>

#include "cli_process.h"
#include "core/base/error.h"
#include "core/store/bench_store.h"
#include "core/store/run_store.h"

using namespace tritlab;
using namespace tritlab::test;

class TestCliBench : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void storeIsAsAskedFor() {
        QTemporaryDir folder;
        const Workspace workspace(std::filesystem::path(folder.path().toStdString()));
        const StoreBenchFill fill = fillStore(workspace, {12, 60000, 2, 5000}, {});
        QCOMPARE(fill.points, 60000);
        RunStore store(workspace);
        const std::vector<RunSummary> runs = store.runs();
        QCOMPARE(runs.size(), std::size_t{12});
        std::size_t points = 0;
        for (const RunSummary& run : runs) {
            const std::vector<std::string> keys = store.seriesKeys(run.id);
            QCOMPARE(static_cast<std::int64_t>(keys.size()), storeBenchKeys());
            for (const std::string& key : keys) {
                const std::vector<Point> series = store.series(run.id, key);
                points += series.size();
                // The outline holds each block's bounds, and with the tail all points.
                std::size_t sealed = 0;
                for (const SeriesStretch& stretch : store.seriesOutline(run.id, key)) {
                    double lowest = 1e300, highest = -1e300;
                    for (std::int64_t i = 0; i < stretch.n; ++i, ++sealed) {
                        lowest = std::min(lowest, series[sealed].value);
                        highest = std::max(highest, series[sealed].value);
                    }
                    QCOMPARE(stretch.lowest, lowest);
                    QCOMPARE(stretch.highest, highest);
                    QCOMPARE(series[sealed - 1].step, stretch.last);
                }
                QVERIFY(series.size() - sealed < 1024);
            }
        }
        QCOMPARE(points, std::size_t{60000});
        QVERIFY(store.integrityCheck().empty());
        QVERIFY_THROWS_EXCEPTION(Error, fillStore(workspace, {1, 1000, 0, 0}, {}));  // it has runs
        QTemporaryDir other;
        QVERIFY_THROWS_EXCEPTION(
            Error, fillStore(Workspace(std::filesystem::path(other.path().toStdString())), {3, 100, 1, 1000}, {}));
    }

    void benchStore() {
        const Cli cli;
        const CliResult result = cli.run({"bench", "store", "--runs", "8", "--points", "40000", "--long-runs", "1",
                                          "--long-points", "20000", "--json"});
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject json = result.json();
        QCOMPARE(json["fill"].toObject()["points"].toInt(), 40000);
        QCOMPARE(json["store"].toObject()["long_points"].toInt(), 20000);
        for (const char* window : {"window_cold", "window_warm"}) {
            const QJsonObject figures = json[window].toObject();
            QCOMPARE(figures["runs"].toInt(), 8);
            QVERIFY(figures["open_seconds"].toDouble() > 0);
            QVERIFY(figures["sort"].toObject()["count"].toInt() > 0);
            QVERIFY(figures["filter"].toObject()["count"].toInt() > 0);
        }
    }

    void benchPlot() {
        const Cli cli;
        const CliResult result =
            cli.run({"bench", "plot", "--charts", "2", "--runs", "2", "--points", "20000", "--seconds", "1", "--json"});
        QVERIFY2(result.code == 0, result.err);
        const QJsonObject plot = result.json()["plot"].toObject();
        QVERIFY(plot["frame"].toObject()["count"].toInt() > 0);
        QVERIFY(plot["fresh_pictures_per_second"].toDouble() > 0);
        QCOMPARE(plot["exact_after_input"].toObject()["count"].toInt(), 10);
        QCOMPARE(cli.run({"bench", "plot", "--points", "1"}).code, 2);
        QCOMPARE(cli.run({"bench", "train", "--device", "gpu"}).code, 2);
    }
};

QTEST_GUILESS_MAIN(TestCliBench)
#include "test_cli_bench.moc"
