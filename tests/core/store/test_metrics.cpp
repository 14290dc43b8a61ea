// The table of metrics: each entry is complete, and by it alone recorded, found by queries, exported and renamed when
// it is imported. And the blobs of health snapshots, which hold the layers' metrics.
#include <QTest>
#include <set>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/config/fields.h"
#include "core/run/metrics.h"
#include "core/store/chunk_codec.h"
#include "core/store/export_csv.h"
#include "core/store/health_codec.h"
#include "core/store/query.h"
#include "core/store/run_results.h"
#include "store_fixture.h"

using namespace tritlab;

namespace {

// A run with two of each event.
std::string recordedRun(const TemporaryWorkspace& place) {
    StoreWriter writer(place.workspace);
    const std::string id = writer.createRun("n", {}, RunState::Running);
    RunRecorder recorder(writer, id);
    for (const StepIndex step : {9, 19}) {
        recorder.onStep(stepEvent(step));
        recorder.onHealth(healthEvent(step + 1));
        recorder.onEvaluation({step + 1, 2.5, 12.18, 1.75, 2.25, 0.5, 100, 200, true});
    }
    recorder.sync();
    return id;
}

// Two layers as the store kept them before blobs had a version (and keeps them where there is nothing new to keep).
HealthEvent oldSnapshot() {
    HealthEvent event;
    event.step = 50;
    for (int i = 0; i < 2; ++i) {
        LayerHealth layer;
        layer.layer = i == 0 ? "model.layers.0.self_attn.q_proj" : "lm";
        layer.std = 0.02 + i;
        layer.absMean = 0.015;
        layer.negative = 0.25;
        layer.zero = 0.5;
        layer.positive = 0.25;
        layer.flipRate = 0.001;
        layer.reversalRate = 0.3;
        layer.deadZone = 0.1;
        layer.collapsed = i == 1;
        layer.histogram[0] = 3;
        layer.histogram[static_cast<std::size_t>(48 + i)] = 1000000;
        layer.histogram[95] = 7;
        event.layers.push_back(layer);
    }
    return event;
}
const QByteArray oldBlob = QByteArray::fromHex(
    "28b52ffd60b302b50400240602000000600000001f0000006d6f64656c2e6c61796572732e302e73656c665f6174746e2e715f70726f6a7b14"
    "ae47e17a943fb81e85eb51b88e3f00d0e0d03ffca9f1d24d62503f33d33f9a99b93f00020000006c6d52f00103400700400042000f14000b40"
    "418014348ce9980c530c2220301110b1c16c8d210ac8c052e5c9616063402b71d810a48320b8eb20b39514dc0228");

bool sameLayers(const HealthEvent& a, const HealthEvent& b) {
    const auto same = [](const LayerHealth& x, const LayerHealth& y) {
        return x.layer == y.layer && x.collapsed == y.collapsed && x.histogram == y.histogram &&
               std::all_of(layerMetrics().begin(), layerMetrics().end(), [&](const Metric* metric) {
                   const auto of = std::get<double LayerHealth::*>(metric->value);
                   return sameBits(x.*of, y.*of);
               });
    };
    return a.step == b.step && std::equal(a.layers.begin(), a.layers.end(), b.layers.begin(), b.layers.end(), same);
}

}  // namespace

class TestMetrics : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void entriesAreCompleteAndUnique() {
        std::set<std::string> keys, names, labels;
        for (const Metric& metric : metrics()) {
            const char* name = metric.name;
            QVERIFY2(keys.insert(metric.series).second && names.insert(name).second, name);
            QVERIFY2(labels.insert(metric.label).second && *metric.label != 0, name);
            QVERIFY2(*metric.brief != 0 && *metric.help != 0 && metric.digits >= 0, name);
            QVERIFY2(QString(name).contains(QRegularExpression("^[a-z_]+$")), name);
            QCOMPARE(findMetric(name), &metric);
            QCOMPARE(metricOfSeries(metric.series), &metric);
            QVERIFY2(layerOfSeries(metric.series).empty(), name);
            QVERIFY2(!isOfLayers(metric) || std::string(metric.series) == "health/all/" + lastPart(metric.series),
                     name);
        }
        QVERIFY(findMetric("no_such") == nullptr && metricOfSeries("no/such") == nullptr);
        QVERIFY(metricOfSeries("flip_rate") == nullptr && metricOfSeries("health/flip_rate") == nullptr);
        const std::string series = layerSeries(*findMetric("flip_rate"), "model.layers.1.mlp.up_proj");
        QCOMPARE(series, std::string("health/model.layers.1.mlp.up_proj/flip_rate"));
        QCOMPARE(metricOfSeries(series), findMetric("flip_rate"));
        QCOMPARE(layerOfSeries(series), std::string_view("model.layers.1.mlp.up_proj"));
    }

    // Nothing else is in the store, but for what this snapshot does not have.
    void allAreRecorded() {
        const TemporaryWorkspace place;
        const std::string id = recordedRun(place);
        const HealthEvent health = healthEvent(20);
        std::set<std::string> expected;
        for (const Metric& metric : metrics()) {
            if (!isOfLayers(metric)) {
                expected.insert(metric.series);
                continue;
            }
            if (valueIn(health, metric)) expected.insert(metric.series);
            for (const LayerHealth& layer : health.layers)
                if (valueIn(layer, metric)) expected.insert(layerSeries(metric, layer.layer));
        }
        RunStore store(place.workspace);
        const std::vector<std::string> keys = store.seriesKeys(id);
        QCOMPARE(std::set<std::string>(keys.begin(), keys.end()), expected);
        for (const std::string& key : keys) QCOMPARE(store.series(id, key).size(), std::size_t{2});
        QCOMPARE(store.series(id, "tokens").back().value, 20.0 * 4096);
        QCOMPARE(store.series(id, "eval/loss_at_lambda").front().value, 2.25);
        std::string csv;
        QCOMPARE(exportCsv(store, id, {}, [&](std::string_view piece) { csv += piece; }),
                 static_cast<std::int64_t>(2 * keys.size()));
    }

    // The last value, wherever it is kept.
    void allAreKeysOfQueries() {
        const TemporaryWorkspace place;
        const std::string id = recordedRun(place);
        RunStore store(place.workspace);
        for (const Metric& metric : metrics()) {
            const std::string name = metric.name;
            RunSummary run = store.run(id).value();
            const std::string series = seriesOfKey(name);
            QCOMPARE(seriesOfQuery(name + " > 0 or not (" + name + " < 2)").size(), series.empty() ? 0U : 1U);
            if (!series.empty()) store.readLast(run, {series});
            const bool setting = name == "lr" || findField(name) != nullptr;  // the config's, where it has the name too
            const auto last = store.lastValue(id, metric.series);
            if (!last) continue;
            if (!setting) QCOMPARE(runQueryValue(run, name), formatReal(*last));
            QVERIFY2(parseRunQuery(name + " = " + runQueryValue(run, name))(run), name.c_str());
            QVERIFY2(!parseRunQuery(name + " < " + runQueryValue(run, name))(run), name.c_str());
            QCOMPARE(isInSummary(metric) || setting, series.empty());
        }
        RunSummary unread = store.run(id).value();
        QVERIFY(!parseRunQuery("flip_rate >= 0")(unread) && unread.last.empty());
        QVERIFY_EXCEPTION_THROWN(seriesOfQuery("flip_rat > 1"), QueryError);
        QCOMPARE(runQueryValue(unread, "best_loss"), runQueryValue(unread, "best_eval_loss"));
    }

    // The last value without reading a series, also where its newest block has just been sealed.
    void lastValuesAreThoseOfTheSeries() {
        const TemporaryWorkspace place;
        StoreWriter writer(place.workspace);
        RunStore store(place.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        QVERIFY(!store.lastValue(id, "loss"));
        RunRecorder recorder(writer, id);
        for (const StepIndex count : {1, 1023, 1024, 1025, 2048}) {
            for (StepIndex step = store.run(id)->steps; step < count; ++step) recorder.onStep(stepEvent(step));
            recorder.sync();
            QCOMPARE(store.lastValue(id, "loss").value(), store.series(id, "loss").back().value);
        }
        RunSummary run = store.run(id).value();
        store.readLast(run, {"memory", "no/such"});
        QCOMPARE(run.last.size(), std::size_t{1});
        QCOMPARE(run.last.at("memory"), 1e9);
    }

    void resultsHaveOneKeyEach() {
        std::set<std::string> keys;
        for (const RunResult& result : runResults()) {
            QVERIFY2(keys.insert(result.key()).second && *result.label() != 0, result.key().c_str());
            QVERIFY2(findField(result.key()) == nullptr, result.key().c_str());
        }
        QVERIFY(keys.contains("best_eval_loss") && keys.contains("loss"));
    }

    void snapshotsOfBeforeAreRead() {
        QVERIFY(sameLayers(decodeHealth(50, oldBlob.toStdString()), oldSnapshot()));
        QCOMPARE(QByteArray::fromStdString(encodeHealth(oldSnapshot())), oldBlob);
        for (const Metric* metric : layerMetrics())
            if (!valueIn(LayerHealth(), *metric)) QVERIFY(!valueIn(decodeHealth(50, oldBlob.toStdString()), *metric));
    }

    // What is not recorded is neither a point nor a figure of the blob, which then is as it was before.
    void whatIsNotRecordedIsNotThere() {
        const TemporaryWorkspace place;
        StoreWriter writer(place.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        RunRecorder recorder(writer, id);
        recorder.onHealth(healthEvent(0));
        recorder.onHealth(healthEvent(50));
        recorder.sync();
        RunStore store(place.workspace);
        const std::string layer = healthEvent(0).layers[1].layer;
        for (const std::string& series :
             {std::string("health/all/gradient_norm"), layerSeries(*findMetric("bitlinear_gradient_norm"), layer)}) {
            const std::vector<Point> points = store.series(id, series);
            QCOMPARE(points.size(), std::size_t{1});
            QCOMPARE(points[0].step, 50);
        }
        QVERIFY(std::isnan(store.health(id, 0)->layers[1].gradientNorm));
        QCOMPARE(store.health(id, 50)->layers[1].gradientNorm, 4.0);
        HealthEvent without = healthEvent(50);
        for (LayerHealth& each : without.layers) each.gradientNorm = LayerHealth().gradientNorm;
        const std::string before = decompress(encodeHealth(without), 1 << 20),
                          after = decompress(encodeHealth(healthEvent(50)), 1 << 20);
        QVERIFY(after.starts_with(before) && after.size() > before.size());
    }

    // Figures of another version of the program are passed over, and a form that is not known is refused.
    void snapshotsOfLaterAreReadOrRefused() {
        const auto number = [](auto value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); };
        const std::string plain = decompress(oldBlob.toStdString(), 1 << 20);
        const auto figure = [&](const std::string& name) {
            return number(static_cast<std::uint32_t>(name.size())) + name + number(0.75) + number(1.5);
        };
        const auto blob = [&](std::uint8_t version, const std::string& figures, std::uint32_t count) {
            return compress(plain + number(version) + number(count) + figures);
        };
        QVERIFY(sameLayers(decodeHealth(50, blob(2, figure("no_such"), 1)), oldSnapshot()));
        QVERIFY(sameLayers(decodeHealth(50, blob(2, figure("loss"), 1)), oldSnapshot()));  // none of a layer
        HealthEvent other = oldSnapshot();
        other.layers[0].zero = 0.75;
        other.layers[1].zero = 1.5;
        QVERIFY(sameLayers(decodeHealth(50, blob(2, figure("no_such") + figure("zero_share"), 2)), other));
        QVERIFY_EXCEPTION_THROWN(decodeHealth(50, blob(2, figure("no_such"), 2)), Error);  // cut short
        try {
            decodeHealth(50, blob(3, {}, 0));
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::TooNew);
        }
    }
};

QTEST_APPLESS_MAIN(TestMetrics)
#include "test_metrics.moc"
