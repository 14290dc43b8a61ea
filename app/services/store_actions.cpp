#include "app/services/store_actions.h"

namespace tritlab {

StoreActions::StoreActions(const Workspace& workspace, QObject* parent)
    : QObject(parent), workspace_(workspace), thread_("store writer", TaskThread::AtEnd::Drain) {}

void StoreActions::open() {
    thread_.post(
        this, [workspace = workspace_] { return std::make_shared<StoreWriter>(workspace); },
        [this](std::shared_ptr<StoreWriter> writer) {
            writer_ = std::move(writer);
            Q_EMIT ready();
        },
        [this](const QString& message) { Q_EMIT failed(tr("open the store"), message); });
}

void StoreActions::run(const QString& what, std::function<void(StoreWriter&)> work) {
    ask(what, this, std::move(work), [] {});
}

}  // namespace tritlab
