// The one writer of a process: a thread that drains a queue into short transactions under the cross-process write
// protocol (docs/formats-and-formulas.md, The store: flock queue, flock writer, unlock queue, BEGIN IMMEDIATE … COMMIT,
// unlock writer; 50 ms at most).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/workspace.h"
#include "core/config/run_config.h"
#include "core/run/events.h"
#include "core/store/run_store.h"

namespace tritlab {

// A message that is added to a conversation; `conversation` 0 begins one with title, model and settings.
struct NewMessage {
    std::int64_t conversation = 0, parent = 0;  // parent 0: the first
    std::string role, text;
    nlohmann::json details;
    std::string title, model;
    nlohmann::json settings;
};
struct AddedMessage {
    std::int64_t conversation = 0, message = 0;
};

class StoreWriter {
public:
    // Makes or migrates the database (a backup first; the schema lock alone). Throws Error: newer schema (TooNew), full
    // disk.
    explicit StoreWriter(const Workspace& workspace);
    ~StoreWriter();  // drains
    StoreWriter(const StoreWriter&) = delete;
    StoreWriter& operator=(const StoreWriter&) = delete;
    [[nodiscard]] const Workspace& workspace() const;

    // These wait until they are committed, and throw Error where they cannot be.
    std::string createRun(const std::string& name, const RunConfig& frozen, RunState state,
                          const std::string& parent = {},
                          StepIndex branchStep = -1);  // gives the id
    void renameRun(const std::string& run, const std::string& name);
    void setNotes(const std::string& run, const std::string& notes);
    void setTags(const std::string& run, const std::vector<std::string>& tags);
    void setStarred(const std::string& run, bool starred);
    void setBaseline(const std::string& run);  // the only one
    void setState(const std::string& run, const StateEvent& event);
    void trash(const std::string& run, bool trashed);
    void purge(const std::string& run);  // for ever, files too; throws Busy while it trains
    void deleteCheckpoint(const std::string& run, StepIndex step);
    void sendCommand(const std::string& run, RunCommand command);

    std::int64_t createConversation(const std::string& title, const std::string& model,
                                    const nlohmann::json& settings = {});
    // A message becomes the head of its conversation. addMessages: all in one transaction.
    std::int64_t addMessage(std::int64_t conversation, std::int64_t parent, const std::string& role,
                            const std::string& text, const nlohmann::json& details = {});
    std::vector<AddedMessage> addMessages(const std::vector<NewMessage>& messages);
    void updateMessage(std::int64_t message, const std::string& text, const nlohmann::json& details);
    // The same without waiting, while an answer streams: in order with the other writes; flush() throws where it
    // failed.
    void updateMessageSoon(std::int64_t message, const std::string& text, const nlohmann::json& details);
    void renameConversation(std::int64_t conversation, const std::string& title);
    void setConversationModel(std::int64_t conversation, const std::string& model, const nlohmann::json& settings);
    void setConversationHead(std::int64_t conversation, std::int64_t message);
    void trashConversation(std::int64_t conversation, bool trashed);
    void trashMessage(std::int64_t message, bool trashed);  // with all that follows it; taken back together
    void deleteConversation(std::int64_t conversation);     // for ever

    // Marks 'interrupted' every run that says it goes but whose lock can be taken. Gives the ids.
    std::vector<std::string> markDeadRuns();

    // Waits until everything handed over so far is committed; throws what went wrong on the way.
    void flush();

private:
    friend class RunRecorder;
    struct Impl;
    std::shared_ptr<Impl> impl_;
};

// Writes one run's events, batched (about every 250 ms), and hands the trainer its commands. Holds runs/ID/lock for
// life: the constructor throws Busy where another process trains the run.
class RunRecorder : public RunObserver, public CommandSource {
public:
    RunRecorder(StoreWriter& writer, const std::string& run);
    ~RunRecorder() override;
    void onStep(const StepEvent& event) override;
    void onHealth(const HealthEvent& event) override;
    void onEvaluation(const EvaluationEvent& event) override;
    void onSample(const SampleEvent& event) override;
    void onCheckpoint(const CheckpointEvent& event) override;
    void onState(const StateEvent& event) override;
    void onLog(const LogEvent& event) override;
    void onProgress(const ProgressEvent& event) override;
    void sync() override;
    void flush();  // as sync(), and throws where what was reported cannot be stored
    std::vector<RunCommand> take() override;
    // A store that cannot be written (full disk) must not cost the run: this says why what was reported last is not
    // stored, and training can stop cleanly. The recorder keeps those events and tries again with each further one, so
    // that there is no failure any more once the disk has room; it gives up at the run's end, or where they become too
    // many.
    [[nodiscard]] std::optional<std::string> failure() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tritlab
