#include "core/store/record_events.h"

#include <cmath>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/number.h"
#include "core/run/metrics.h"
#include "core/store/health_codec.h"

namespace tritlab {
namespace {

constexpr std::size_t pointsPerSlice = 8000;     // about 15 ms as rows
constexpr std::size_t pointsPerSnapshot = 1000;  // as many as take the time of packing and writing one

template <class... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace

RunState runStateFromKey(const std::string& key) {
    for (const RunState state : {RunState::Queued, RunState::Preparing, RunState::Running, RunState::Finished,
                                 RunState::Stopped, RunState::Interrupted, RunState::Failed, RunState::Diverged})
        if (key == runStateKey(state)) return state;
    throw Error("the store holds a run in the unknown state '" + key + "'", {}, {}, ErrorKind::Failed);
}

bool isGoing(RunState state) { return state == RunState::Preparing || state == RunState::Running; }

std::int64_t runNumber(Database& database, const std::string& id) {
    if (Query row(database, "SELECT number FROM run WHERE id = ? AND purging = 0", id); row.next())
        return row.integer(0);
    throw Error("no such run", id, "List the runs that there are");
}

void touch(Database& database, std::int64_t run) {
    Query(database, "UPDATE counter SET value = value + 1 WHERE name = 'revision'").run();
    if (run != 0)
        Query(database,
              "UPDATE run SET revision = (SELECT value FROM counter WHERE name = 'revision') WHERE number = ?", run)
            .run();
}

void writeState(Database& database, std::int64_t run, const StateEvent& event, std::int64_t timeMs) {
    const bool going = isGoing(event.state), ended = !going && event.state != RunState::Queued;
    Query(
        database,
        "UPDATE run SET state = ?2, explanation = ?3, progress = CASE WHEN ?2 = 'preparing' THEN progress ELSE '' END,"
        " started_ms = CASE WHEN ?4 AND started_ms = 0 THEN ?6 ELSE started_ms END,"
        " ended_ms = CASE WHEN ?5 THEN ?6 ELSE 0 END, bit_equal = bit_equal AND ?7 WHERE number = ?1",
        run, runStateKey(event.state), event.explanation, going, ended, timeMs, event.bitEqual)
        .run();
    touch(database, run);
}

template <class Event>
std::size_t EventWriter::collect(Points& points, const Event& event) {
    std::size_t count = 0;
    for (const Metric& metric : metrics()) {
        const std::optional<double> value = valueIn(event, metric);
        if (!value) continue;
        points[metric.series].push_back({event.step, *value});
        ++count;
    }
    if constexpr (std::is_same_v<Event, StepEvent>) {
        for (const StepEvent::Metric& metric : event.objective)
            points["objective/" + metric.key].push_back({event.step, metric.value});
        count += event.objective.size();
    }
    return count;
}

std::size_t EventWriter::collectLayers(Points& points, const HealthEvent& event) {
    std::size_t count = 0;
    for (const Metric* metric : layerMetrics())
        for (const LayerHealth& layer : event.layers) {
            const std::optional<double> value = valueIn(layer, *metric);
            if (!value) continue;
            points[layerSeries(*metric, layer.layer)].push_back({event.step, *value});
            ++count;
        }
    return count;
}

std::size_t EventWriter::write(Database& database, const std::deque<RecordedEvent>& events, std::size_t from) {
    if (from >= events.size()) return 0;
    Points points;
    std::size_t written = 0, collected = 0;
    const StepEvent* lastStep = nullptr;
    while (from + written < events.size() && collected < pointsPerSlice) {
        const auto& [event, timeMs] = events[from + written++];
        std::visit(
            Overloaded{
                [&](const StepEvent& step) {
                    collected += collect(points, step);
                    lastStep = &step;
                },
                [&](const HealthEvent& health) {
                    collected += collect(points, health) + collectLayers(points, health) + pointsPerSnapshot;
                    writeSnapshot(database, health);
                },
                [&](const EvaluationEvent& evaluation) {
                    collected += collect(points, evaluation);
                    writeEvaluation(database, evaluation);
                },
                [&](const SampleEvent& sample) {
                    Query(database, "INSERT OR REPLACE INTO sample (run, step, prompt, text) VALUES (?, ?, ?, ?)", run_,
                          sample.step, sample.prompt, sample.text)
                        .run();
                },
                [&, time = timeMs](const CheckpointEvent& checkpoint) { writeCheckpoint(database, checkpoint, time); },
                [&, time = timeMs](const StateEvent& state) { writeState(database, run_, state, time); },
                [&, time = timeMs](const LogEvent& log) {
                    Query(database, "INSERT INTO log (run, time_ms, level, step, text) VALUES (?, ?, ?, ?, ?)", run_,
                          time, static_cast<int>(log.level), log.step, log.text)
                        .run();
                },
                [&](const ProgressEvent& progress) {
                    const bool known = progress.done >= 0 && progress.done <= 1;
                    const std::string text =
                        progress.what + (known ? " " + std::to_string(std::llround(progress.done * 100)) + "%" : "");
                    Query(database, "UPDATE run SET progress = ? WHERE number = ?", text, run_).run();
                }},
            event);
    }
    for (auto& [key, list] : points) series_.write(database, key, std::move(list));
    if (lastStep != nullptr)
        Query(database,
              "UPDATE run SET steps = ?, tokens = ?, last_loss = ?, tokens_per_second = ?, wall_seconds = ?, progress "
              "= ''"
              " WHERE number = ?",
              lastStep->step + 1, lastStep->tokens, lastStep->loss, lastStep->tokensPerSecond, lastStep->wallSeconds,
              run_)
            .run();
    touch(database, run_);
    return written;
}

// The newest snapshot always stays; the others as far as they lie on the grid of the run's spacing.
void EventWriter::writeSnapshot(Database& database, const HealthEvent& event) const {
    StepIndex first = event.step, newest = event.step;
    if (Query row(database, "SELECT min(step), max(step) FROM health WHERE run = ?", run_);
        row.next() && !row.isNull(0)) {
        first = row.integer(0);
        newest = row.integer(1);
    }
    Query spacingRow(database, "SELECT health_spacing FROM run WHERE number = ?", run_);
    spacingRow.next();
    const std::int64_t spacing = spacingRow.integer(0);
    if (spacing > 0 && event.step > newest && (newest - first) % spacing != 0)
        Query(database, "DELETE FROM health WHERE run = ? AND step = ?", run_, newest).run();
    Query insert(database, "INSERT OR REPLACE INTO health (run, step, data) VALUES (?, ?, ?)", run_, event.step);
    insert.bindBlob(encodeHealth(event));
    insert.run();
    Query count(database, "SELECT count(*) FROM health WHERE run = ?", run_);
    count.next();
    if (count.integer(0) > maxHealthSnapshots) thinSnapshots(database);
}

void EventWriter::thinSnapshots(Database& database) const {
    std::vector<StepIndex> steps;
    for (Query rows(database, "SELECT step FROM health WHERE run = ? ORDER BY step", run_); rows.next();)
        steps.push_back(rows.integer(0));
    Query row(database, "SELECT health_spacing FROM run WHERE number = ?", run_);
    row.next();
    const std::int64_t spacing = 2 * std::max(row.integer(0), steps[1] - steps[0]);
    Query(database, "UPDATE run SET health_spacing = ? WHERE number = ?", spacing, run_).run();
    // On the grid; where the steps were too uneven for it to thin them, every second one.
    std::vector<StepIndex> off;
    for (const StepIndex step : steps)
        if ((step - steps.front()) % spacing != 0 && step != steps.back()) off.push_back(step);
    if (off.size() < steps.size() / 4) {
        off.clear();
        for (std::size_t i = 1; i + 1 < steps.size(); i += 2) off.push_back(steps[i]);
    }
    for (const StepIndex step : off) Query(database, "DELETE FROM health WHERE run = ? AND step = ?", run_, step).run();
}

void EventWriter::writeEvaluation(Database& database, const EvaluationEvent& event) const {
    Query(database,
          "INSERT OR REPLACE INTO evaluation (run, step, whole, loss, perplexity, bits_per_byte, loss_at_lambda, "
          "lambda, tokens, bytes)"
          " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
          run_, event.step, event.full, event.loss, event.perplexity, event.bitsPerByte, event.lossAtLambda,
          event.lambda, event.tokens, event.bytes)
        .run();
    Query row(database, "SELECT best_eval_loss FROM run WHERE number = ?", run_);
    row.next();
    const double best = row.real(0);
    const bool better = !std::isnan(event.loss) && (std::isnan(best) || event.loss < best);
    Query(database,
          "UPDATE run SET last_eval_loss = ?, perplexity = ?, bits_per_byte = ?, best_eval_loss = ? WHERE number = ?",
          event.loss, event.perplexity, event.bitsPerByte, better ? event.loss : best, run_)
        .run();
}

// Rows whose folder is gone go too: a trainer that was killed after pruning never told of it.
void EventWriter::writeCheckpoint(Database& database, const CheckpointEvent& event, std::int64_t timeMs) const {
    std::vector<StepIndex> gone = event.removed;
    for (Query rows(database, "SELECT step, path FROM checkpoint WHERE run = ?", run_); rows.next();)
        if (!std::filesystem::exists(workspace_.run(id_) / rows.text(1))) gone.push_back(rows.integer(0));
    for (const StepIndex step : gone)
        Query(database, "DELETE FROM checkpoint WHERE run = ? AND step = ?", run_, step).run();
    if (event.best) Query(database, "UPDATE checkpoint SET best = 0 WHERE run = ?", run_).run();
    Query(database,
          "INSERT OR REPLACE INTO checkpoint (run, step, path, bytes, best, created_ms) VALUES (?, ?, ?, ?, ?, ?)",
          run_, event.step, event.path, event.bytes, event.best, timeMs)
        .run();
}

}  // namespace tritlab
