#include "app/services/store_watcher.h"

#include <QElapsedTimer>
#include <optional>

#include "core/base/error.h"
#include "core/store/store_writer.h"

namespace tritlab {

struct StoreWatcher::Worker {
    Worker(const Workspace& place, std::shared_ptr<StoreWriter> storeWriter, StoreWatcher* watcher)
        : workspace(place), writer(std::move(storeWriter)), owner(watcher) {}

    void poll() {
        try {
            if (!store) store = std::make_unique<RunStore>(workspace);
            if (!sinceDead.isValid() || sinceDead.elapsed() >= 2000) {
                sinceDead.start();
                markDeadRuns();
            }
            const std::int64_t revision = store->revision();
            if (revision == seen) return;
            const bool first = seen < 0;
            std::vector<RunSummary> changes = store->runsChangedSince(first ? -1 : runRevision);
            for (const RunSummary& run : changes) runRevision = std::max(runRevision, run.revision);
            seen = revision;
            if (!changes.empty() || first) {
                present.reset();  // runs may have come: what is told next is news, whatever it was before
                Q_EMIT owner->runsChanged(changes);
            } else {
                tellPresent();
            }
            lastFailure.clear();
        } catch (const std::exception& error) {
            const QString text = QString::fromStdString(error.what());
            if (text != lastFailure) Q_EMIT owner->failed(text);
            lastFailure = text;
            store.reset();  // opened anew at the next poll
        }
    }

    // On a full disk they are marked as soon as there is room; that it is full has been said where a run's end or a
    // person's change could not be stored.
    void markDeadRuns() {
        if (!writer) return;
        try {
            writer->markDeadRuns();
        } catch (const Error& error) {
            if (error.kind() != ErrorKind::NoSpace) throw;
        }
    }

    void tellPresent() {
        std::set<std::string> ids;
        for (const bool trashed : {false, true}) {
            for (const RunSummary& run : store->runs(trashed)) ids.insert(run.id);
        }
        if (ids != present) Q_EMIT owner->runsPresent(ids);
        present = std::move(ids);
    }

    Workspace workspace;
    std::shared_ptr<StoreWriter> writer;
    StoreWatcher* owner;
    std::unique_ptr<RunStore> store;
    QElapsedTimer sinceDead;
    std::int64_t seen = -1, runRevision = -1;
    std::optional<std::set<std::string>> present;
    QString lastFailure;
};

StoreWatcher::StoreWatcher(const Workspace& workspace, std::shared_ptr<StoreWriter> writer, QObject* parent)
    : QObject(parent), worker_(std::make_unique<Worker>(workspace, std::move(writer), this)),
      thread_("store watcher", TaskThread::AtEnd::Drop) {
    qRegisterMetaType<std::vector<tritlab::RunSummary>>("std::vector<tritlab::RunSummary>");
    qRegisterMetaType<std::set<std::string>>("std::set<std::string>");
}

StoreWatcher::~StoreWatcher() = default;

void StoreWatcher::start() {
    thread_.repeat(std::chrono::milliseconds(250), [worker = worker_.get()] { worker->poll(); });
}

}  // namespace tritlab
