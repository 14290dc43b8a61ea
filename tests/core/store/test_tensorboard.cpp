// TensorBoard's event files against files that the tensorboard package wrote (tests/fixtures/make_tensorboard.py),
// damaged ones, and a whole way out and in again. Where the package is installed, it also reads what was exported
// (TRITLAB_PYTHON names a Python).
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QTest>
#include <bit>
#include <cmath>
#include <fstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/formats/tensorboard.h"
#include "core/store/tensorboard_runs.h"
#include "tests/core/store/event_writer.h"
#include "tests/core/store/store_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

const fs::path fixtures = fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/tensorboard";

struct Read {
    std::vector<TensorBoardEvent> events;
    TensorBoardFileResult result;
};

Read readAll(const fs::path& file) {
    Read read;
    read.result = readTensorBoardFile(file, [&](const TensorBoardEvent& event) { read.events.push_back(event); });
    return read;
}

Read readBytes(const QTemporaryDir& folder, const std::string& bytes) {
    const fs::path file = fs::path(folder.path().toStdString()) / "events.out.tfevents.1";
    std::ofstream(file, std::ios::binary) << bytes;  // not synced: there are hundreds of them
    return readAll(file);
}

std::string trainedRun(const TemporaryWorkspace& place) {
    StoreWriter writer(place.workspace);
    RunConfig config;
    config.steps = 3000;
    const std::string id = writer.createRun("out/of here", config, RunState::Preparing);
    {
        RunRecorder recorder(writer, id);
        for (StepIndex step = 0; step < 3000; ++step) recorder.onStep(stepEvent(step));
        recorder.onHealth(healthEvent(1500));
        recorder.onSample({2000, "The king", " said | \"no\""});
        recorder.onState({RunState::Finished, 3000, "", true});
    }
    writer.flush();
    return id;
}

}  // namespace

class TestTensorBoard : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checksumIsCastagnolis() {
        const auto unmasked = [](std::uint32_t masked) {
            const std::uint32_t rotated = masked - 0xA282EAD8U;
            return rotated >> 17 | rotated << 15;
        };
        QCOMPARE(unmasked(maskedCrc32c("123456789")), 0xE3069283U);            // the check value of CRC-32C
        QCOMPARE(unmasked(maskedCrc32c(std::string(32, '\0'))), 0x8A9136AAU);  // RFC 3720, B.4
        QCOMPARE(unmasked(maskedCrc32c(std::string(32, '\xff'))), 0x62A8AB43U);
    }
    void readsSimpleValues() {
        const Read read = readAll(fixtures / "torch/events.out.tfevents.1767225600.host.1.0");
        QCOMPARE(read.result.records, 6);
        QCOMPARE(read.result.leftOut.histograms, 1);
        QCOMPARE(read.result.leftOut.sum(), 1);
        QVERIFY(!read.result.cutShort);
        QCOMPARE(read.events.size(), 5U);  // the histogram's among them
        QCOMPARE(read.events[2].tags, std::vector<std::string>{"weights"});
        QVERIFY(read.events[2].scalars.empty());
        QCOMPARE(read.events[4].step, 3);
        QCOMPARE(read.events[4].fileVersion, 2.0);
        QCOMPARE(read.events[4].wallTime, 1767225603.0);
        QCOMPARE(read.events[4].scalars.size(), 2U);
        QCOMPARE(read.events[4].scalars[0], (std::pair<std::string, double>("train/loss", 2.25)));
        QCOMPARE(read.events[4].scalars[1].second, static_cast<double>(3e-3F));
    }
    void readsTensors() {
        const Read read = readAll(fixtures / "tf2/train/events.out.tfevents.1767225600.host.3.0.v2");
        QCOMPARE(read.events.size(), 3U);
        QCOMPARE(read.events[2].scalars,
                 (std::vector<std::pair<std::string, double>>{{"loss", 0.5}, {"epoch", 2}, {"scale", 0.2}}));
    }
    void damageIsSaid() {
        const std::string whole = readFile(fixtures / "torch/events.out.tfevents.1767225600.host.1.0");
        const QTemporaryDir folder;
        for (std::size_t cut = 0; cut < whole.size(); ++cut) {
            const Read read = readBytes(folder, whole.substr(0, cut));  // a file that is being written: no error
            QVERIFY(read.result.records < 6);
        }
        std::vector<std::size_t> starts;
        for (std::size_t at = 0; at < whole.size(); at += 16 + static_cast<unsigned char>(whole[at]))
            starts.push_back(at);
        QCOMPARE(starts.size(), 6U);
        for (std::size_t i = 0; i < whole.size(); ++i) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
            const Read read = readBytes(folder, damaged);
            const std::size_t start = *(std::upper_bound(starts.begin(), starts.end(), i) - 1);
            // The checksum of a length alone costs nothing; every other byte its record, and no other.
            const bool lost = i - start < 8 || i - start >= 12;
            QVERIFY2(read.result.records == (lost ? 5 : 6), qPrintable(QString::number(i)));
            if (!lost) continue;
            QVERIFY2(read.result.damage.size() == 1 && read.result.damage[0].byte == start,
                     qPrintable(QString::number(i)));
        }
        // Sound records that hold no event.
        for (const char* bytes : {"\x08", "\x0a\x05xy", "\x09\x01", "\x00",
                                  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x2a\x03\x0a\x7fx"}) {
            EventWriter writer("");
            writer.record(bytes).scalar("loss", 1, 1);
            const Read read = readBytes(folder, writer.bytes);
            const bool empty = *bytes == '\0';  // an event of which nothing is said
            QCOMPARE(read.result.records, empty ? 2 : 1);
            QCOMPARE(read.result.damage.size(), empty ? 0U : 1U);
            if (!empty) QCOMPARE(std::string(read.result.damage[0].what), std::string("a record is no event"));
            QCOMPARE(read.events.back().scalars.size(), 1U);
        }
    }
    void importsRuns() {
        const TemporaryWorkspace place;
        { StoreWriter writer(place.workspace); }
        const std::vector<ImportedSeriesRun> told = importTensorBoard(place.workspace, fixtures, "").runs;
        QCOMPARE(told.size(), 2U);
        QCOMPARE(told[0].name, std::string("tensorboard/tf2/train"));
        QCOMPARE(told[1].name, std::string("tensorboard/torch"));
        QCOMPARE(told[1].counts.leftOut.histograms, 1);
        QCOMPARE(told[1].counts.replaced, 1);  // step 3, by the resumed file
        RunStore store(place.workspace);
        const RunSummary run = *store.run(told[1].id);
        QCOMPARE(run.state, RunState::Finished);
        QCOMPARE(run.tags, std::vector<std::string>{"imported"});
        QVERIFY(run.notes.find("'train/loss' is shown as 'loss'") != std::string::npos);
        QCOMPARE(run.steps, 5);
        QCOMPARE(run.lastLoss, 1.75);
        QCOMPARE(run.startedMs, 1767225600000);
        QCOMPARE(store.seriesKeys(run.id), (std::vector<std::string>{"loss", "lr"}));
        const std::vector<Point> loss = store.series(run.id, "loss");
        QCOMPARE(loss.size(), 5U);
        QVERIFY(std::isnan(loss[3].value));                         // the resumed file's
        QCOMPARE(store.series(told[0].id, "scale")[1].value, 0.1);  // a float64 keeps its digits
        QCOMPARE(store.integrityCheck(), std::string());
    }
    void saysWhatIsNothing() {
        const TemporaryWorkspace place;
        const QTemporaryDir empty;
        QVERIFY(!holdsTensorBoardFiles(empty.path().toStdString()));
        QVERIFY_EXCEPTION_THROWN((void)importTensorBoard(place.workspace, empty.path().toStdString(), ""), Error);
        // Nothing but a file that is none.
        writeFileAtomically(fs::path(empty.path().toStdString()) / "a.tfevents", "no event file at all");
        QVERIFY_EXCEPTION_THROWN((void)importTensorBoard(place.workspace, empty.path().toStdString(), ""), Error);
        RunStore store(place.workspace);
        QVERIFY(store.runs().empty());
    }
    void outAndInAgain() {
        const TemporaryWorkspace place, other;
        const std::string id = trainedRun(place);
        RunStore store(place.workspace);
        const QTemporaryDir folder;
        const TensorBoardExport written = exportTensorBoard(store, id, folder.path().toStdString());
        QVERIFY(QString::fromStdString(written.file.string())
                    .contains("/out_of_here-" + QString::fromStdString(id) + "/events.out.tfevents."));
        // replaced, not doubled
        QCOMPARE(exportTensorBoard(store, id, folder.path().toStdString()).file, written.file);
        const Read read = readAll(written.file);
        QVERIFY(std::is_sorted(read.events.begin() + 1, read.events.end() - 1,
                               [](const auto& a, const auto& b) { return a.step < b.step; }));
        QCOMPARE(read.events.back().texts.front(),
                 (std::pair<std::string, std::string>("sample/The king", " said | \"no\"")));
        QVERIFY(read.events.front().texts.front().second.find("\"steps\": 3000") != std::string::npos);

        const std::string back =
            importTensorBoard(other.workspace, folder.path().toStdString(), "back").runs.front().id;
        RunStore again(other.workspace);
        QCOMPARE(again.seriesKeys(back), store.seriesKeys(id));
        std::int64_t points = 0;
        for (const std::string& key : store.seriesKeys(id)) {
            const std::vector<Point> out = store.series(id, key), in = again.series(back, key);
            QCOMPARE(in.size(), out.size());
            for (std::size_t i = 0; i < out.size(); ++i) {
                QCOMPARE(in[i].step, out[i].step);
                QVERIFY(sameBits(in[i].value, static_cast<double>(static_cast<float>(out[i].value))));
            }
            points += static_cast<std::int64_t>(out.size());
        }
        QCOMPARE(written.points, points);
        QCOMPARE(again.run(back)->steps, 3000);
    }
    void tensorboardReadsIt() {
        const QString python = qEnvironmentVariable("TRITLAB_PYTHON", "python3");
        QProcess probe;
        probe.start(python, {"-c", "import tensorboard, numpy"});
        if (!probe.waitForFinished(60000) || probe.exitCode() != 0)
            QSKIP("skipped: no Python with the tensorboard package");
        const TemporaryWorkspace place;
        const std::string id = trainedRun(place);
        RunStore store(place.workspace);
        const QTemporaryDir folder;
        const TensorBoardExport written = exportTensorBoard(store, id, folder.path().toStdString());
        QProcess process;
        process.start(python, {TRITLAB_SOURCE_DIR "/tests/fixtures/make_tensorboard.py", "read", folder.path()});
        QVERIFY(process.waitForFinished(100000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
        std::map<std::string, std::vector<Point>> seen;
        int texts = 0;
        for (const QByteArray& line : process.readAllStandardOutput().split('\n')) {
            const QList<QByteArray> cells = line.split('\t');
            if (cells.size() == 4 && cells[0] == "scalar")
                seen[cells[1].toStdString()].push_back({cells[2].toLongLong(), cells[3].toDouble()});
            else if (cells[0] == "text") ++texts;
        }
        QCOMPARE(texts, 2);
        QCOMPARE(seen.size(), store.seriesKeys(id).size());
        for (const auto& [key, points] : seen) {
            const std::vector<Point> expected = store.series(id, key);
            QCOMPARE(points.size(), expected.size());
            for (std::size_t i = 0; i < points.size(); ++i) {
                QCOMPARE(points[i].step, expected[i].step);
                QCOMPARE(static_cast<float>(points[i].value), static_cast<float>(expected[i].value));
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestTensorBoard)
#include "test_tensorboard.moc"
