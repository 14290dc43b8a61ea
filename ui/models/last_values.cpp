#include "ui/models/last_values.h"

#include <algorithm>

#include "ui/services/store_reader.h"

namespace tritlab {

namespace {
constexpr std::size_t runsAtOnce = 64;  // read in one go: the reader serves the pages in between
}

LastValues::LastValues(StoreReader* reader, QObject* parent) : QObject(parent), reader_(reader) {}

bool LastValues::isFresh(const RunSummary& run, const std::vector<std::string>& keys) const {
    const auto known = known_.find(run.id);
    if (known == known_.end() || known->second.revision != run.revision) return false;
    const std::vector<std::string>& read = known->second.keys;
    return std::all_of(keys.begin(), keys.end(), [&read](const std::string& key) {
        return std::find(read.begin(), read.end(), key) != read.end();
    });
}

void LastValues::fill(RunSummary& run, const std::vector<std::string>& keys) const {
    const auto known = known_.find(run.id);
    if (known == known_.end()) return;
    for (const std::string& key : keys)
        if (const auto value = known->second.values.find(key); value != known->second.values.end())
            run.last[key] = value->second;
}

void LastValues::read(const std::vector<RunSummary>& runs, const std::vector<std::string>& keys) {
    if (asking_ || keys.empty()) return;
    std::vector<RunSummary> stale;
    for (const RunSummary& run : runs) {
        if (!isFresh(run, keys)) stale.push_back(run);
        if (stale.size() == runsAtOnce) break;
    }
    if (stale.empty()) return;
    asking_ = true;
    reader_->ask(
        this,
        [stale, keys](RunStore& store) mutable {
            for (RunSummary& run : stale) store.readLast(run, keys);
            return stale;
        },
        [this, keys](const std::vector<RunSummary>& read) {
            asking_ = false;
            for (const RunSummary& run : read) known_[run.id] = {run.revision, run.last, keys};
            Q_EMIT changed();
        });
}

}  // namespace tritlab
