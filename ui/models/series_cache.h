// The series that the window shows: loaded once from the store, then followed. A Series that was handed out grows in place.
#pragma once

#include <QObject>
#include <map>
#include <memory>
#include <string>

#include "core/store/run_store.h"
#include "ui/plots/series.h"

namespace tritlab {

class StoreReader;

class SeriesCache : public QObject {
    Q_OBJECT
public:
    explicit SeriesCache(StoreReader* reader, QObject* parent = nullptr) : QObject(parent), reader_(reader) {}
    // Empty until changed(run) tells that it was read.
    std::shared_ptr<const Series> series(const std::string& run, const std::string& key);
    // Asks for what is new; after a change of state for everything anew, since a resume may have written points again.
    void update(const RunSummary& run);
    void forget(const std::string& run);

Q_SIGNALS:
    void changed(const QString& run);

private:
    struct Entry {
        std::shared_ptr<Series> series = std::make_shared<Series>();
        bool loaded = false;
    };
    struct Run {
        std::map<std::string, Entry> entries;
        RunState state = RunState::Queued;
        StepIndex revision = -1;
        bool asking = false, again = false, reload = false;
    };
    void ask(const std::string& run);
    StoreReader* reader_;
    std::map<std::string, Run> runs_;
};

}  // namespace tritlab
