// What was begun and not sent: the form of a new run, messages of the chat. Kept by name in one small file beside the
// database, a moment after each change, so that neither closing the window nor a crash loses it. Written on a thread of
// its own: a disk may take its time.
#pragma once

#include <QObject>
#include <QTimer>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "ui/services/task_thread.h"

namespace tritlab {

class DraftKeeper : public QObject {
    Q_OBJECT
public:
    // Reads what is kept there; a file that cannot be read is told of by failed() and written anew. An empty path: kept
    // for this window's life alone.
    explicit DraftKeeper(std::filesystem::path file, QObject* parent = nullptr);
    ~DraftKeeper() override;                                            // after what was told is written
    [[nodiscard]] nlohmann::json draft(const std::string& name) const;  // null: there is none
    void keep(const std::string& name, const nlohmann::json& draft);    // null: forgets it

Q_SIGNALS:
    void failed(const QString& message);

private:
    void write();
    std::filesystem::path file_;
    nlohmann::json drafts_ = nlohmann::json::object();
    QTimer later_;
    TaskThread thread_;
};

}  // namespace tritlab
