// A message bus of the test's own, with the two services that answer as notification daemons and logind do.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>
#include <QDBusConnection>
#include <QDBusContext>
#include <QDBusMessage>
#include <QDBusUnixFileDescriptor>
#include <QProcess>
#include <QStandardPaths>

namespace tritlab {

class Notifications : public QObject {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.Notifications")
public:
    QList<QVariantList> calls;
public Q_SLOTS:
    uint Notify(const QString& program, uint replaces, const QString& icon, const QString& title, const QString& body,
                const QStringList& actions, const QVariantMap& hints, int timeout) {
        calls.append({program, replaces, icon, title, body, actions, hints, timeout});
        return replaces != 0 ? replaces : 41;
    }
Q_SIGNALS:
    void ActionInvoked(uint id, const QString& action);
};

class Login : public QObject, protected QDBusContext {
    Q_OBJECT
    Q_CLASSINFO("D-Bus Interface", "org.freedesktop.login1.Manager")
public:
    QStringList asked;
    bool mayBlockSleep = true;
    int end = -1;  // of a pipe whose other end is the lock

    [[nodiscard]] bool held() const {
        pollfd state{end, 0, 0};
        return end >= 0 && ::poll(&state, 1, 0) == 0;  // else: hung up
    }
public Q_SLOTS:
    QDBusUnixFileDescriptor Inhibit(const QString& what, const QString& who, const QString& why, const QString& mode) {
        asked.append(what + "|" + who + "|" + mode);
        if ((!mayBlockSleep && what.contains("sleep")) || why.isEmpty()) {
            sendErrorReply("org.freedesktop.DBus.Error.AccessDenied", "no");
            return {};
        }
        int pipe[2];
        if (::pipe2(pipe, O_CLOEXEC) != 0) qFatal("no pipe");
        if (end >= 0) ::close(end);
        end = pipe[0];
        QDBusUnixFileDescriptor lock;
        lock.giveFileDescriptor(pipe[1]);
        return lock;
    }
};

struct DesktopServices {
    // The bus's address; empty where there is no dbus-daemon.
    QString start() {
        const QString program = QStandardPaths::findExecutable("dbus-daemon");
        if (program.isEmpty()) return {};
        daemon.start(program, {"--session", "--nofork", "--nopidfile", "--print-address"});
        if (!daemon.waitForReadyRead(20000)) return {};
        const QString address = QString::fromUtf8(daemon.readLine()).trimmed();
        QDBusConnection bus = QDBusConnection::connectToBus(address, "services");
        const auto all = QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals;
        const bool there = bus.registerObject("/org/freedesktop/Notifications", &notifications, all) &&
                           bus.registerObject("/org/freedesktop/login1", &login, all) &&
                           bus.registerService("org.freedesktop.Notifications") &&
                           bus.registerService("org.freedesktop.login1");
        return there ? address : QString();
    }
    void stop() {
        daemon.kill();
        daemon.waitForFinished();
    }
    QProcess daemon;
    Notifications notifications;
    Login login;
};

}  // namespace tritlab
