#include "ui/services/store_reader.h"

namespace tritlab {

StoreReader::StoreReader(const Workspace& workspace, QObject* parent)
    : QObject(parent), workspace_(workspace), thread_("store reader", TaskThread::AtEnd::Drop) {}

RunStore& StoreReader::store() {
    if (!store_) store_ = std::make_unique<RunStore>(workspace_);
    return *store_;
}

}  // namespace tritlab
