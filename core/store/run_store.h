// The store for readers: runs, series, events, checkpoints, chats. Opened READONLY; every statement is reset before a
// call returns, so that the write-ahead log never grows behind a reader. One object a thread. Writes go through
// StoreWriter.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/base/workspace.h"
#include "core/config/run_config.h"
#include "core/run/events.h"

namespace tritlab {

// What is known of the settings of a run that another program trained.
struct ForeignSettings {
    std::set<std::string, std::less<>> known;                 // fields of the config that its files tell
    std::vector<std::pair<std::string, std::string>> others;  // what they tell under names that are no field's
};

struct RunSummary {
    std::string id;  // "r-20260131-142355-k3f9": sortable by time
    std::string name;
    RunState state = RunState::Queued;
    std::string explanation;  // of the last state
    RunConfig config;  // frozen; of another program's run what `foreign` knows of it, over defaults that mean nothing
    std::optional<ForeignSettings> foreign;  // see core/store/run_settings.h; none: trained here, all is known
    std::string notes;
    std::vector<std::string> tags;
    std::string parent;  // run that it was branched from, or empty
    StepIndex branchStep = -1;
    std::int64_t createdMs = 0, startedMs = 0, endedMs = 0;  // Unix time; 0: not yet
    StepIndex steps = 0;                                     // done (last acknowledged step + 1)
    double lastLoss = 0, bestEvalLoss = 0, lastEvalLoss = 0, perplexity = 0, bitsPerByte = 0;  // NaN: none yet
    double tokensPerSecond = 0, wallSeconds = 0;
    std::int64_t tokens = 0;
    std::string progress;  // while preparing: what
    bool starred = false, trashed = false, baseline = false, bitEqual = true;
    std::int64_t revision = 0;  // grows with each change of the run
    // The last value of series, by key: those that readLast() was asked for, as far as the run has them.
    std::map<std::string, double, std::less<>> last;
};

struct Point {
    StepIndex step;
    double value;  // NaN and infinities as trained
};

// A sealed stretch of a series, known without decoding it: bounds over what is no NaN, both NaN where all are.
struct SeriesStretch {
    StepIndex first = 0, last = 0;
    std::int64_t n = 0;
    double lowest = 0, highest = 0;
};

struct CheckpointInfo {
    StepIndex step = 0;
    std::string path;  // relative to the run's folder
    std::int64_t bytes = 0;
    bool best = false;
    std::int64_t createdMs = 0;
};

struct StoredLog {
    std::int64_t id = 0, timeMs = 0;
    LogEvent event;
};

struct StoredMessage {
    std::int64_t id = 0, conversation = 0, parent = 0, timeMs = 0;  // parent 0: the first
    std::string role, text;                                         // "system", "user", "assistant"
    nlohmann::json details;      // tokens, tokens_per_second, first_token_ms, sampling …
    std::int64_t trashedMs = 0;  // not 0: in the trash
};

struct Conversation {
    std::int64_t id = 0, createdMs = 0, changedMs = 0;
    std::string title, model;  // model: "run:ID", "run:ID@STEP", or a folder
    std::int64_t head = 0;     // last message of the branch that is shown; 0: the newest
    nlohmann::json settings;
    std::string found;  // of a search: the newest message that holds the first word, if the title does not
};

class RunStore {
public:
    // Throws Error: no database yet is an empty store; a newer schema is refused (kind TooNew).
    explicit RunStore(const Workspace& workspace);
    ~RunStore();
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;

    // Grows with every commit of any process (PRAGMA data_version and the runs' revisions): poll it, then ask what
    // changed.
    std::int64_t revision();
    std::vector<RunSummary> runs(bool trashed = false);
    std::vector<RunSummary> runsChangedSince(std::int64_t revision);  // trashed ones too
    std::optional<RunSummary> run(const std::string& id);
    // An id, a unique prefix of a name or id, or "latest". Throws Error that lists the candidates.
    RunSummary resolve(const std::string& text);
    // For a run that is named by its preset or by a form: `wanted`, or with the first number from 2 on that no run has
    // yet ("nano-2"), those in the trash included.
    std::string freeName(const std::string& wanted);

    std::vector<std::string> seriesKeys(const std::string& run);
    // Points with step >= from, in step order.
    std::vector<Point> series(const std::string& run, const std::string& key, StepIndex from = 0);
    std::optional<double> lastValue(const std::string& run, const std::string& key);
    // Reads the last values of these series into `run.last`, which holds nothing else afterwards.
    void readLast(RunSummary& run, const std::vector<std::string>& keys);
    // The sealed blocks of a series in step order, and nothing of its tail: what can be drawn at once while the points
    // are decoded.
    std::vector<SeriesStretch> seriesOutline(const std::string& run, const std::string& key);
    std::vector<StepIndex> healthSteps(const std::string& run);
    std::optional<HealthEvent> health(const std::string& run, StepIndex step);  // with histograms
    std::vector<SampleEvent> samples(const std::string& run, StepIndex from = 0);
    std::vector<EvaluationEvent> evaluations(const std::string& run);
    std::vector<CheckpointInfo> checkpoints(const std::string& run);
    std::vector<StoredLog> log(const std::string& run, std::int64_t afterId = 0);

    // Newest first, those in the trash apart. With words: where each is in the title or in a message (letters of every
    // script alike in either case). limit 0: all.
    std::vector<Conversation> conversations(const std::vector<std::string>& words = {}, std::int64_t limit = 0);
    std::optional<Conversation> conversation(std::int64_t id);       // in the trash or not
    std::vector<StoredMessage> messages(std::int64_t conversation);  // by id; those in the trash too

    // PRAGMA integrity_check and foreign_key_check: empty when sound.
    std::string integrityCheck();

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// Keys of series: those of core/run/metrics.h, and what was imported. Of a BitLinear's metric each layer has a series,
// "health/LAYER/flip_rate", and the model one, "health/all/flip_rate".

}  // namespace tritlab
