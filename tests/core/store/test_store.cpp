// One process: what is written is read again, to the bit; runs, states, trash, commands, conversations.
#include <QTest>
#include <filesystem>
#include <set>

#include "core/base/error.h"
#include "core/config/fields.h"
#include "core/store/database.h"
#include "store_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestStore : public QObject {
    Q_OBJECT

    static ErrorKind kindOf(const auto& work) {
        try {
            work();
        } catch (const Error& error) {
            return error.kind();
        }
        throw std::logic_error("no error was thrown");
    }
    static void makeCheckpointFolder(const Workspace& workspace, const std::string& run, const std::string& path) {
        fs::create_directories(workspace.run(run) / path);
    }

private Q_SLOTS:
    void anAbsentDatabaseIsAnEmptyStoreAndIsFoundWhenItAppears() {
        const TemporaryWorkspace t;
        RunStore store(t.workspace);
        QVERIFY(store.runs().empty());
        QCOMPARE(store.revision(), 0);
        QVERIFY(!store.run("r-1") && store.series("r-1", "loss").empty() && store.conversations().empty());
        QVERIFY(!fs::exists(t.workspace.database()));
        StoreWriter writer(t.workspace);
        const std::string id = writer.createRun("first", {}, RunState::Queued);
        QCOMPARE(store.runs().size(), std::size_t{1});
        QCOMPARE(store.runs().front().id, id);
        QVERIFY(store.integrityCheck().empty());
    }
    // A name stands in a line of lists, titles and messages.
    void aNameHasNoLineBreaks() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string id = writer.createRun("a\nb\x1b[31m", {}, RunState::Queued);
        QCOMPARE(store.run(id)->name, std::string("a b [31m"));
        writer.renameRun(id, "one\r\ntwo\u2028three\u0085four\u2030");
        QCOMPARE(store.run(id)->name, std::string("one  two three four\u2030"));
    }

    void aRunKeepsWhatItWasGiven() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        RunConfig config;
        config.learningRate = 1.25e-3;
        config.samplePrompts = "Über\nthe \"king\"";
        config.data = {{"builtin:bible", 1.0}, {"/tmp/a.jsonl", 0.25}};
        const std::string id = writer.createRun("kjv – linear", config, RunState::Queued, "r-parent", 400);
        writer.setNotes(id, "a note\nof two lines");
        writer.setTags(id, {"good", "with space"});
        writer.setStarred(id, true);
        writer.renameRun(id, "renamed");
        const RunSummary run = store.run(id).value();
        QCOMPARE(run.name, std::string("renamed"));
        QCOMPARE(run.notes, std::string("a note\nof two lines"));
        QCOMPARE(run.tags, (std::vector<std::string>{"good", "with space"}));
        QVERIFY(run.starred && !run.trashed && !run.baseline && run.bitEqual);
        QCOMPARE(run.parent, std::string("r-parent"));
        QCOMPARE(run.branchStep, 400);
        QCOMPARE(toJson(run.config).dump(), toJson(config).dump());
        QVERIFY(run.state == RunState::Queued && run.createdMs > 0 && run.startedMs == 0);
        QVERIFY(std::isnan(run.lastLoss) && std::isnan(run.bestEvalLoss) && std::isnan(run.bitsPerByte));
        QVERIFY(kindOf([&] { writer.renameRun("r-none", "x"); }) == ErrorKind::BadInput);
    }
    void textThatIsNoUtf8() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        RunConfig config;
        config.data = {{"/data/\xff\xfe.txt", 1.0}};
        QVERIFY(kindOf([&] { writer.createRun("n", config, RunState::Queued); }) == ErrorKind::BadInput);
        const std::string id = writer.createRun("n\xff", {}, RunState::Queued);
        writer.setTags(id, {"\xfftag"});
        QCOMPARE(store.run(id)->name, std::string("n\xff"));
        QCOMPARE(store.run(id)->tags.size(), std::size_t{1});
        const auto conversation = writer.createConversation("c", "m");
        writer.addMessage(conversation, 0, "user", "half a letter \xc3", {{"stop", "\xff"}});
        QCOMPARE(store.messages(conversation).front().text, std::string("half a letter \xc3"));
    }
    void idsAreUniqueAndSortedByTime() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        std::set<std::string> ids;
        for (int i = 0; i < 200; ++i) ids.insert(writer.createRun("n", {}, RunState::Queued));
        QCOMPARE(ids.size(), std::size_t{200});
        QTest::qWait(30);
        const std::string later = writer.createRun("n", {}, RunState::Queued);
        QVERIFY2(later > *ids.rbegin(), (later + " after " + *ids.rbegin()).c_str());
    }
    void stepsAreReadBackToTheBit() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Preparing);
        constexpr double nan = std::numeric_limits<double>::quiet_NaN(), inf = std::numeric_limits<double>::infinity();
        const double odd[] = {nan,
                              -nan,
                              std::bit_cast<double>(0x7ff8dead00000001ULL),
                              inf,
                              -inf,
                              -0.0,
                              0.0,
                              5e-324,
                              -2.5e-310,
                              1.7976931348623157e308,
                              0.1,
                              1.0};
        std::vector<double> expected;
        {
            RunRecorder recorder(writer, id);
            for (StepIndex step = 0; step < 3000; ++step) {
                StepEvent event = stepEvent(step);
                // In chunks and in the tail.
                if (step % 500 < static_cast<StepIndex>(std::size(odd))) event.loss = odd[step % 500];
                expected.push_back(event.loss);
                recorder.onStep(event);
            }
            recorder.sync();
            QVERIFY(!recorder.failure());
        }
        RunStore store(t.workspace);
        const auto points = store.series(id, "loss");
        QCOMPARE(points.size(), expected.size());
        for (std::size_t i = 0; i < points.size(); ++i) {
            QCOMPARE(points[i].step, static_cast<StepIndex>(i));
            QVERIFY2(sameBits(points[i].value, expected[i]), std::to_string(i).c_str());
        }
        QCOMPARE(store.series(id, "grad_norm", 2900).size(), std::size_t{100});
        QCOMPARE(store.series(id, "grad_norm", 2900).front().value, stepEvent(2900).gradNorm);
        const RunSummary run = store.run(id).value();
        QCOMPARE(run.steps, 3000);
        QCOMPARE(run.tokens, 3000 * 4096);
        QCOMPARE(run.lastLoss, expected.back());
        const auto keys = store.seriesKeys(id);
        for (const char* key : {"loss", "lr", "lambda", "weight_decay", "grad_norm", "tokens_per_second",
                                "wall_seconds", "tokens", "memory"})
            QVERIFY2(std::find(keys.begin(), keys.end(), key) != keys.end(), key);
    }
    // What an objective reports beside its loss becomes series of its own, whatever it is called.
    void anObjectivesMetricsAreSeries() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        {
            RunRecorder recorder(writer, id);
            for (StepIndex step = 0; step < 3; ++step) {
                StepEvent event = stepEvent(step);
                event.objective = {{"accuracy", 0.25 * static_cast<double>(step)}, {"margin", -1.5}};
                recorder.onStep(event);
            }
            recorder.sync();
        }
        RunStore store(t.workspace);
        const auto accuracy = store.series(id, "objective/accuracy"), margin = store.series(id, "objective/margin");
        QCOMPARE(accuracy.size(), std::size_t{3});
        QCOMPARE(accuracy[2].value, 0.5);
        QCOMPARE(margin.size(), std::size_t{3});
        QCOMPARE(margin[1].value, -1.5);
    }
    void stepsAreStoredWithoutBeingAskedFor() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        RunRecorder recorder(writer, id);
        recorder.onStep(stepEvent(0));
        QTRY_COMPARE(store.series(id, "loss").size(), std::size_t{1});
        recorder.onLog({LogLevel::Info, 0, "text"});
        QTRY_COMPARE(store.log(id).size(), std::size_t{1});
    }
    // From a checkpoint at 1500 of 3000 steps: what is told again replaces, what lies beyond stays until then.
    void aResumeOverwrites() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        const auto record = [&](StepIndex from, StepIndex to, double shift) {
            RunRecorder recorder(writer, id);
            for (StepIndex step = from; step < to; ++step) {
                StepEvent event = stepEvent(step);
                event.loss += shift;
                recorder.onStep(event);
                if (step % 100 == 99) recorder.onEvaluation({step + 1, event.loss, 1, 1, 1, 1, 1, 1, false});
            }
        };
        record(0, 3000, 0);
        record(1500, 2200, 10);
        QCOMPARE(store.run(id)->steps, 2200);
        const auto points = store.series(id, "loss");
        QCOMPARE(points.size(), std::size_t{3000});
        for (const auto& [step, loss] : points) QCOMPARE(loss, lossOf(step) + (step >= 1500 && step < 2200 ? 10 : 0));
        QCOMPARE(store.evaluations(id).size(), std::size_t{30});
        QCOMPARE(store.series(id, "eval/loss", 1600).front().value, lossOf(1599) + 10);
    }
    void theOtherEventsAreReadBack() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Preparing);
        RunRecorder recorder(writer, id);
        recorder.onProgress({"training the tokenizer", 0.42});
        recorder.sync();
        QCOMPARE(store.run(id)->progress, std::string("training the tokenizer 42%"));
        recorder.onState({RunState::Running, 0, ""});
        QVERIFY(store.run(id)->state == RunState::Running && store.run(id)->progress.empty() &&
                store.run(id)->startedMs > 0);
        recorder.onHealth(healthEvent(50));
        EvaluationEvent evaluation;
        evaluation.step = 50;
        evaluation.loss = 2.5;
        evaluation.perplexity = std::exp(2.5);
        evaluation.bitsPerByte = 1.9;
        evaluation.lossAtLambda = std::numeric_limits<double>::quiet_NaN();
        evaluation.tokens = 65536;
        evaluation.bytes = 200000;
        recorder.onEvaluation(evaluation);
        evaluation.step = 100;
        evaluation.loss = 3.5;
        evaluation.full = true;
        recorder.onEvaluation(evaluation);
        recorder.onSample({50, "In the", " beginning\0x"});
        recorder.onSample({50, "The king", " said"});
        recorder.onLog({LogLevel::Warning, 7, "a line was skipped"});
        recorder.sync();

        const HealthEvent health = store.health(id, 50).value(), wanted = healthEvent(50);
        QCOMPARE(health.layers.size(), wanted.layers.size());
        for (std::size_t i = 0; i < health.layers.size(); ++i) {
            QCOMPARE(health.layers[i].layer, wanted.layers[i].layer);
            QCOMPARE(health.layers[i].std, wanted.layers[i].std);
            QCOMPARE(health.layers[i].flipRate, wanted.layers[i].flipRate);
            QCOMPARE(health.layers[i].collapsed, wanted.layers[i].collapsed);
            QCOMPARE(health.layers[i].gradientNorm, wanted.layers[i].gradientNorm);
            QVERIFY(health.layers[i].histogram == wanted.layers[i].histogram);
        }
        QCOMPARE(store.healthSteps(id), std::vector<StepIndex>{50});
        QCOMPARE(store.series(id, "health/model.layers.2.mlp.up_proj/std").front().value, 2.02);
        QCOMPARE(store.series(id, "health/collapsed").front().value, 1.0);
        double weights = 0, sum = 0;
        for (const auto& layer : wanted.layers) {
            double n = 0;
            for (const auto bin : layer.histogram) n += bin;
            weights += n;
            sum += n * layer.std;
        }
        QVERIFY(std::abs(store.series(id, "health/all/std").front().value - sum / weights) < 1e-12);
        QCOMPARE(store.series(id, "health/all/gradient_norm").front().value, std::sqrt(9.0 + 16 + 25));

        const auto evaluations = store.evaluations(id);
        QCOMPARE(evaluations.size(), std::size_t{2});
        QVERIFY(!evaluations[0].full && evaluations[1].full && std::isnan(evaluations[0].lossAtLambda));
        QCOMPARE(evaluations[0].bytes, 200000);
        const RunSummary run = store.run(id).value();
        QCOMPARE(run.bestEvalLoss, 2.5);
        QCOMPARE(run.lastEvalLoss, 3.5);
        QCOMPARE(run.perplexity, std::exp(2.5));
        QCOMPARE(store.series(id, "eval/loss").size(), std::size_t{2});
        QCOMPARE(store.samples(id).size(), std::size_t{2});
        QCOMPARE(store.samples(id)[1].prompt, std::string("The king"));
        QVERIFY(store.samples(id, 51).empty());
        const auto log = store.log(id);
        QCOMPARE(log.size(), std::size_t{1});
        QVERIFY(log[0].event.level == LogLevel::Warning && log[0].event.step == 7 && log[0].timeMs > 0);
        QVERIFY(store.log(id, log[0].id).empty());
        recorder.onState({RunState::Stopped, 100, "by the user", false});
        const RunSummary ended = store.run(id).value();
        QVERIFY(ended.state == RunState::Stopped && ended.endedMs > 0 && !ended.bitEqual);
        QCOMPARE(ended.explanation, std::string("by the user"));
    }
    void checkpointsFollowTheirFolders() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        {
            RunRecorder recorder(writer, id);
            for (const StepIndex step : {100, 200, 300, 400}) {
                const std::string path = "checkpoints/step-" + std::to_string(step);
                makeCheckpointFolder(t.workspace, id, path);
                CheckpointEvent event;
                event.step = step;
                event.path = path;
                event.bytes = 10 * step;
                event.best = step <= 300;
                if (step == 400) {
                    fs::remove_all(t.workspace.run(id) / "checkpoints/step-100");
                    event.removed = {100};
                }
                recorder.onCheckpoint(event);
            }
            const auto list = store.checkpoints(id);
            QCOMPARE(list.size(), std::size_t{3});
            QVERIFY(list[0].step == 200 && !list[0].best && list[1].best && !list[2].best && list[2].bytes == 4000);
            fs::remove_all(t.workspace.run(id) / "checkpoints/step-200");  // pruned without a word
            QCOMPARE(store.checkpoints(id).size(), std::size_t{2});
            writer.deleteCheckpoint(id, 300);
            QVERIFY(!fs::exists(t.workspace.run(id) / "checkpoints/step-300"));
            QVERIFY(kindOf([&] { writer.deleteCheckpoint(id, 400); }) == ErrorKind::Busy);  // the trainer may need it
            QVERIFY(kindOf([&] { writer.deleteCheckpoint(id, 5); }) == ErrorKind::BadInput);
        }
        writer.deleteCheckpoint(id, 400);
        QVERIFY(store.checkpoints(id).empty());
    }
    void healthSnapshotsAreThinnedNotDropped() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        RunRecorder recorder(writer, id);
        for (StepIndex i = 1; i <= 2301; ++i) recorder.onHealth(healthEvent(i * 50, 1));
        recorder.sync();
        const auto steps = store.healthSteps(id);
        QVERIFY(steps.size() <= 1000 && steps.size() > 500);
        QCOMPARE(steps.front(), 50);
        QCOMPARE(steps.back(), 2301 * 50);
        for (std::size_t i = 1; i + 1 < steps.size(); ++i) QCOMPARE(steps[i] - steps[i - 1], 200);
        QVERIFY(store.health(id, steps.back())->layers[0].histogram == healthEvent(2301 * 50, 1).layers[0].histogram);
        QCOMPARE(store.series(id, "health/all/flip_rate").size(), std::size_t{2301});
    }
    void aRunIsRecordedOnceAtATime() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        {
            RunRecorder recorder(writer, id);
            QVERIFY(kindOf([&] { RunRecorder second(writer, id); }) == ErrorKind::Busy);
            QVERIFY(kindOf([&] { writer.purge(id); }) == ErrorKind::Busy);
            QVERIFY(kindOf([&] { writer.trash(id, true); }) == ErrorKind::Busy);
            QVERIFY(writer.markDeadRuns().empty());
        }
        RunStore store(t.workspace);
        QVERIFY(store.run(id)->state == RunState::Running);
        QCOMPARE(writer.markDeadRuns(), std::vector<std::string>{id});
        QVERIFY(store.run(id)->state == RunState::Interrupted && !store.run(id)->explanation.empty());
        QVERIFY(writer.markDeadRuns().empty());
        QVERIFY(kindOf([&] { RunRecorder none(writer, "r-none"); }) == ErrorKind::BadInput);
    }
    void trashRestorePurge() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string keep = writer.createRun("keep", {}, RunState::Running),
                          id = writer.createRun("gone", {}, RunState::Running);
        for (const std::string& run : {keep, id}) {
            RunRecorder recorder(writer, run);
            for (StepIndex step = 0; step < 5000; ++step) recorder.onStep(stepEvent(step));
            recorder.onHealth(healthEvent(10));
            recorder.onLog({LogLevel::Info, 0, "x"});
            recorder.onSample({1, "p", "t"});
            makeCheckpointFolder(t.workspace, run, "checkpoints/step-100");
            recorder.onCheckpoint({100, "checkpoints/step-100", 1, true, {}});
            recorder.onState({RunState::Finished, 5000, ""});
        }
        writer.trash(id, true);
        QCOMPARE(store.runs().size(), std::size_t{1});
        QCOMPARE(store.runs(true).front().id, id);
        QCOMPARE(store.resolve("gone").id, id);
        writer.trash(id, false);
        QCOMPARE(store.runs().size(), std::size_t{2});
        writer.trash(id, true);
        const std::int64_t before = store.revision();
        writer.purge(id);
        QVERIFY(store.revision() > before);
        QVERIFY(!store.run(id) && store.runs(true).empty() && store.series(id, "loss").empty() &&
                store.log(id).empty());
        QVERIFY(!fs::exists(t.workspace.run(id)));
        QCOMPARE(store.series(keep, "loss").size(), std::size_t{5000});
        QCOMPARE(store.checkpoints(keep).size(), std::size_t{1});
        QVERIFY(store.integrityCheck().empty());
    }
    void aPurgeThatWasCutShortIsFinished() {
        const TemporaryWorkspace t;
        RunStore store(t.workspace);
        std::string id, keep;
        {
            StoreWriter writer(t.workspace);
            id = writer.createRun("gone", {}, RunState::Running);
            keep = writer.createRun("keep", {}, RunState::Queued);
            RunRecorder recorder(writer, id);
            for (StepIndex step = 0; step < 3000; ++step) recorder.onStep(stepEvent(step));
        }
        {
            Database db(t.workspace.database(), Database::Mode::ReadWrite);
            Query(db, "UPDATE run SET purging = 1 WHERE id = ?", id).run();
            db.execute("DELETE FROM chunk WHERE id IN (SELECT id FROM chunk LIMIT 3)");
        }
        QVERIFY(!store.run(id) && store.runs().size() == 1);
        QVERIFY_EXCEPTION_THROWN(StoreWriter(t.workspace).renameRun("r-none", "x"), Error);
        QVERIFY(!fs::exists(t.workspace.run(id)));
        Database db(t.workspace.database(), Database::Mode::ReadOnly);
        for (const char* table : {"series", "point", "chunk"})
            QCOMPARE(db.integer(std::string("SELECT count(*) FROM ") + table), 0);
        QCOMPARE(db.integer("SELECT count(*) FROM run"), 1);
        QVERIFY(store.integrityCheck().empty());
    }
    void oneBaseline() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string a = writer.createRun("a", {}, RunState::Queued),
                          b = writer.createRun("b", {}, RunState::Queued);
        writer.setBaseline(a);
        const std::int64_t revision = store.revision();
        writer.setBaseline(b);
        QVERIFY(!store.run(a)->baseline && store.run(b)->baseline);
        QCOMPARE(store.runsChangedSince(revision).size(), std::size_t{2});  // both look different now
        writer.setBaseline("");
        QVERIFY(!store.run(b)->baseline);
    }
    void changesAreToldByRevision() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const std::string a = writer.createRun("a", {}, RunState::Queued),
                          b = writer.createRun("b", {}, RunState::Queued);
        std::int64_t seen = store.revision();
        QVERIFY(store.runsChangedSince(seen).empty());
        writer.renameRun(a, "a2");
        QCOMPARE(store.runsChangedSince(seen).size(), std::size_t{1});
        QCOMPARE(store.runsChangedSince(seen).front().id, a);
        QVERIFY(store.revision() > seen);
        seen = store.revision();
        writer.createConversation("c", "run:" + b);
        QVERIFY(store.revision() > seen && store.runsChangedSince(seen).empty());
    }
    void freeNamesAreNobodys() {
        const TemporaryWorkspace t;
        QCOMPARE(RunStore(t.workspace).freeName("nano"), std::string("nano"));  // without a database too
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        for (const char* expected : {"nano", "nano-2", "nano-3"}) {
            QCOMPARE(store.freeName("nano"), std::string(expected));
            const std::string id = writer.createRun(store.freeName("nano"), {}, RunState::Finished);
            writer.trash(id, true);  // what is restored keeps its name
            writer.flush();
        }
        QCOMPARE(store.freeName("nano-2"), std::string("nano-2-2"));
        QCOMPARE(store.freeName("nan"), std::string("nan"));
    }
    void namesAreResolved() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        QVERIFY_EXCEPTION_THROWN(store.resolve("latest"), Error);
        const std::string a = writer.createRun("kjv", {}, RunState::Queued),
                          b = writer.createRun("kjv-linear", {}, RunState::Queued);
        QTest::qWait(5);
        const std::string c = writer.createRun("other", {}, RunState::Queued);
        QCOMPARE(store.resolve("latest").id, c);
        QCOMPARE(store.resolve("kjv").id, a);  // a whole name before a prefix
        QCOMPARE(store.resolve("kjv-").id, b);
        QCOMPARE(store.resolve(b).id, b);
        for (const char* wrong : {"k", "nothing", ""}) {
            try {
                store.resolve(wrong);
                QFAIL("resolved");
            } catch (const Error& error) {
                if (*wrong != '\0') QVERIFY(std::string(error.what()).find("kjv-linear") != std::string::npos);
            }
        }
    }
    void commandsReachTheTrainerOnce() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        const std::string id = writer.createRun("n", {}, RunState::Running);
        writer.sendCommand(id, RunCommand::Stop);  // meant for a trainer that died: not for the next one
        RunRecorder recorder(writer, id);
        QVERIFY(recorder.take().empty());
        writer.sendCommand(id, RunCommand::Checkpoint);
        writer.sendCommand(id, RunCommand::Stop);
        std::vector<RunCommand> taken;
        QTRY_VERIFY([&] {
            for (const RunCommand command : recorder.take()) taken.push_back(command);
            return taken.size() >= 2;
        }());
        QVERIFY(taken == (std::vector<RunCommand>{RunCommand::Checkpoint, RunCommand::Stop}));
        writer.flush();
        QTest::qWait(120);
        QVERIFY(recorder.take().empty());
        recorder.onState({RunState::Finished, 1, ""});
        QVERIFY(kindOf([&] { writer.sendCommand(id, RunCommand::Stop); }) == ErrorKind::BadInput);
    }
    void conversations() {
        const TemporaryWorkspace t;
        StoreWriter writer(t.workspace);
        RunStore store(t.workspace);
        const auto first = writer.createConversation("one", "run:r-1"),
                   second = writer.createConversation("two", "/models/x");
        const auto question = writer.addMessage(first, 0, "user", "Wer? „Du“");
        const auto answer = writer.addMessage(first, question, "assistant", "");
        writer.updateMessage(answer, "partial", {{"tokens", 3}});
        writer.addMessage(first, question, "assistant", "another branch");
        writer.renameConversation(first, "renamed");
        const auto messages = store.messages(first);
        QCOMPARE(messages.size(), std::size_t{3});
        QCOMPARE(messages[0].text, std::string("Wer? „Du“"));
        QVERIFY(messages[0].parent == 0 && messages[1].parent == question && messages[2].parent == question);
        QCOMPARE(messages[1].text, std::string("partial"));
        QCOMPARE(messages[1].details.at("tokens").get<int>(), 3);
        QCOMPARE(store.conversations().size(), std::size_t{2});
        QVERIFY(kindOf([&] { writer.addMessage(second, question, "user", "x"); }) == ErrorKind::BadInput);
        QVERIFY(kindOf([&] { writer.addMessage(999, 0, "user", "x"); }) == ErrorKind::BadInput);
        writer.deleteConversation(first);
        QVERIFY(store.messages(first).empty() && store.conversations().size() == 1);
        // A conversation and its first messages in one transaction: all of them or none.
        QVERIFY(kindOf([&] {
                    writer.addMessages({{0, 0, "user", "a", {}, "t", "m", {}}, {999, 0, "user", "b", {}, {}, {}, {}}});
                }) == ErrorKind::BadInput);
        QCOMPARE(store.conversations().size(), std::size_t{1});
        const auto added = writer.addMessages(
            {{0, 0, "user", "a", {}, "left", "m", {{"system", "s"}}}, {0, 0, "user", "a", {}, "right", "n", {}}});
        QVERIFY(added.size() == 2 && added[0].conversation != added[1].conversation);
        const auto left = store.conversation(added[0].conversation);
        QVERIFY(left && left->title == "left" && left->head == added[0].message && left->settings.at("system") == "s");
        writer.updateMessageSoon(added[0].message, "soon", {{"partial", true}});
        writer.updateMessage(added[0].message, "later", {});
        QCOMPARE(store.messages(added[0].conversation).front().text, std::string("later"));
        writer.updateMessageSoon(999, "", {});
        QVERIFY_THROWS_EXCEPTION(Error, writer.flush());
        QVERIFY(store.integrityCheck().empty());
    }
};

QTEST_GUILESS_MAIN(TestStore)
#include "test_store.moc"
