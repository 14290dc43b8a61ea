// A process of its own for the store's tests: store_process MODE WORKSPACE ARGUMENTS…; exit code 0 where all went as it
// should.
#include <sys/resource.h>
#include <unistd.h>
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/base/random.h"
#include "core/store/run_store.h"
#include "core/store/store_writer.h"

using namespace tritlab;

namespace {

// As in store_fixture.h: the same for the same step.
double lossOf(StepIndex step) { return 1 + randomUniform(11, 0, static_cast<std::uint64_t>(step)); }

StepEvent stepOf(StepIndex step) {
    StepEvent event;
    event.step = step;
    event.loss = lossOf(step);
    event.tokens = (step + 1) * 4096;
    return event;
}

void say(const std::string& line) {
    std::cout << line << std::endl;  // flushed: the parent may kill us at once
}

// record RUN FROM COUNT PAUSE_MS BATCH: BATCH steps, then sync, then "ack STEP", then the pause.
int record(const Workspace& workspace, const std::vector<std::string>& arguments) {
    StoreWriter writer(workspace);
    RunRecorder recorder(writer, arguments.at(0));
    const auto number = [&](std::size_t i) { return parseInt(arguments.at(i)).value(); };
    const StepIndex from = number(1), end = from + number(2), batch = number(4);
    recorder.onState({RunState::Running, from, ""});
    for (StepIndex step = from; step < end;) {
        for (StepIndex i = 0; i < batch && step < end; ++i) recorder.onStep(stepOf(step++));
        recorder.sync();
        if (recorder.failure()) return 3;
        say("ack " + std::to_string(step - 1));
        for (const RunCommand command : recorder.take())
            if (command == RunCommand::Stop) {
                recorder.onState({RunState::Stopped, step, "asked to"});
                say("stopped");
                return 0;
            }
        std::this_thread::sleep_for(std::chrono::milliseconds(number(3)));
    }
    recorder.onState({RunState::Finished, end, ""});
    return recorder.failure() ? 3 : 0;
}

// rename RUN COUNT: prints how long the slowest and the 99th of 100 waited, in milliseconds.
int rename(const Workspace& workspace, const std::vector<std::string>& arguments) {
    StoreWriter writer(workspace);
    std::vector<double> waited;
    for (std::int64_t i = 0; i < parseInt(arguments.at(1)).value(); ++i) {
        const auto start = std::chrono::steady_clock::now();
        writer.renameRun(arguments.at(0), "name " + std::to_string(::getpid()) + " " + std::to_string(i));
        waited.push_back(std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count());
    }
    std::sort(waited.begin(), waited.end());
    say("waited " + formatReal(waited[waited.size() * 99 / 100]) + " " + formatReal(waited.back()));
    return 0;
}

// create NAME
int create(const Workspace& workspace, const std::vector<std::string>& arguments) {
    StoreWriter writer(workspace);
    say(writer.createRun(arguments.at(0), {}, RunState::Queued));
    return 0;
}

// read RUN: reads all the time until stdin closes, and checks that what it sees only grows and is right.
int read(const Workspace& workspace, const std::vector<std::string>& arguments) {
    RunStore store(workspace);
    std::thread([] {
        while (std::cin.get() != EOF) {}
        std::_Exit(0);
    }).detach();
    say("ready");
    std::size_t before = 0;
    for (;;) {
        const auto points = store.series(arguments.at(0), "loss");
        if (points.size() < before) return 4;
        before = points.size();
        for (std::size_t i = 0; i < points.size(); ++i)
            if (points[i].step != static_cast<StepIndex>(i) || points[i].value != lossOf(points[i].step)) return 5;
        store.runs();
    }
}

constexpr StepIndex few = 1000;

void limitFiles(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    ::setrlimit(RLIMIT_FSIZE, &limit);
}

// full RUN LIMIT_KB MORE: no file may grow beyond the limit while a run is recorded, and while MORE steps of it are
// reported; then it may again. Few of them are kept and stored in the end, many are dropped, and the run's end says so.
int full(const Workspace& workspace, const std::vector<std::string>& arguments) {
    std::signal(SIGXFSZ, SIG_IGN);
    const std::string& run = arguments.at(0);
    const StepIndex more = parseInt(arguments.at(2)).value();
    StoreWriter writer(workspace);
    RunStore store(workspace);
    StepIndex reported = 0;
    bool lost = false;
    {
        RunRecorder recorder(writer, run);
        recorder.onState({RunState::Running, 0, ""});
        const auto limit = static_cast<rlim_t>(parseInt(arguments.at(1)).value()) * 1024;
        // A limit beyond the size at which the log is copied back is met by the database file too: nearly fill that
        // first.
        if (limit > 4'500'000) writer.setNotes(run, std::string(static_cast<std::size_t>(limit) - 500'000, 'f'));
        limitFiles(limit);
        const auto report = [&] {
            StepEvent event = stepOf(reported);
            // fills the disk sooner
            event.gradNorm = event.memoryBytes = event.learningRate = event.lambda = event.loss;
            recorder.onStep(event);
            if (++reported % 500 == 0) recorder.sync();
        };
        while (!recorder.failure()) {
            report();
            if (reported == 1'000'000) return 10;
        }
        for (StepIndex i = 0; i < more; ++i) report();
        say("failure " + recorder.failure().value_or("none"));
        try {
            recorder.flush();
            // A few events may find room after all, in a log that SQLite has begun again: then all are there.
            if (more > few || store.run(run).value().steps != reported) return 11;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NoSpace) return 20;
        }
        try {
            writer.setNotes(run, std::string(8 << 20, 'x'));
            return 12;
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NoSpace) return 13;
        }
        if (store.integrityCheck() != "") return 14;
        const auto summary = store.run(run).value();
        if (static_cast<StepIndex>(store.series(run, "loss").size()) != summary.steps) return 15;
        limitFiles(RLIM_INFINITY);
        writer.setNotes(run, "space again");
        recorder.onStep(stepOf(reported++));  // after a gap it would look like the whole
        recorder.onState({RunState::Failed, reported, "no space"});
        lost = recorder.failure().has_value();
    }
    const auto summary = store.run(run).value();
    if (summary.state != RunState::Failed || lost != (more > 50'000)) return 16;
    if (lost != (summary.explanation.find("disk is full") != std::string::npos)) return 17;
    if (lost ? summary.steps >= reported : summary.steps != reported) return 18;
    if (static_cast<StepIndex>(store.series(run, "loss").size()) != summary.steps) return 19;
    writer.flush();  // the recorder's failure was the run's alone
    return store.integrityCheck().empty() ? 0 : 21;
}

}  // namespace

int main(int count, char** values) {
    try {
        if (count < 3) return 2;
        const std::string mode = values[1];
        const Workspace workspace{std::filesystem::path(values[2])};
        const std::vector<std::string> arguments(values + 3, values + count);
        if (mode == "record") return record(workspace, arguments);
        if (mode == "rename") return rename(workspace, arguments);
        if (mode == "create") return create(workspace, arguments);
        if (mode == "read") return read(workspace, arguments);
        if (mode == "full") return full(workspace, arguments);
        return 2;
    } catch (const std::exception& error) {
        std::cerr << error.what() << std::endl;
        return 1;
    }
}
