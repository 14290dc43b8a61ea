// Follows the store from a thread of its own: every 250 ms it asks for the revision, and tells which runs changed,
// whoever wrote them. A run whose process died is marked within two seconds.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/store/run_store.h"
#include "ui/services/task_thread.h"

namespace tritlab {

class StoreWriter;

class StoreWatcher : public QObject {
    Q_OBJECT
public:
    StoreWatcher(const Workspace& workspace, std::shared_ptr<StoreWriter> writer, QObject* parent = nullptr);
    ~StoreWatcher() override;
    void start();

Q_SIGNALS:
    // Values of all that changed, trashed runs too; the first time all runs.
    void runsChanged(const std::vector<tritlab::RunSummary>& runs);
    void runsPresent(const std::set<std::string>& ids);  // after a purge: those that are left
    void failed(const QString& message);                 // once for each new message

private:
    struct Worker;
    std::unique_ptr<Worker> worker_;  // used on the thread alone
    TaskThread thread_;
};

}  // namespace tritlab
