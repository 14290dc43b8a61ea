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
        QCOMPARE(read.result.skipped, 1);  // the histogram
        QVERIFY(!read.result.cutShort);
        QCOMPARE(read.events.size(), 4U);
        QCOMPARE(read.events[3].step, 3);
        QCOMPARE(read.events[3].wallTime, 1767225603.0);
        QCOMPARE(read.events[3].scalars.size(), 2U);
        QCOMPARE(read.events[3].scalars[0], (std::pair<std::string, double>("train/loss", 2.25)));
        QCOMPARE(read.events[3].scalars[1].second, static_cast<double>(3e-3F));
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
        for (std::size_t i = 0; i < whole.size(); ++i) {
            std::string damaged = whole;
            damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
            bool said = false;
            try {
                said = readBytes(folder, damaged).result.cutShort;
            } catch (const Error& error) {
                said = error.where().find("byte ") != std::string::npos;
            }
            QVERIFY2(said, qPrintable(QString::number(i)));
        }
        // Sound records that hold no event.
        for (const char* bytes : {"\x08", "\x0a\x05xy", "\x09\x01", "\x00",
                                  "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", "\x2a\x03\x0a\x7fx"}) {
            const std::string body = bytes;
            std::string file(8, '\0');
            file[0] = static_cast<char>(body.size());
            const auto add = [&file](std::uint32_t crc) {
                file.append(reinterpret_cast<const char*>(&crc), sizeof crc);
            };
            add(maskedCrc32c(file));
            file += body;
            add(maskedCrc32c(body));
            if (body.empty()) QCOMPARE(readBytes(folder, file).result.records, 1);
            else QVERIFY_EXCEPTION_THROWN((void)readBytes(folder, file), Error);
        }
    }
    void importsRuns() {
        const TemporaryWorkspace place;
        { StoreWriter writer(place.workspace); }
        const std::vector<ImportedSeriesRun> told = importTensorBoard(place.workspace, fixtures, "");
        QCOMPARE(told.size(), 2U);
        QCOMPARE(told[0].name, std::string("tensorboard/tf2/train"));
        QCOMPARE(told[1].name, std::string("tensorboard/torch"));
        QCOMPARE(told[1].skipped, 1);
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
        // One damaged file: no run of any.
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

        const std::string back = importTensorBoard(other.workspace, folder.path().toStdString(), "back").front().id;
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
