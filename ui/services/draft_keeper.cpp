#include "ui/services/draft_keeper.h"

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/json_file.h"

namespace tritlab {

DraftKeeper::DraftKeeper(std::filesystem::path file, QObject* parent)
    : QObject(parent), file_(std::move(file)), worker_(new QObject) {
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    thread_.setObjectName("draft keeper");
    thread_.start();
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
    // Behind the writes that wait: quit() would drop them.
    QMetaObject::invokeMethod(
        worker_, [this] { thread_.quit(); }, Qt::QueuedConnection);
    thread_.wait();
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
    const auto work = [this, file = file_, text = drafts_.dump(1) + "\n"] {
        try {
            writeFileAtomically(file, text);
        } catch (const std::exception& error) {
            const QString why = tr("What was begun could not be kept: %1").arg(QString::fromStdString(error.what()));
            QMetaObject::invokeMethod(
                this, [this, why] { Q_EMIT failed(why); }, Qt::QueuedConnection);
        }
    };
    QMetaObject::invokeMethod(worker_, work, Qt::QueuedConnection);
}

}  // namespace tritlab
