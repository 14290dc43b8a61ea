// The series that the window shows: loaded once from the store, then followed. A Series that was handed out grows in
// place. All reading and decoding is done on a thread of its own: first the outlines of long series, so that they can
// be drawn at once, then short series, then the points of the long ones, one by one.
#pragma once

#include <QObject>
#include <QTimer>
#include <map>
#include <memory>
#include <string>

#include "core/store/run_store.h"
#include "ui/models/series.h"
#include "ui/services/store_reader.h"

namespace tritlab {

class SeriesCache : public QObject {
    Q_OBJECT
public:
    // What cannot be read is told by `reader`, as all else that it reads.
    explicit SeriesCache(StoreReader* reader, QObject* parent = nullptr);
    // Empty until changed(run) tells that it was read.
    std::shared_ptr<const Series> series(const std::string& run, const std::string& key);
    // Asks for what is new, of runs that go once a second: drawing takes time that they train in. After a change of
    // state asks for everything anew, since a resume may have written points again.
    void update(const RunSummary& run);
    [[nodiscard]] bool idle() const { return own_.idle(); }  // nothing asked or on its way

Q_SIGNALS:
    void changed(const QString& run);

private:
    struct Entry {
        std::shared_ptr<Series> series = std::make_shared<Series>();
        bool loaded = false, loading = false;
    };
    struct Run {
        std::map<std::string, Entry> entries;
        RunState state = RunState::Queued;
        StepIndex revision = -1;
        std::int64_t endedMs = 0;
        bool asking = false, again = false, reload = false;
    };
    void ask(const std::string& run);
    void askOutlines(const std::string& run, const std::vector<std::string>& keys);
    void askPoints(const std::string& run, const std::string& key);
    void askNew(const std::string& run);
    StoreReader own_;
    QTimer pause_;  // until runs that go are asked again
    std::map<std::string, Run> runs_;
};

}  // namespace tritlab
