#include "ui/models/series_cache.h"

#include <utility>

namespace tritlab {

namespace {

// Series of fewer sealed blocks than this are read at once.
constexpr std::size_t minOutline = 16;
constexpr int livePauseMs = 1000;

Series pointsOf(RunStore& store, const std::string& run, const std::string& key) {
    Series series;
    for (const Point& point : store.series(run, key)) series.append(static_cast<double>(point.step), point.value);
    return series;
}

// Each stretch as a line from its lowest to its highest value: what its points cover, in as many columns.
Series outlineOf(const std::vector<SeriesStretch>& stretches) {
    Series series;
    for (const SeriesStretch& stretch : stretches) {
        const auto first = static_cast<double>(stretch.first), last = static_cast<double>(stretch.last);
        series.append(first, stretch.lowest);
        if (last > first) series.append((first + last) / 2, stretch.highest);
    }
    series.markOutline();
    return series;
}

struct Beginning {
    std::string key;
    Series series;
    bool whole = false;
};

struct News {
    std::string key;
    std::vector<Point> points;
};

}  // namespace

SeriesCache::SeriesCache(StoreReader* reader, QObject* parent) : QObject(parent), own_(reader->workspace()) {
    pause_.setSingleShot(true);
    pause_.setInterval(livePauseMs);
    connect(&pause_, &QTimer::timeout, this, [this] {
        for (auto& [id, run] : runs_) {
            if (!run.again) continue;
            pause_.start();
            ask(id);
        }
    });
    connect(&own_, &StoreReader::failed, reader, &StoreReader::failed);
    connect(&own_, &StoreReader::failed, this, [this] {  // asked again at the run's next change
        for (auto& [id, run] : runs_) {
            run.asking = false;
            run.again = true;
            for (auto& [key, entry] : run.entries) entry.loading = false;
        }
    });
}

std::shared_ptr<const Series> SeriesCache::series(const std::string& run, const std::string& key) {
    Run& state = runs_[run];
    const auto [it, fresh] = state.entries.try_emplace(key);
    if (fresh && !std::exchange(state.again, true)) {
        // All keys that a page asks for in one go are asked for in one go.
        QMetaObject::invokeMethod(
            this, [this, run] { ask(run); }, Qt::QueuedConnection);
    }
    return it->second.series;
}

void SeriesCache::update(const RunSummary& run) {
    const auto it = runs_.find(run.id);
    if (it == runs_.end()) return;
    Run& state = it->second;
    if (state.revision == run.revision) return;
    // What was resumed may have other points at the end; between two looks it may have ended again, which its end
    // tells.
    if (state.revision >= 0 && (state.state != run.state || state.endedMs != run.endedMs)) state.reload = true;
    state.revision = run.revision;
    state.state = run.state;
    state.endedMs = run.endedMs;
    state.again = true;
    if (run.state == RunState::Running && !state.reload) {
        if (pause_.isActive()) return;
        pause_.start();
    }
    ask(run.id);
}

void SeriesCache::ask(const std::string& run) {
    const auto it = runs_.find(run);
    if (it == runs_.end() || it->second.asking || !it->second.again) return;
    Run& state = it->second;
    state.again = false;
    std::vector<std::string> fresh;
    for (auto& [key, entry] : state.entries) {
        if (std::exchange(entry.loading, true)) continue;
        if (!entry.loaded) fresh.push_back(key);
        else if (state.reload) askPoints(run, key);  // what is shown stays until it is there
        else entry.loading = false;
    }
    state.reload = false;
    if (!fresh.empty()) askOutlines(run, fresh);
    askNew(run);
}

void SeriesCache::askOutlines(const std::string& run, const std::vector<std::string>& keys) {
    own_.ask(
        this,
        [run, keys](RunStore& store) {
            std::vector<Beginning> beginnings;
            for (const std::string& key : keys) {
                const std::vector<SeriesStretch> stretches = store.seriesOutline(run, key);
                const bool whole = stretches.size() < minOutline;
                beginnings.push_back({key, whole ? pointsOf(store, run, key) : outlineOf(stretches), whole});
            }
            return beginnings;
        },
        [this, run](std::vector<Beginning> beginnings) {
            const auto found = runs_.find(run);
            if (found == runs_.end()) return;
            for (Beginning& each : beginnings) {
                Entry& entry = found->second.entries[each.key];
                entry.series->replaceWith(std::move(each.series));
                if (!each.whole) {
                    askPoints(run, each.key);
                    continue;
                }
                entry.loaded = true;
                entry.loading = false;
            }
            found->second.again = true;  // points that came meanwhile
            Q_EMIT changed(QString::fromStdString(run));
            ask(run);
        });
}

void SeriesCache::askPoints(const std::string& run, const std::string& key) {
    own_.ask(
        this, [run, key](RunStore& store) { return pointsOf(store, run, key); },
        [this, run, key](Series points) {
            const auto found = runs_.find(run);
            if (found == runs_.end()) return;
            Entry& entry = found->second.entries[key];
            entry.series->replaceWith(std::move(points));
            entry.loaded = true;
            entry.loading = false;
            found->second.again = true;
            Q_EMIT changed(QString::fromStdString(run));
            ask(run);
        });
}

void SeriesCache::askNew(const std::string& run) {
    Run& state = runs_[run];
    std::vector<std::pair<std::string, StepIndex>> wanted;
    for (const auto& [key, entry] : state.entries) {
        if (!entry.loaded || entry.loading) continue;
        const Series& known = *entry.series;
        wanted.emplace_back(key, known.empty() ? 0 : static_cast<StepIndex>(known.x(known.size() - 1)) + 1);
    }
    if (wanted.empty()) return;
    state.asking = true;
    own_.ask(
        this,
        [run, wanted](RunStore& store) {
            std::vector<News> news;
            for (const auto& [key, from] : wanted) {
                std::vector<Point> points = store.series(run, key, from);
                if (!points.empty()) news.push_back({key, std::move(points)});
            }
            return news;
        },
        [this, run](std::vector<News> news) {
            const auto found = runs_.find(run);
            if (found == runs_.end()) return;
            found->second.asking = false;
            for (const News& each : news) {
                Series& series = *found->second.entries[each.key].series;
                for (const Point& point : each.points) series.append(static_cast<double>(point.step), point.value);
            }
            if (!news.empty()) Q_EMIT changed(QString::fromStdString(run));
            ask(run);
        });
}

}  // namespace tritlab
