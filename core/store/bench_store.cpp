#include "core/store/bench_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <string_view>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/number.h"
#include "core/base/random.h"
#include "core/config/fields.h"
#include "core/run/schedules.h"
#include "core/store/database.h"
#include "core/store/query.h"
#include "core/store/run_store.h"
#include "core/store/schema.h"
#include "core/store/series.h"
#include "core/store/store_writer.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::array<const char*, 9> keys = {
    "loss", "lr", "lambda", "weight_decay", "grad_norm", "tokens_per_second", "wall_seconds", "tokens", "memory"};
constexpr std::int64_t pointsPerTransaction = 64 * pointsPerChunk;  // some 20 ms

double valueOf(std::size_t key, const RunConfig& config, std::int64_t run, StepIndex step) {
    const auto t = static_cast<double>(step);
    const double noise = randomUniform(static_cast<std::uint64_t>(run), key, static_cast<std::uint64_t>(step)) - 0.5;
    switch (key) {
        case 0:
            return static_cast<double>(
                static_cast<float>(2.2 + 0.01 * static_cast<double>(run % 50) + 6 * std::exp(-t / 900) + 0.4 * noise));
        case 1: return learningRateAt(config, step);
        case 2: return lambdaAt(config, step);
        case 3: return weightDecayAt(config, step);
        case 4: return static_cast<double>(static_cast<float>(0.6 + 2 * std::exp(-t / 400) + 0.3 * noise));
        case 5: return static_cast<double>(static_cast<float>(5200 + 500 * noise));
        case 6: return 0.21 * (t + 1);
        case 7: return static_cast<double>(config.tokensPerStep() * (step + 1));
        default: return 6.1e8 + 4096 * std::floor(t / 100);
    }
}

RunConfig configOf(std::int64_t run, StepIndex steps) {
    ConfigDraft draft = presetDraft("tiny");
    draft.setValue("steps", FieldValue(steps));
    draft.setText("learning_rate", formatReal(1e-4 * static_cast<double>(1 + run % 20)));
    draft.setText("lambda_schedule", run % 3 == 0 ? "none" : run % 3 == 1 ? "linear" : "sigmoid");
    draft.setValue("seed", FieldValue(run));
    return draft.config();
}

// Points go in through the writer's own SeriesWriter, in transactions as short as a trainer's.
class Filler {
public:
    Filler(const Workspace& workspace, const StopToken& stop, const std::function<void(std::int64_t)>& progress)
        : workspace_(workspace), database_(workspace.database(), Database::Mode::ReadWrite), stop_(stop),
          progress_(progress) {}

    void fillRun(const std::string& id, const RunConfig& config, std::int64_t run, std::int64_t lossPoints,
                 std::int64_t otherPoints, std::int64_t rest) {
        const std::int64_t number = numberOf(id);
        SeriesWriter writer(number);
        for (std::size_t key = 0; key < keys.size(); ++key) {
            const std::int64_t count = key == 0 ? lossPoints : otherPoints + (key + 1 == keys.size() ? rest : 0);
            for (std::int64_t from = 0; from < count; from += pointsPerTransaction)
                writeSlice(writer, config, run, key, from, std::min(from + pointsPerTransaction, count));
        }
        finish(number, config, run, lossPoints);
    }
    [[nodiscard]] std::int64_t written() const { return written_; }

private:
    std::int64_t numberOf(const std::string& id) {
        Query row(database_, "SELECT number FROM run WHERE id = ?", id);
        row.next();
        return row.integer(0);
    }

    void writeSlice(SeriesWriter& writer, const RunConfig& config, std::int64_t run, std::size_t key, StepIndex from,
                    StepIndex to) {
        if (stop_.stopRequested()) throw Error("stopped while the store was being filled", workspace_.root().string());
        std::vector<Point> points;
        points.reserve(static_cast<std::size_t>(to - from));
        for (StepIndex step = from; step < to; ++step) points.push_back({step, valueOf(key, config, run, step)});
        begin();
        writer.write(database_, keys[key], std::move(points));
        written_ += to - from;
        inTransaction_ += to - from;
        if (inTransaction_ >= pointsPerTransaction) commit();
        if (progress_) progress_(written_);
    }

    void begin() {
        if (turn_) return;
        turn_.emplace(workspace_);
        database_.execute("BEGIN IMMEDIATE");
    }

    void commit() {
        database_.execute("COMMIT");
        if (database_.logPages() > 4000) database_.checkpoint(true);
        turn_.reset();
        inTransaction_ = 0;
    }

    void finish(std::int64_t number, const RunConfig& config, std::int64_t run, std::int64_t steps) {
        begin();
        Query(database_, "UPDATE counter SET value = value + 1 WHERE name = 'revision'").run();
        const double loss = valueOf(0, config, run, steps - 1);
        Query(database_,
              "UPDATE run SET steps = ?, tokens = ?, last_loss = ?, best_eval_loss = ?, last_eval_loss = ?, perplexity "
              "= ?,"
              " bits_per_byte = ?, tokens_per_second = ?, wall_seconds = ?, revision = (SELECT value FROM counter "
              "WHERE name = 'revision')"
              " WHERE number = ?",
              steps, config.tokensPerStep() * steps, loss, loss - 0.05, loss - 0.04, std::exp(loss - 0.04),
              (loss - 0.04) / 1.9, valueOf(5, config, run, steps - 1), valueOf(6, config, run, steps - 1), number)
            .run();
        commit();
    }

    Workspace workspace_;
    Database database_;
    const StopToken& stop_;
    const std::function<void(std::int64_t)>& progress_;
    std::optional<WriteTurn> turn_;
    std::int64_t written_ = 0, inTransaction_ = 0;
};

}  // namespace

std::int64_t storeBenchKeys() { return static_cast<std::int64_t>(keys.size()); }

StoreBenchFill fillStore(const Workspace& workspace, const StoreBenchRequest& request, const StopToken& stop,
                         const std::function<void(std::int64_t)>& progress) {
    const auto start = Clock::now();
    const std::int64_t rest = request.points - request.longRuns * request.longPoints;
    // Every run has all keys; a long one has its other keys as the rest do.
    const std::int64_t shortSeries = request.runs * storeBenchKeys() - request.longRuns;
    if (request.runs < 1 || request.longRuns < 0 || request.longRuns > request.runs || rest < shortSeries) {
        throw Error("no store can be made of " + std::to_string(request.runs) + " runs with " +
                        std::to_string(request.points) + " points",
                    "bench store", "Give at least one run, and some points to each beyond those of the long series");
    }
    StoreWriter writer(workspace);
    {
        RunStore store(workspace);
        if (!store.runs().empty() || !store.runs(true).empty())
            throw Error("the workspace has runs already", workspace.root().string(),
                        "Name a folder that is empty or not there yet");
    }
    Filler filler(workspace, stop, progress);
    std::int64_t left = rest, seriesLeft = shortSeries;
    for (std::int64_t run = 0; run < request.runs; ++run) {
        const bool isLong = run >= request.runs - request.longRuns;
        const std::int64_t series = storeBenchKeys() - (isLong ? 1 : 0);
        const std::int64_t each = left / seriesLeft;
        const std::int64_t loss = isLong ? request.longPoints : each;
        const RunConfig config = configOf(run, std::max<std::int64_t>(loss, 1));
        const std::string id = writer.createRun("bench-" + std::to_string(run), config, RunState::Finished);
        filler.fillRun(id, config, run, loss, each, run + 1 == request.runs ? left - each * series : 0);
        if (run % 10 == 0) writer.setTags(id, {"good"});
        left -= each * series;
        seriesLeft -= series;
    }
    writer.flush();
    return {request.runs, filler.written(), secondsSince(start)};
}

StoreBenchResult measureStore(const Workspace& workspace, const StopToken& stop) {
    StoreBenchResult result;
    auto start = Clock::now();
    RunStore store(workspace);
    std::vector<RunSummary> runs = store.runs();
    result.openSeconds = secondsSince(start);
    if (runs.empty()) throw Error("there are no runs", workspace.root().string(), "Fill the store first");

    start = Clock::now();
    const RunPredicate matches = parseRunQuery("lr > 5e-4 and state = finished and tag:good");
    for (const RunSummary& run : runs) result.matched += matches(run) ? 1 : 0;
    result.querySeconds = secondsSince(start);

    start = Clock::now();
    std::vector<std::pair<double, const RunSummary*>> order;
    for (const RunSummary& run : runs)
        order.emplace_back(parseReal(runQueryValue(run, "learning_rate")).value_or(0), &run);
    std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    result.sortSeconds = secondsSince(start);

    std::sort(runs.begin(), runs.end(), [](const RunSummary& a, const RunSummary& b) { return a.steps > b.steps; });
    std::vector<double> longTimes, shortTimes, outlineTimes;
    for (std::size_t i = 0; i < std::min<std::size_t>(10, runs.size()) && !stop.stopRequested(); ++i) {
        start = Clock::now();
        static_cast<void>(store.seriesOutline(runs[i].id, "loss"));
        outlineTimes.push_back(secondsSince(start));
        start = Clock::now();
        const auto points = static_cast<std::int64_t>(store.series(runs[i].id, "loss").size());
        if (points < result.longPoints) break;  // the long ones are done with
        result.longPoints = points;
        longTimes.push_back(secondsSince(start));
        start = Clock::now();
        result.shortPoints = static_cast<std::int64_t>(store.series(runs[runs.size() - 1 - i].id, "grad_norm").size());
        shortTimes.push_back(secondsSince(start));
    }
    result.outlineSeconds = median(outlineTimes);
    result.longSeriesSeconds = median(longTimes);
    result.shortSeriesSeconds = median(shortTimes);
    for (const char* suffix : {"", "-wal"}) {
        std::error_code none;
        const auto bytes = std::filesystem::file_size(workspace.database().string() + suffix, none);
        if (!none) result.databaseBytes += static_cast<std::int64_t>(bytes);
    }
    result.residentBytes = residentBytes();
    return result;
}

void dropFromCache(const std::filesystem::path& file) {
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;  // what is not there is not cached
    ::fdatasync(descriptor);
    ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
    ::close(descriptor);
}

}  // namespace tritlab
