// What the window asks of the desktop around it, over D-Bus: a notification when a run has ended while the person
// looked elsewhere, and no sleep while one is trained here. A desktop that offers neither is left in peace; nothing
// waits for its answer.
#pragma once

#include <QDBusConnection>
#include <QDBusUnixFileDescriptor>
#include <QObject>
#include <QString>

namespace tritlab {

class Desktop : public QObject {
    Q_OBJECT
public:
    // The person's own buses. Where one is not running it is not started for our sake.
    explicit Desktop(QObject* parent = nullptr);
    Desktop(const QDBusConnection& session, const QDBusConnection& system, QObject* parent = nullptr);

    // Replaces the notification before, so that a sweep's ends do not pile up. `urgent`: stays until it is seen.
    void notify(const QString& title, const QString& text, bool urgent);
    // Holds systemd-logind's lock against sleeping while true. Closing the program frees it, however it ends.
    void keepAwake(bool wanted);

Q_SIGNALS:
    void clicked();  // on the notification
    void unheard();  // no desktop took the notification: the window has to draw attention by itself

private Q_SLOTS:
    void onAction(uint id, const QString& action);

private:
    void askForLock(const QString& what);
    QDBusConnection session_, system_;
    uint shown_ = 0;
    bool wanted_ = false, asking_ = false;
    QDBusUnixFileDescriptor lock_;
};

}  // namespace tritlab
