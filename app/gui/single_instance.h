// One window a workspace: a second start hands its arguments to the window that is open, which comes to the front, and
// ends.
#pragma once

#include <QObject>
#include <QStringList>
#include <memory>

#include "core/base/workspace.h"

class QLocalServer;

namespace tritlab {

class SingleInstance : public QObject {
    Q_OBJECT
public:
    explicit SingleInstance(const Workspace& workspace, QObject* parent = nullptr);
    ~SingleInstance() override;
    // True where a window of the workspace took `files` (none: it only comes to the front). Waits for it at most two
    // seconds.
    [[nodiscard]] bool handOver(const QStringList& files) const;
    void listen();  // from now on this process's window is the one; a dead one's socket is taken over

Q_SIGNALS:
    void asked(const QStringList& files);

private:
    void answer();
    QString name_;
    std::unique_ptr<QLocalServer> server_;
};

}  // namespace tritlab
