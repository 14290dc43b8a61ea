#include "core/store/import_run.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "core/base/error.h"
#include "core/store/record_events.h"
#include "core/store/run_id.h"
#include "core/store/schema.h"
#include "core/store/series.h"
#include "core/store/write_queue.h"

namespace tritlab {
namespace {

constexpr std::size_t pointsPerSlice = 4096;

struct Figures {
    StepIndex steps = 1;
    std::optional<double> lastLoss, lastEvalLoss, bestEvalLoss, perplexity, bitsPerByte, tokens;
};

Figures figuresOf(const RunToImport& run) {
    Figures figures;
    for (const auto& [key, points] : run.series)
        if (!points.empty() && points.back().step < std::numeric_limits<StepIndex>::max())
            figures.steps = std::max(figures.steps, points.back().step + 1);
    const auto last = [&](const char* key) -> std::optional<double> {
        const auto found = run.series.find(key);
        return found == run.series.end() || found->second.empty() ? std::nullopt
                                                                  : std::optional(found->second.back().value);
    };
    figures.lastLoss = last("loss");
    figures.lastEvalLoss = last("eval/loss");
    figures.perplexity = last("eval/perplexity");
    figures.bitsPerByte = last("eval/bits_per_byte");
    figures.tokens = last("tokens");
    if (figures.lastEvalLoss)
        for (const Point& point : run.series.at("eval/loss"))
            if (!std::isnan(point.value) && (!figures.bestEvalLoss || point.value < *figures.bestEvalLoss))
                figures.bestEvalLoss = point.value;
    return figures;
}

// Hidden ('purging') until it is whole: whoever finds it so with its lock free deletes it.
std::int64_t insertHidden(WriteQueue& queue, const RunToImport& run, const std::string& id, const Figures& figures) {
    const std::string settings = run.settings.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    const std::string tags = nlohmann::json(run.tags).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    std::int64_t number = 0;
    queue.call([&](Database& database) {
        Query insert(database,
                     "INSERT INTO run (id, name, state, config, foreign_settings, notes, tags, created_ms, started_ms, "
                     "ended_ms, steps, wall_seconds, tokens, purging, revision, last_loss, last_eval_loss, "
                     "best_eval_loss, perplexity, bits_per_byte)"
                     " VALUES (?, ?, 'finished', '{}', ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, 0, ?, ?, ?, ?, ?)",
                     id, run.name, settings, run.notes, tags, nowMilliseconds(), run.startedMs, run.endedMs,
                     figures.steps, static_cast<double>(run.endedMs - run.startedMs) / 1000,
                     figures.tokens && std::isfinite(*figures.tokens) ? static_cast<std::int64_t>(*figures.tokens)
                                                                      : std::int64_t{0});
        for (const auto& value :
             {figures.lastLoss, figures.lastEvalLoss, figures.bestEvalLoss, figures.perplexity, figures.bitsPerByte}) {
            if (value) insert.bind(*value);
            else insert.bindNull();
        }
        insert.run();
        number = database.lastRowId();
    });
    return number;
}

void writeSeries(WriteQueue& queue, std::int64_t number, const RunToImport& run) {
    SeriesWriter writer(number);
    for (const auto& [key, points] : run.series)
        for (std::size_t from = 0; from < points.size(); from += pointsPerSlice) {
            const auto first = points.begin() + static_cast<std::ptrdiff_t>(from);
            const std::vector<Point> slice(
                first, first + static_cast<std::ptrdiff_t>(std::min(pointsPerSlice, points.size() - from)));
            queue.call([&](Database& database) {
                writer.clear();  // the slice may be repeated after a rollback
                writer.write(database, key, slice);
            });
        }
}

}  // namespace

std::string importRun(const Workspace& workspace, const RunToImport& run) {
    const FileLock schemaLock = openSchema(workspace, storeMigrations());
    WriteQueue queue(workspace);
    std::string id;
    queue.call([&](Database& database) { id = newRunId(database, nowMilliseconds()); });
    std::error_code error;
    std::filesystem::create_directories(workspace.run(id), error);
    if (error) throw Error("cannot make the run's folder (" + error.message() + ")", workspace.run(id).string());
    const FileLock lock(workspace.runLock(id), FileLock::Mode::Exclusive);
    const std::int64_t number = insertHidden(queue, run, id, figuresOf(run));
    writeSeries(queue, number, run);
    queue.call([&](Database& database) {
        Query(database, "UPDATE run SET purging = 0 WHERE number = ?", number).run();
        touch(database, number);
    });
    queue.flush();
    return id;
}

}  // namespace tritlab
