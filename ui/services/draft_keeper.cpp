#include "ui/services/draft_keeper.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json_file.h"

namespace tritlab {

DraftKeeper::DraftKeeper(std::filesystem::path file, QObject* parent)
    : QObject(parent), file_(std::move(file)), thread_("draft keeper", TaskThread::AtEnd::Drain) {
    later_.setSingleShot(true);
    later_.setInterval(300);
    connect(&later_, &QTimer::timeout, this, &DraftKeeper::write);
    if (file_.empty() || !std::filesystem::exists(file_)) return;
    try {
        nlohmann::json read = readJsonFile(file_);
        if (read.is_object()) drafts_ = std::move(read);
    } catch (const Error& error) {
        const QString text = tr("What was begun cannot be brought back: %1").arg(QString::fromStdString(error.what()));
        QMetaObject::invokeMethod(
            this, [this, text] { Q_EMIT failed(text); }, Qt::QueuedConnection);
    }
}

DraftKeeper::~DraftKeeper() {
    if (later_.isActive()) write();
}

nlohmann::json DraftKeeper::draft(const std::string& name) const {
    const auto it = drafts_.find(name);
    return it == drafts_.end() ? nlohmann::json() : *it;
}

void DraftKeeper::keep(const std::string& name, const nlohmann::json& draft) {
    if (this->draft(name) == draft) return;
    if (draft.is_null()) drafts_.erase(name);
    else drafts_[name] = draft;
    if (!file_.empty() && !later_.isActive()) later_.start();
}

void DraftKeeper::write() {
    thread_.post(
        this, [file = file_, text = drafts_.dump(1) + "\n"] { writeFileAtomically(file, text); }, [] {},
        [this](const QString& why) { Q_EMIT failed(tr("What was begun could not be kept: %1").arg(why)); });
}

}  // namespace tritlab
