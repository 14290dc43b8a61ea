// What a run's events change in the database: points, and the run's row, which carries last, best and steps so that
// nothing has to be counted when the store is opened. Everything here works inside the writer's transaction.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "core/base/workspace.h"
#include "core/run/events.h"
#include "core/store/database.h"
#include "core/store/series.h"

namespace tritlab {

using RunEvent = std::variant<StepEvent, HealthEvent, EvaluationEvent, SampleEvent, CheckpointEvent, StateEvent,
                              LogEvent, ProgressEvent>;

struct RecordedEvent {
    RunEvent event;
    std::int64_t timeMs = 0;
};

constexpr std::int64_t maxHealthSnapshots = 1000;  // a run; beyond, every second one goes

RunState runStateFromKey(const std::string& key);
bool isGoing(RunState state);  // preparing or running: a process holds the run's lock

// The row number of a run. Throws Error where there is none (or it is being purged).
std::int64_t runNumber(Database& database, const std::string& id);
// A new value of the global counter `revision`, given to the run (0: to none).
void touch(Database& database, std::int64_t run);
void writeState(Database& database, std::int64_t run, const StateEvent& event, std::int64_t timeMs);

class EventWriter {
public:
    EventWriter(const Workspace& workspace, std::string id, std::int64_t number)
        : workspace_(workspace), id_(std::move(id)), run_(number), series_(number) {}
    // Writes events from `events[from]` on, as many as make a short transaction; gives how many.
    std::size_t write(Database& database, const std::deque<RecordedEvent>& events, std::size_t from);
    void rolledBack() { series_.clear(); }

private:
    using Points = std::map<std::string, std::vector<Point>, std::less<>>;
    // The run's own metrics of an event, and those of each layer; give how many points they are.
    template <class Event>
    static std::size_t collect(Points& points, const Event& event);
    static std::size_t collectLayers(Points& points, const HealthEvent& event);
    void writeSnapshot(Database& database, const HealthEvent& event) const;
    void thinSnapshots(Database& database) const;
    void writeEvaluation(Database& database, const EvaluationEvent& event) const;
    void writeCheckpoint(Database& database, const CheckpointEvent& event, std::int64_t timeMs) const;

    Workspace workspace_;
    std::string id_;
    std::int64_t run_;
    SeriesWriter series_;
};

}  // namespace tritlab
