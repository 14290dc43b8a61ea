// Event files as runs: what damage costs, restarts, points without steps, the folders of one run, and settings that are
// known or not. Files are written by event_writer.h. Where a Python has the tensorboard package (TRITLAB_PYTHON names
// it), its own EventAccumulator reads random files beside us.
#include <QProcess>
#include <QTest>
#include <algorithm>
#include <cmath>
#include <map>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/store/database.h"
#include "core/store/event_folder.h"
#include "core/store/export_markdown.h"
#include "core/store/query.h"
#include "core/store/run_settings.h"
#include "core/store/tensorboard_runs.h"
#include "tests/core/store/event_writer.h"
#include "tests/core/store/store_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

struct Folder {
    QTemporaryDir place;
    [[nodiscard]] fs::path path(const std::string& below = "") const {
        return fs::path(place.path().toStdString()) / below;
    }
};

const std::string file1 = "events.out.tfevents.1767225600.host.1.0", file2 = "events.out.tfevents.1767225700.host.2.0";

EventFolder readOne(const EventWriter& writer) {
    const Folder folder;
    writer.save(folder.path(file1));
    return readEventFolder({folder.path(file1)});
}

EventWriter hundred() {
    EventWriter writer;
    for (int step = 0; step < 100; ++step) writer.scalar("loss", step, static_cast<float>(step) + 0.5F);
    return writer;
}

std::vector<StepIndex> steps(const std::vector<Point>& points) {
    std::vector<StepIndex> list;
    for (const Point& point : points) list.push_back(point.step);
    return list;
}

std::vector<Point> expected(const std::vector<std::pair<StepIndex, double>>& points) {
    std::vector<Point> list;
    for (const auto& [step, value] : points) list.push_back({step, value});
    return list;
}

bool same(const std::vector<Point>& a, const std::vector<Point>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](const Point& x, const Point& y) { return x.step == y.step && x.value == y.value; });
}

RunSummary imported(const TemporaryWorkspace& place, const fs::path& folder, bool merge = false) {
    const TensorBoardImport result = importTensorBoard(place.workspace, folder, "run", merge);
    return *RunStore(place.workspace).run(result.runs.front().id);
}

}  // namespace

class TestEventImport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void damagedRecordCostsItself() {
        EventWriter writer = hundred();
        const std::size_t at = writer.starts[51], size = writer.starts[52] - at;  // step 50
        writer.bytes[at + 20] = static_cast<char>(writer.bytes[at + 20] ^ 1);
        const EventFolder read = readOne(writer);
        QCOMPARE(read.series.at("loss").size(), 99U);
        QVERIFY(read.series.at("loss")[50].step == 51);
        QCOMPARE(read.losses.size(), 1U);
        QCOMPARE(read.losses[0].damage.size(), 1U);
        QCOMPARE(read.losses[0].damage[0].byte, at);
        QCOMPARE(read.losses[0].damage[0].bytes, size);
        QCOMPARE(read.losses[0].damage[0].records, 1);
        QCOMPARE(read.losses[0].records, 100);  // 99 and the file's version
        const QString text = QString::fromStdString(lossText(read.losses[0]));
        QVERIFY2(text.endsWith(QString("%1: at byte %2 1 record, %3 bytes lost: a record has a wrong checksum")
                                   .arg(QString::fromStdString(file1))
                                   .arg(at)
                                   .arg(size)),
                 qPrintable(text));
    }
    void damagedLengthIsFoundAgain() {
        EventWriter writer = hundred();
        writer.bytes[writer.starts[51] + 2] = 0x40;  // 4 MB: longer than the file
        EventFolder read = readOne(writer);
        QCOMPARE(read.series.at("loss").size(), 99U);
        QVERIFY(!read.losses[0].cutShort);
        QCOMPARE(read.losses[0].damage[0].records, 0);  // how many were there, nobody knows
        // The checksum of a length alone: the bytes themselves are sound, nothing is lost.
        EventWriter checksum = hundred();
        checksum.bytes[checksum.starts[51] + 9] = static_cast<char>(checksum.bytes[checksum.starts[51] + 9] ^ 1);
        read = readOne(checksum);
        QCOMPARE(read.series.at("loss").size(), 100U);
        QVERIFY(read.losses.empty());
    }
    void missingBytesCostTwoRecords() {
        EventWriter writer = hundred();
        writer.bytes.erase(writer.starts[51] + 15, writer.starts[53] - writer.starts[51] - 5);
        EventFolder read = readOne(writer);
        QCOMPARE(read.series.at("loss").size(), 97U);  // 50, 51 and 52, whose beginning went too
        // A tail of zeros, as a crash leaves it, and a record that was not written whole.
        EventWriter zeros = hundred();
        zeros.bytes += std::string(5000, '\0');
        read = readOne(zeros);
        QCOMPARE(read.series.at("loss").size(), 100U);
        QCOMPARE(read.losses[0].damage[0].bytes, 5000U);
        EventWriter cut = hundred();
        cut.bytes.resize(cut.bytes.size() - 3);
        read = readOne(cut);
        QCOMPARE(read.series.at("loss").size(), 99U);
        QVERIFY(read.losses[0].cutShort && read.losses[0].damage.empty());
    }
    // Whatever bytes are hit, every record that none of them is in comes in with its value.
    void untouchedRecordsComeIn() {
        for (std::uint64_t round = 0; round < 300; ++round) {
            EventWriter writer = hundred();
            std::set<std::size_t> touched;
            const std::size_t hits = 1 + randomBits(1, round, 0) % 6;
            for (std::size_t hit = 0; hit < hits; ++hit) {
                const std::size_t from = randomBits(2, round, hit) % writer.bytes.size(),
                                  count = 1 + randomBits(3, round, hit) % 40;
                for (std::size_t i = from; i < std::min(from + count, writer.bytes.size()); ++i) {
                    writer.bytes[i] = static_cast<char>(randomBits(4, round * 1000 + hit, i));
                    const auto after = std::upper_bound(writer.starts.begin(), writer.starts.end(), i);
                    touched.insert(static_cast<std::size_t>(after - writer.starts.begin()) - 1);
                }
            }
            const EventFolder read = readOne(writer);
            std::map<StepIndex, double> values;
            if (read.series.contains("loss"))
                for (const Point& point : read.series.at("loss")) values[point.step] = point.value;
            for (std::size_t record = 1; record < writer.starts.size(); ++record) {
                const auto step = static_cast<StepIndex>(record) - 1;
                if (touched.contains(record)) continue;
                QVERIFY2(values.contains(step), qPrintable(QString("round %1, step %2").arg(round).arg(step)));
                QCOMPARE(values[step], static_cast<double>(step) + 0.5);
            }
            for (const auto& [step, value] : values) QCOMPARE(value, static_cast<double>(step) + 0.5);
        }
    }
    void otherRunsComeIn() {
        const Folder folder;
        const TemporaryWorkspace place;
        EventWriter writer = hundred();
        writer.save(folder.path("good/" + file1));
        writer.bytes[writer.starts[3] + 20] = static_cast<char>(writer.bytes[writer.starts[3] + 20] ^ 1);
        writer.save(folder.path("hurt/" + file1));
        writeFileAtomically(folder.path("hurt/" + file2), "no event file, but a text of that name");
        const TensorBoardImport result = importTensorBoard(place.workspace, folder.path(), "");
        QCOMPARE(result.runs.size(), 2U);
        QCOMPARE(result.runs[0].points, 100);
        QCOMPARE(result.runs[1].points, 99);
        QCOMPARE(result.losses.size(), 2U);
        QVERIFY(lossText(result.losses[1]).find("is no event file") != std::string::npos);
        const std::string notes = RunStore(place.workspace).run(result.runs[1].id)->notes;
        QVERIFY2(notes.find("1 record, ") != std::string::npos, notes.c_str());
    }
    void restartsReplace() {
        // purge_step: the second file says where it begins, and every tag is cut there
        const Folder folder;
        EventWriter first, second;
        for (int step = 0; step < 10; ++step) first.scalar("loss", step, 1).scalar("lr", step, 1);
        second.sessionStart(6);
        second.scalar("loss", 7, 2).scalar("loss", 8, 2);
        first.save(folder.path(file1));
        second.save(folder.path(file2));
        EventFolder read = readEventFolder({folder.path(file2), folder.path(file1)});
        QCOMPARE(steps(read.series.at("loss")), (std::vector<StepIndex>{0, 1, 2, 3, 4, 5, 7, 8}));
        QCOMPARE(steps(read.series.at("lr")), (std::vector<StepIndex>{0, 1, 2, 3, 4, 5}));
        QCOMPARE(read.counts.replaced, 8);
        // within one file the same
        read = readOne(EventWriter().scalar("loss", 1, 1).scalar("loss", 5, 1).sessionStart(3).scalar("loss", 4, 2));
        QVERIFY(same(read.series.at("loss"), expected({{1, 1}, {4, 2}})));
        // A restart that says nothing: a later file holds a tag again, and of that tag its points count.
        EventWriter silent;
        silent.scalar("loss", 5, 3).scalar("loss", 7, 3);
        silent.save(folder.path(file2));
        read = readEventFolder({folder.path(file1), folder.path(file2)});
        QVERIFY(same(read.series.at("loss"), expected({{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 3}, {7, 3}})));
        QCOMPARE(read.series.at("lr").size(), 10U);
        // One that begins where the first ended replaces nothing.
        EventWriter onward;
        onward.scalar("loss", 10, 3);
        onward.save(folder.path(file2));
        QCOMPARE(readEventFolder({folder.path(file1), folder.path(file2)}).counts.replaced, 0);
    }
    void tagsOneAfterTheOtherStay() {
        for (const char* version : {"brain.Event:2", "brain.Event:1", ""}) {
            EventWriter writer(version);
            for (int step = 0; step < 50; ++step) writer.scalar("a", step, 1);
            for (int step = 0; step < 50; ++step) writer.scalar("b", step, 2);
            const EventFolder read = readOne(writer);
            QCOMPARE(read.series.at("a").size(), 50U);
            QCOMPARE(read.series.at("b").size(), 50U);
            QCOMPARE(read.counts.replaced, 0);
        }
        // In files before version 2 a tag whose steps go back begins again; since then only SessionLog says so.
        EventWriter old("brain.Event:1"), late;
        for (EventWriter* writer : {&old, &late})
            writer->scalar("a", 1, 1).scalar("a", 5, 1).scalar("b", 5, 1).scalar("a", 3, 2);
        QVERIFY(same(readOne(old).series.at("a"), expected({{1, 1}, {3, 2}})));
        QCOMPARE(readOne(old).series.at("b").size(), 1U);
        QVERIFY(same(readOne(late).series.at("a"), expected({{1, 1}, {3, 2}, {5, 1}})));
    }
    void stepsThatAreNone() {
        EventWriter writer;
        for (int i = 0; i < 5; ++i) writer.scalar("plain", {}, static_cast<float>(i)).scalar("stepped", i - 2, 1);
        writer.scalar("once", {}, 7).scalar("twice", 4, 1).scalar("twice", 4, 2);
        writer.scalar("late", 1'767'225'600'000, 1).scalar("last", std::numeric_limits<std::int64_t>::max(), 1);
        const EventFolder read = readOne(writer);
        QVERIFY(same(read.series.at("plain"), expected({{0, 0}, {1, 1}, {2, 2}, {3, 3}, {4, 4}})));
        QCOMPARE(steps(read.series.at("stepped")), (std::vector<StepIndex>{0, 1, 2}));
        QVERIFY(same(read.series.at("once"), expected({{0, 7}})));
        QVERIFY(same(read.series.at("twice"), expected({{4, 2}})));
        QCOMPARE(read.counts.numberedSeries, 1);
        QCOMPARE(read.counts.negativeSteps, 2);
        QCOMPARE(read.counts.repeated, 1);
        // Two files without steps are one series after the other.
        const Folder folder;
        EventWriter().scalar("plain", {}, 1).scalar("plain", {}, 2).save(folder.path(file1));
        EventWriter().scalar("plain", {}, 3).scalar("plain", {}, 4).save(folder.path(file2));
        QVERIFY(same(readEventFolder({folder.path(file1), folder.path(file2)}).series.at("plain"),
                     expected({{0, 1}, {1, 2}, {2, 3}, {3, 4}})));
        // Steps beyond any config's: the list of runs can still be read.
        const TemporaryWorkspace place;
        writer.save(folder.path("big/" + file1));
        QVERIFY(imported(place, folder.path("big")).steps > 1'767'225'600'000);
        QCOMPARE(RunStore(place.workspace).runs().size(), 1U);
    }
    void leftOutIsCounted() {
        EventWriter writer;
        writer.scalar("loss", 1, 1).other(5, 1).other(5, 2).other(4, 1).other(6, 1);
        writer.tensor("note", 1, EventWriter::texts({"hello"}), "text");
        // TensorFlow's images and histograms are tensors too; neither a text nor, of one bucket, a scalar
        writer.tensor("picture", 1, EventWriter::texts({"8", "8", "\x89PNG"}), "images");
        writer.tensor("spread", 1, EventWriter::number(1, 1) + EventWriter::field(5, std::string(4, '\1')),
                      "histograms");
        // three equal numbers, of which a TensorProto writes one
        const std::string shape = EventWriter::field(2, EventWriter::field(2, EventWriter::number(1, 3)));
        writer.tensor("three", 1, EventWriter::number(1, 1) + shape + EventWriter::field(5, std::string(4, '\1')), "");
        const EventFolder read = readOne(writer);
        QCOMPARE(read.series.size(), 1U);
        QCOMPARE(read.counts.leftOut.histograms, 3);
        QCOMPARE(read.counts.leftOut.images, 2);
        QCOMPARE(read.counts.leftOut.audio, 1);
        QCOMPARE(read.counts.leftOut.other, 1);
        QCOMPARE(read.counts.texts, 1);
        QCOMPARE(countTexts(read.counts).front(), std::string("3 histograms left out"));
    }
    void foldersOfOneRun() {
        const Folder folder;
        EventWriter().scalar("epoch", 1, 1).scalar("epoch", 2, 2).save(folder.path(file1));
        EventWriter().scalar("Loss", 1, 3).save(folder.path("Loss_train/" + file1));          // torch, add_scalars
        EventWriter().scalar("group/acc", 1, 4).save(folder.path("group_acc_val/" + file1));  // a '/' in its tag
        EventWriter().scalar("run_14h", 1, 5).save(folder.path("run_14h/tanx/" + file1));     // tensorboardX
        EventWriter().scalar("loss", 1, 6).save(folder.path("eval/" + file1));                // TensorFlow
        EventWriter().scalar("train/lr", 1, 7).save(folder.path("train/" + file1));           // says it itself
        EventWriter()
            .settings({{"learning_rate", 0.002}, {"lr", 0.5}, {"batch", 32}, {"layers", 1e9}}, {{"optimizer", "adam"}})
            .scalar("hparam/acc", {}, 8)
            .save(folder.path("1767225600.25/" + file1));
        QVERIFY(lookLikeOneRun(foldersOfEvents(folder.path())));
        QVERIFY(lookLikeOneRun({"train", "validation"}));
        QVERIFY(!lookLikeOneRun({"first", "second"}));
        QVERIFY(!lookLikeOneRun({"."}));
        const TemporaryWorkspace place;
        const TensorBoardImport result = importTensorBoard(place.workspace, folder.path(), "one", true);
        QCOMPARE(result.runs.size(), 1U);
        QCOMPARE(result.runs[0].settings, 5);
        RunStore store(place.workspace);
        QCOMPARE(store.seriesKeys(result.runs[0].id),
                 (std::vector<std::string>{"epoch", "eval/loss", "group/acc/val", "hparam/acc", "loss", "lr",
                                           "run_14h/tanx"}));
        const RunSummary run = *store.run(result.runs[0].id);
        QCOMPARE(run.lastLoss, 3.0);  // Loss/train is one of loss's names
        QCOMPARE(run.lastEvalLoss, 6.0);
        // settings: those that are fields by their name, with a value that the field takes
        QVERIFY(run.foreign.has_value());
        QCOMPARE(run.foreign->known, (std::set<std::string, std::less<>>{"learning_rate"}));
        QCOMPARE(run.config.learningRate, 0.002);
        QCOMPARE(run.foreign->others,
                 (std::vector<std::pair<std::string, std::string>>{
                     {"lr", "0.5"}, {"batch", "32"}, {"layers", "1000000000"}, {"optimizer", "adam"}}));
        // without --merge each is a run
        QCOMPARE(importTensorBoard(place.workspace, folder.path(), "each").runs.size(), 7U);
    }
    void twoTagsOfOneNameStay() {
        const Folder folder;
        EventWriter().scalar("eval/loss", 1, 1).save(folder.path(file1));
        EventWriter().scalar("loss", 1, 2).save(folder.path("eval/" + file1));
        const TemporaryWorkspace place;
        const RunSummary run = imported(place, folder.path(), true);
        RunStore store(place.workspace);
        QCOMPARE(store.seriesKeys(run.id), (std::vector<std::string>{"eval/loss", "eval/loss-2"}));
        QCOMPARE(store.series(run.id, "eval/loss-2").front().value, 2.0);
    }
    void unknownSettingsStayUnknown() {
        const Folder folder;
        EventWriter().scalar("loss", 4, 1.5).save(folder.path(file1));
        const TemporaryWorkspace place;
        const RunSummary run = imported(place, folder.path());
        QVERIFY(run.foreign && run.foreign->known.empty());
        for (const char* query :
             {"learning_rate < 1e-3", "learning_rate >= 1e-3", "lr != 7", "not lr = 7", "steps = 5",
              "ternary_linears = true", "not ternary_linears = true", "seed = 0", "not seed = 0", "data ~ a",
              "not data ~ a", "bit_equal = true", "tokens = 0", "lr < 1 or lr >= 1", "loss < 2 and lr != 1"})
            QVERIFY2(!parseRunQuery(query)(run), query);
        for (const char* query : {"loss < 2", "steps_done = 5", "lr < 1 or loss < 2", "not (lr < 1 and loss > 2)",
                                  "tag:imported", "not starred = true"})
            QVERIFY2(parseRunQuery(query)(run), query);
        for (const Field& field : fields()) {
            QCOMPARE(runQueryValue(run, field.key), std::string());
            QVERIFY(!hasSetting(run, field));
        }
        QVERIFY(settingsJson(run).empty());
        // beside runs whose config is known
        std::vector<RunSummary> runs(2);
        runs[1].config.learningRate = 0.5;
        runs.push_back(run);
        for (const SettingRow& row : settingRows({&runs[0], &runs[2]})) QVERIFY2(!row.differs, row.key.c_str());
        for (const SettingRow& row : settingRows({&runs[0], &runs[1], &runs[2]})) {
            QCOMPARE(row.differs, row.key == "learning_rate");
            QVERIFY(!row.values[2]);
        }
        const std::string table = runsMarkdown(runs);
        QVERIFY2(table.find("| ? |") != std::string::npos, table.c_str());
        QVERIFY(table.find("hidden_size") == std::string::npos);
        const std::string alone = runsMarkdown({run});
        QVERIFY(alone.find("learning_rate") == std::string::npos);
    }
    void toldSettingsAreShown() {
        const Folder folder;
        EventWriter()
            .settings({{"learning_rate", 5e-4}, {"lr", 1}}, {})
            .scalar("loss", 4, 1.5)
            .save(folder.path(file1));
        EventWriter().settings({{"lr", 2}}, {}).scalar("loss", 4, 1.5).save(folder.path("b/" + file1));
        const TemporaryWorkspace place;
        const TensorBoardImport result = importTensorBoard(place.workspace, folder.path(), "run");
        RunStore store(place.workspace);
        const RunSummary one = *store.run(result.runs[0].id), two = *store.run(result.runs[1].id);
        QVERIFY(parseRunQuery("learning_rate < 1e-3")(one));
        QVERIFY(!parseRunQuery("learning_rate < 1e-3")(two));
        QCOMPARE(settingsJson(one).dump(), std::string("{\"learning_rate\":0.0005}"));
        std::vector<std::string> differing;
        for (const SettingRow& row : settingRows({&one, &two}))
            if (row.differs) differing.push_back(row.key);
        QCOMPARE(differing, std::vector<std::string>{"lr"});
        QVERIFY(runsMarkdown({one}).find("| lr | 1 |") != std::string::npos);
        // Out and in again they are still those.
        exportTensorBoard(store, one.id, folder.path("out"));
        const RunSummary again = imported(place, folder.path("out"));
        QCOMPARE(again.foreign->known, one.foreign->known);
        QCOMPARE(again.foreign->others, one.foreign->others);
        QCOMPARE(again.config, one.config);
    }
    void ownConfigComesBack() {
        const TemporaryWorkspace place, other;
        const Folder folder;
        std::string id;
        RunConfig config;
        config.learningRate = 0.0123;
        config.data = {{"/some/text", 2.0}};
        {
            StoreWriter writer(place.workspace);
            id = writer.createRun("mine", frozen(config), RunState::Preparing);
            RunRecorder recorder(writer, id);
            recorder.onStep(stepEvent(0));
            recorder.onState({RunState::Finished, 1, "", true});
            recorder.flush();
        }
        RunStore store(place.workspace);
        exportTensorBoard(store, id, folder.path());
        const RunSummary back = imported(other, folder.path());
        QCOMPARE(back.config, store.run(id)->config);
        QCOMPARE(settingsJson(back).dump(), toJson(store.run(id)->config).dump());
    }
    // A workspace of before: an imported run had a config of defaults.
    void earlierImportsBecomeUnknown() {
        const Folder folder;
        EventWriter().scalar("loss", 4, 1.5).save(folder.path(file1));
        const TemporaryWorkspace place;
        const RunSummary run = imported(place, folder.path());
        std::string own;
        {
            StoreWriter writer(place.workspace);
            own = writer.createRun("mine", frozen(RunConfig()), RunState::Finished);
            writer.setTags(own, {"imported"});
        }
        {
            Database database(place.workspace.database(), Database::Mode::ReadWrite);
            Query(database, "UPDATE run SET config = ?", toJson(frozen(RunConfig())).dump()).run();
            database.execute("ALTER TABLE run DROP COLUMN foreign_settings");
            database.execute("PRAGMA user_version = 2");
        }
        { const StoreWriter writer(place.workspace); }
        RunStore store(place.workspace);
        QVERIFY(store.run(run.id)->foreign.has_value());
        QVERIFY(!parseRunQuery("learning_rate > 0")(*store.run(run.id)));
        QVERIFY(!store.run(own)->foreign.has_value());
    }
    void asTensorBoardReadsThem() {
        const QString python = qEnvironmentVariable("TRITLAB_PYTHON", "python3");
        QProcess probe;
        probe.start(python, {"-c", "import tensorboard, numpy"});
        if (!probe.waitForFinished(60000) || probe.exitCode() != 0)
            QSKIP("skipped: no Python with the tensorboard package");
        const Folder folder;
        constexpr int cases = 60;
        const auto name = [](int number) { return "case" + std::to_string(1000 + number); };
        for (int number = 0; number < cases; ++number) {
            auto random = [&, at = std::uint64_t{0}](std::uint64_t below) mutable {
                return randomBits(9, static_cast<std::uint64_t>(number), ++at) % below;
            };
            const char* versions[] = {"brain.Event:2", "brain.Event:2", "brain.Event:1", ""};
            const char* version = versions[random(4)];
            std::int64_t step = 1;
            for (const std::string& file : {file1, file2}) {
                EventWriter writer(version);
                if (file == file2) {
                    // TensorBoard shows both files of a silent restart: it is left to restartsReplace
                    step = 1 + static_cast<std::int64_t>(random(static_cast<std::uint64_t>(step)));
                    writer.sessionStart(step);
                    if (*version != '\0' && std::string(version).back() == '1') break;
                    if (*version == '\0') break;
                }
                const std::uint64_t events = 5 + random(40);
                for (std::uint64_t i = 0; i < events; ++i) {
                    const std::string tag(1, static_cast<char>('a' + random(3)));
                    const auto kind = random(12);
                    if (kind == 0)
                        writer.sessionStart(std::max<std::int64_t>(1, step - static_cast<std::int64_t>(random(9))));
                    else if (kind == 1) writer.other(5, step);
                    else if (kind == 2) step = std::max<std::int64_t>(1, step - static_cast<std::int64_t>(random(12)));
                    else writer.scalar(tag, step, static_cast<float>(random(1000)));
                    step += static_cast<std::int64_t>(random(3));
                }
                writer.save(folder.path(name(number) + "/" + file));
            }
        }
        QProcess process;
        process.start(python,
                      {TRITLAB_SOURCE_DIR "/tests/fixtures/make_tensorboard.py", "accumulate", folder.place.path()});
        QVERIFY(process.waitForFinished(200000));
        QVERIFY2(process.exitCode() == 0, process.readAllStandardError());
        // The last of several values at a step counts here; TensorBoard lists them all.
        std::map<std::string, std::map<std::string, std::map<StepIndex, double>>> theirs;
        for (const QByteArray& line : process.readAllStandardOutput().split('\n')) {
            const QList<QByteArray> cells = line.split('\t');
            if (cells.size() == 4)
                theirs[cells[0].toStdString()][cells[1].toStdString()][cells[2].toLongLong()] = cells[3].toDouble();
        }
        QCOMPARE(theirs.size(), static_cast<std::size_t>(cases));
        for (int number = 0; number < cases; ++number) {
            std::vector<fs::path> files;
            for (const auto& entry : fs::directory_iterator(folder.path(name(number)))) files.push_back(entry.path());
            std::map<std::string, std::map<StepIndex, double>> ours;
            for (const auto& [tag, points] : readEventFolder(files).series)
                for (const Point& point : points) ours[tag][point.step] = point.value;
            QVERIFY2(ours == theirs[name(number)], name(number).c_str());
        }
    }
};

QTEST_APPLESS_MAIN(TestEventImport)
#include "test_event_import.moc"
