// Stopped, killed and damaged runs: what is resumed gives the losses of a run that was never stopped, to the bit.
// Called with "--train FOLDER TEXT" it is the program that gets killed: it trains there, resuming, and appends each
// loss to a file.
#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <bit>
#include <cmath>
#include <fstream>
#include <sstream>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/random.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "tests/core/engine/loop/nano_run.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

RunConfig configFor(const fs::path& text) {
    RunConfig config = nanoConfig(text, Precision::Bf16);
    config.accumulation = 2;
    config.checkpointEvery = 5;
    config.healthEvery = 4;
    config.keepCheckpoints = 2;
    config.lambdaSchedule = LambdaSchedule::Linear;
    return config;
}

fs::path runFolder(const fs::path& home) { return home / "runs/r-test"; }

// One line a step, with the loss's bits.
struct LossFile : RunObserver {
    std::ofstream out;
    explicit LossFile(const fs::path& path) : out(path, std::ios::app) {}
    void onStep(const StepEvent& event) override {
        out << event.step << ' ' << std::bit_cast<std::uint64_t>(event.loss) << std::endl;
    }
};

int trainAsChild(const fs::path& home, const fs::path& text) {
    LossFile losses(home / "losses.txt");
    const TrainResult result = loadEngine().train(nanoRequest(configFor(text), home, losses, true));
    return result.state == RunState::Finished ? 0 : 1;
}

// A line that was cut by a kill counts as not written.
std::vector<std::pair<StepIndex, double>> readLosses(const fs::path& path) {
    std::vector<std::pair<StepIndex, double>> losses;
    std::ifstream in(path);
    std::string line;
    while (std::getline(in, line) && !in.eof()) {
        StepIndex step = 0;
        std::uint64_t bits = 0;
        std::istringstream(line) >> step >> bits;
        losses.emplace_back(step, std::bit_cast<double>(bits));
    }
    return losses;
}

}  // namespace

class TestResume : public QObject {
    Q_OBJECT
    QTemporaryDir shared_;
    fs::path text_;
    std::map<StepIndex, double> expected_;  // losses of a run that was never stopped
    std::string expectedHealth_;            // its last health memory

    [[nodiscard]] static fs::path folder(const QTemporaryDir& dir) { return dir.path().toStdString(); }

    void compareWithExpected(const std::map<StepIndex, double>& losses, const fs::path& home) const {
        QCOMPARE(losses.size(), expected_.size());
        for (const auto& [step, loss] : expected_) QVERIFY2(losses.at(step) == loss, std::to_string(step).c_str());
        QVERIFY(readFile(runFolder(home) / "checkpoints/step-00000024/health.safetensors") == expectedHealth_);
    }

private Q_SLOTS:
    void initTestCase() {
        text_ = folder(shared_) / "text.txt";
        writeNanoText(text_);
        const fs::path home = folder(shared_) / "whole";
        Recorder events;
        QCOMPARE(loadEngine().train(nanoRequest(configFor(text_), home, events)).state, RunState::Finished);
        QVERIFY(events.mergeLosses(expected_));
        QCOMPARE(expected_.size(), 24U);
        expectedHealth_ = readFile(runFolder(home) / "checkpoints/step-00000024/health.safetensors");
    }

    void stoppedAndResumedEqualsNeverStopped() {
        const QTemporaryDir home;
        std::map<StepIndex, double> losses;
        std::size_t evaluations = 0, samples = 0;
        for (const StepIndex stopAfter : {StepIndex{3}, StepIndex{7}, StepIndex{8}, StepIndex{15}, StepIndex{100}}) {
            Recorder events;
            TrainRequest request = nanoRequest(configFor(text_), folder(home), events, stopAfter != 3);
            events.eachStep = [&](const StepEvent& step) {
                if (step.step == stopAfter) request.stop.requestStop();
            };
            const TrainResult result = loadEngine().train(request);
            QCOMPARE(result.state, stopAfter == 100 ? RunState::Finished : RunState::Stopped);
            if (stopAfter < 100) QCOMPARE(result.steps, stopAfter + 1);
            QVERIFY(events.mergeLosses(losses));
            evaluations += events.evaluations.size();
            samples += events.samples.size();
        }
        compareWithExpected(losses, folder(home));
        QCOMPARE(evaluations, 3U);  // one that a stop cut short is made up for, none comes twice
        QCOMPARE(samples, 6U);
    }

    // A program that knew fewer fields wrote the checkpoint: that is no change of the config. Another value is.
    void aFieldThatHasComeSinceIsNoChange() {
        const QTemporaryDir home;
        Recorder first;
        TrainRequest request = nanoRequest(configFor(text_), folder(home), first);
        first.eachStep = [&](const StepEvent& step) {
            if (step.step == 4) request.stop.requestStop();
        };
        QCOMPARE(loadEngine().train(request).state, RunState::Stopped);
        const fs::path manifest = runFolder(folder(home)) / "checkpoints/step-00000005/manifest.json";
        for (const bool other : {false, true}) {
            nlohmann::json object = nlohmann::json::parse(readFile(manifest));
            if (other) object["config"]["learning_rate"] = 0.5;
            else QCOMPARE(object["config"].erase("activation_checkpointing"), std::size_t{1});
            writeFileAtomically(manifest, object.dump());
            Recorder events;
            TrainRequest again = nanoRequest(configFor(text_), folder(home), events, true);
            again.stop.requestStop();
            QCOMPARE(loadEngine().train(again).state, RunState::Stopped);
            QCOMPARE(events.logText().find("the config has changed") != std::string::npos, other);
        }
    }

    // The middle of a step: its first micro-batch is done, and has to be repeated.
    void stoppedWithinAStepDropsIt() {
        const QTemporaryDir home;
        struct StopAtFifthLook : CommandSource {
            int looks = 0;
            std::vector<RunCommand> take() override {
                return ++looks == 4 ? std::vector{RunCommand::Stop} : std::vector<RunCommand>{};
            }
        } commands;
        Recorder first;
        TrainRequest request = nanoRequest(configFor(text_), folder(home), first);
        const fs::path tokens = folder(shared_) / "whole";
        // nothing is left to prepare, so that only steps look at the commands
        for (const char* name : {"cache", "tokenizers"})
            if (fs::exists(tokens / name)) fs::copy(tokens / name, folder(home) / name, fs::copy_options::recursive);
        request.commands = &commands;
        const TrainResult stopped = loadEngine().train(request);
        QCOMPARE(stopped.state, RunState::Stopped);
        QVERIFY(stopped.steps < 3);
        Recorder second;
        QCOMPARE(loadEngine().train(nanoRequest(configFor(text_), folder(home), second, true)).state,
                 RunState::Finished);
        std::map<StepIndex, double> losses;
        QVERIFY(first.mergeLosses(losses) && second.mergeLosses(losses));
        compareWithExpected(losses, folder(home));
    }

    void killedAndResumedEqualsNeverStopped() {
        const QTemporaryDir home;
        const QStringList arguments{"--train", home.path(), QString::fromStdString(text_.string())};
        for (int round = 0;; ++round) {
            QVERIFY2(round < 20, "it never finished");
            QProcess trainer;
            trainer.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            const std::size_t before = readLosses(folder(home) / "losses.txt").size();
            trainer.start(QCoreApplication::applicationFilePath(), arguments);
            QVERIFY(trainer.waitForStarted());
            if (round < 4) {  // killed at a random moment after a few more steps, also while it writes a checkpoint
                const std::size_t steps = before + 2 + randomBits(11, 1, static_cast<std::uint64_t>(round)) % 8;
                while (!trainer.waitForFinished(2) && readLosses(folder(home) / "losses.txt").size() < steps) {}
                trainer.kill();
            }
            QVERIFY(trainer.waitForFinished(120000));
            if (trainer.exitStatus() == QProcess::NormalExit) {
                QCOMPARE(trainer.exitCode(), 0);
                break;
            }
        }
        std::map<StepIndex, double> losses;
        for (const auto& [step, loss] : readLosses(folder(home) / "losses.txt")) {
            const auto [known, isNew] = losses.emplace(step, loss);
            QVERIFY(isNew || known->second == loss);
        }
        compareWithExpected(losses, folder(home));
        for (const auto& entry : fs::directory_iterator(runFolder(home.path().toStdString()) / "checkpoints"))
            QVERIFY(!entry.path().filename().string().starts_with("."));
    }

    void aDamagedCheckpointFallsBackToTheOneBefore() {
        const QTemporaryDir home;
        RunConfig config = configFor(text_);
        Recorder first;
        TrainRequest request = nanoRequest(config, folder(home), first);
        first.eachStep = [&](const StepEvent& step) {
            if (step.step == 16) request.stop.requestStop();
        };
        QCOMPARE(loadEngine().train(request).state, RunState::Stopped);
        const fs::path checkpoints = runFolder(folder(home)) / "checkpoints";
        const fs::path damaged = checkpoints / "step-00000017" / "optimizer.safetensors";
        std::string bytes = readFile(damaged);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        writeFileAtomically(damaged, bytes);
        Recorder second;
        QCOMPARE(loadEngine().train(nanoRequest(config, folder(home), second, true)).state, RunState::Finished);
        QVERIFY2(second.logText().find("step-00000017/optimizer.safetensors") != std::string::npos,
                 second.logText().c_str());
        QCOMPARE(second.steps.front().step, 15);
        std::map<StepIndex, double> losses;
        QVERIFY(first.mergeLosses(losses) && second.mergeLosses(losses));
        compareWithExpected(losses, folder(home));
        for (const CheckpointFolder& checkpoint : listCheckpoints(checkpoints))
            fs::remove(checkpoint.path / "model.safetensors");
        Recorder third;
        QVERIFY_THROWS_EXCEPTION(Error, loadEngine().train(nanoRequest(config, folder(home), third, true)));
        QCOMPARE(third.states.back().state, RunState::Failed);
    }

    void aFullDiskKeepsTheOldCheckpointAndTheRun() {
        const QTemporaryDir home;
        Recorder events;
        events.eachStep = [](const StepEvent& step) {
            if (step.step == 6) OutputFile::failAfter(20000);  // in the middle of the checkpoint of step 10
            if (step.step == 12) OutputFile::failAfter({});
        };
        const TrainResult result = loadEngine().train(nanoRequest(configFor(text_), folder(home), events));
        OutputFile::failAfter({});
        QVERIFY2(result.state == RunState::Finished, result.explanation.c_str());
        std::vector<StepIndex> written;
        for (const CheckpointEvent& checkpoint : events.checkpoints) written.push_back(checkpoint.step);
        QCOMPARE(written, (std::vector<StepIndex>{5, 15, 20, 24}));
        QVERIFY2(events.logText().find("step-00000010 was not written") != std::string::npos, events.logText().c_str());
        std::map<StepIndex, double> losses;
        QVERIFY(events.mergeLosses(losses));
        compareWithExpected(losses, folder(home));

        const QTemporaryDir other;  // full until the end: the last weights are not lost without a word
        Recorder full;
        full.eachStep = [](const StepEvent& step) {
            if (step.step == 12) OutputFile::failAfter(0);
        };
        const TrainResult failed = loadEngine().train(nanoRequest(configFor(text_), folder(other), full));
        OutputFile::failAfter({});
        QCOMPARE(failed.state, RunState::Failed);
        QVERIFY2(failed.explanation.find("step-00000010") != std::string::npos, failed.explanation.c_str());
        readCheckedManifest(runFolder(folder(other)) / "checkpoints/step-00000010");
        Recorder again;
        QCOMPARE(loadEngine().train(nanoRequest(configFor(text_), folder(other), again, true)).state,
                 RunState::Finished);
        losses.clear();
        QVERIFY(full.mergeLosses(losses) && again.mergeLosses(losses));
        compareWithExpected(losses, folder(other));
    }

    void anotherThreadCountGoesOnMarkedNotBitEqual() {
        const QTemporaryDir home;
        RunConfig config = configFor(text_);
        Recorder first;
        TrainRequest request = nanoRequest(config, folder(home), first);
        first.eachStep = [&](const StepEvent& step) {
            if (step.step == 9) request.stop.requestStop();
        };
        loadEngine().train(request);
        config.threads = 1;
        Recorder second;
        const TrainResult result = loadEngine().train(nanoRequest(config, folder(home), second, true));
        QCOMPARE(result.state, RunState::Finished);
        QVERIFY2(second.logText().find("not bit-equal") != std::string::npos, second.logText().c_str());
        bool marked = false;
        for (const StateEvent& state : second.states)
            marked = marked || (state.state == RunState::Running && !state.bitEqual);
        QVERIFY(marked);
        QVERIFY(std::abs(second.steps.back().loss - expected_.at(23)) < 0.5);
    }

    void aFinishedRunStaysFinished() {
        const fs::path home = folder(shared_) / "whole";
        Recorder events;
        const TrainResult result = loadEngine().train(nanoRequest(configFor(text_), home, events, true));
        QCOMPARE(result.state, RunState::Finished);
        QVERIFY(events.steps.empty() && result.evaluation && result.evaluation->full);
        QVERIFY(result.finalLoss == expected_.at(23));
        QCOMPARE(result.tokens, 24 * 2 * 4 * 32);
    }
};

int main(int argc, char** argv) {
    if (argc == 4 && std::string(argv[1]) == "--train") return trainAsChild(argv[2], argv[3]);
    QCoreApplication application(argc, argv);
    TestResume test;
    return QTest::qExec(&test, argc, argv);
}
#include "test_resume.moc"
