#include "ui/models/series_cache.h"

#include "ui/models/store_reader.h"

namespace tritlab {

namespace {

struct Wanted {
    std::string key;
    StepIndex from = 0;
    bool whole = false;
};
struct Got {
    std::string key;
    bool whole = false;
    Series series;              // built on the reader's thread where it is whole
    std::vector<Point> points;  // else what is new
};

}  // namespace

std::shared_ptr<const Series> SeriesCache::series(const std::string& run, const std::string& key) {
    Run& state = runs_[run];
    const auto [it, fresh] = state.entries.try_emplace(key);
    if (fresh) {
        state.again = true;
        // All keys that a page asks for in one go are read in one go.
        QMetaObject::invokeMethod(this, [this, run] { ask(run); }, Qt::QueuedConnection);
    }
    return it->second.series;
}

void SeriesCache::update(const RunSummary& run) {
    const auto it = runs_.find(run.id);
    if (it == runs_.end()) return;
    Run& state = it->second;
    if (state.revision == run.revision) return;
    if (state.revision >= 0 && state.state != run.state) state.reload = true;
    state.revision = run.revision;
    state.state = run.state;
    state.again = true;
    ask(run.id);
}

void SeriesCache::forget(const std::string& run) { runs_.erase(run); }

void SeriesCache::ask(const std::string& run) {
    const auto it = runs_.find(run);
    if (it == runs_.end() || it->second.asking || !it->second.again) return;
    Run& state = it->second;
    std::vector<Wanted> wanted;
    for (const auto& [key, entry] : state.entries) {
        const bool whole = !entry.loaded || state.reload;
        const Series& known = *entry.series;
        wanted.push_back({key, whole || known.empty() ? 0 : static_cast<StepIndex>(known.x(known.size() - 1)) + 1, whole});
    }
    state.asking = true;
    state.again = state.reload = false;
    reader_->ask(
        this,
        [run, wanted](RunStore& store) {
            std::vector<Got> got;
            for (const Wanted& each : wanted) {
                Got one{each.key, each.whole, {}, store.series(run, each.key, each.from)};
                if (each.whole) {
                    one.series.reserve(one.points.size());
                    for (const Point& point : one.points) one.series.append(static_cast<double>(point.step), point.value);
                    one.points.clear();
                }
                got.push_back(std::move(one));
            }
            return got;
        },
        [this, run](std::vector<Got> got) {
            const auto found = runs_.find(run);
            if (found == runs_.end()) return;
            found->second.asking = false;
            for (Got& one : got) {
                Entry& entry = found->second.entries[one.key];
                if (one.whole) entry.series->replaceWith(std::move(one.series));
                else for (const Point& point : one.points) entry.series->append(static_cast<double>(point.step), point.value);
                entry.loaded = true;
            }
            Q_EMIT changed(QString::fromStdString(run));
            ask(run);
        });
}

}  // namespace tritlab
