#include "app/gui/desktop.h"

#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QFileInfo>
#include <QVariantMap>

namespace tritlab {
namespace {

constexpr char kNotifications[] = "org.freedesktop.Notifications";
constexpr char kNotificationsPath[] = "/org/freedesktop/Notifications";

// Asking for a bus that is not there would start one, and wait for it.
QDBusConnection busWhere(const char* variable, const QString& socket, QDBusConnection (*bus)()) {
    return qEnvironmentVariableIsSet(variable) || QFileInfo::exists(socket) ? bus() : QDBusConnection(QString());
}

}  // namespace

Desktop::Desktop(QObject* parent)
    : Desktop(busWhere("DBUS_SESSION_BUS_ADDRESS", qEnvironmentVariable("XDG_RUNTIME_DIR") + "/bus",
                       &QDBusConnection::sessionBus),
              busWhere("DBUS_SYSTEM_BUS_ADDRESS", QStringLiteral("/run/dbus/system_bus_socket"),
                       &QDBusConnection::systemBus),
              parent) {}

Desktop::Desktop(const QDBusConnection& session, const QDBusConnection& system, QObject* parent)
    : QObject(parent), session_(session), system_(system) {
    if (session_.isConnected())
        session_.connect(kNotifications, kNotificationsPath, kNotifications, "ActionInvoked", this,
                         SLOT(onAction(uint, QString)));
}

void Desktop::notify(const QString& title, const QString& text, bool urgent) {
    if (!session_.isConnected()) {
        Q_EMIT unheard();
        return;
    }
    QDBusMessage call = QDBusMessage::createMethodCall(kNotifications, kNotificationsPath, kNotifications, "Notify");
    // The body is markup to most desktops.
    call << "TritLab" << shown_ << "tritlab" << title << text.toHtmlEscaped() << QStringList{"default", tr("Show")}
         << QVariantMap{{"urgency", QVariant::fromValue(static_cast<uchar>(urgent ? 2 : 1))},
                        {"desktop-entry", "org.tritlab.TritLab"}}
         << -1;
    auto* reply = new QDBusPendingCallWatcher(session_.asyncCall(call), this);
    connect(reply, &QDBusPendingCallWatcher::finished, this, [this, reply] {
        const QDBusPendingReply<uint> id = *reply;
        if (id.isValid()) shown_ = id.value();
        else Q_EMIT unheard();
        reply->deleteLater();
    });
}

void Desktop::onAction(uint id, const QString& action) {
    if (id == shown_ && action == "default") Q_EMIT clicked();
}

void Desktop::keepAwake(bool wanted) {
    wanted_ = wanted;
    if (!wanted) lock_ = QDBusUnixFileDescriptor();
    else if (!lock_.isValid() && !asking_ && system_.isConnected()) askForLock(QStringLiteral("sleep:idle"));
}

void Desktop::askForLock(const QString& what) {
    asking_ = true;
    QDBusMessage call = QDBusMessage::createMethodCall("org.freedesktop.login1", "/org/freedesktop/login1",
                                                       "org.freedesktop.login1.Manager", "Inhibit");
    call << what << "TritLab" << tr("A run is being trained") << "block";
    auto* reply = new QDBusPendingCallWatcher(system_.asyncCall(call), this);
    connect(reply, &QDBusPendingCallWatcher::finished, this, [this, reply, what] {
        asking_ = false;
        const QDBusPendingReply<QDBusUnixFileDescriptor> lock = *reply;
        reply->deleteLater();
        if (!wanted_) return;  // it ended meanwhile: the lock goes with the reply
        if (lock.isValid()) lock_ = lock.value();
        else if (what != "idle")
            askForLock(QStringLiteral("idle"));  // allowed to those who may not block a sleep that was asked for
    });
}

}  // namespace tritlab
