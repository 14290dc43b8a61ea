// What is asked of the desktop, on a bus of the test's own with the two services that answer as notification daemons and logind do.
#include <QDBusConnection>
#include <QDBusContext>
#include <QDBusMessage>
#include <QProcess>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTest>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "app/gui/desktop.h"

using namespace tritlab;

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

class TestDesktop : public QObject {
    Q_OBJECT
    QProcess daemon_;
    Notifications notifications_;
    Login login_;

    QDBusConnection bus(const QString& name) { return QDBusConnection(name); }

private Q_SLOTS:
    void initTestCase() {
        const QString program = QStandardPaths::findExecutable("dbus-daemon");
        QVERIFY2(!program.isEmpty(), "dbus-daemon is missing: resources/setup/packages installs it");
        daemon_.start(program, {"--session", "--nofork", "--nopidfile", "--print-address"});
        QVERIFY(daemon_.waitForReadyRead(20000));
        const QString address = QString::fromUtf8(daemon_.readLine()).trimmed();
        for (const char* name : {"services", "program"}) QVERIFY2(QDBusConnection::connectToBus(address, name).isConnected(), qPrintable(address));
        QDBusConnection services = bus("services");
        const auto all = QDBusConnection::ExportAllSlots | QDBusConnection::ExportAllSignals;
        QVERIFY(services.registerObject("/org/freedesktop/Notifications", &notifications_, all));
        QVERIFY(services.registerObject("/org/freedesktop/login1", &login_, all));
        QVERIFY(services.registerService("org.freedesktop.Notifications"));
        QVERIFY(services.registerService("org.freedesktop.login1"));
    }
    void cleanupTestCase() {
        daemon_.kill();
        daemon_.waitForFinished();
    }

    void anEndIsToldAndCanBeClicked() {
        Desktop desktop(bus("program"), bus("program"));
        QSignalSpy clicked(&desktop, &Desktop::clicked);
        desktop.notify("kjv: failed", "loss < 3 & rising", true);
        QTRY_COMPARE(notifications_.calls.size(), 1);
        const QVariantList first = notifications_.calls.back();
        QCOMPARE(first[0].toString(), QString("TritLab"));
        QCOMPARE(first[1].toUInt(), 0U);
        QCOMPARE(first[3].toString(), QString("kjv: failed"));
        QCOMPARE(first[4].toString(), QString("loss &lt; 3 &amp; rising"));
        QCOMPARE(first[6].toMap()["urgency"].value<uchar>(), uchar{2});
        QTest::qWait(50);  // the answer, with the number to replace
        desktop.notify("kjv: finished", {}, false);
        QTRY_COMPARE(notifications_.calls.size(), 2);
        QCOMPARE(notifications_.calls.back()[1].toUInt(), 41U);
        Q_EMIT notifications_.ActionInvoked(7, "default");  // another program's
        Q_EMIT notifications_.ActionInvoked(41, "default");
        QTRY_COMPARE(clicked.size(), 1);
        QTest::qWait(50);
        QCOMPARE(clicked.size(), 1);
    }

    void noSleepWhileItIsHeld() {
        {
            Desktop desktop(bus("program"), bus("program"));
            desktop.keepAwake(true);
            desktop.keepAwake(true);  // a second run: one lock is enough
            QTRY_VERIFY(desktop.holdsAwake());
            QCOMPARE(login_.asked, QStringList{"sleep:idle|TritLab|block"});
            QVERIFY(login_.held());
            desktop.keepAwake(false);
            QVERIFY(!desktop.holdsAwake());
            QTRY_VERIFY(!login_.held());
            desktop.keepAwake(true);
            desktop.keepAwake(false);  // before the answer has come
            QTRY_COMPARE(login_.asked.size(), 2);
            QTRY_VERIFY(!login_.held());
            QVERIFY(!desktop.holdsAwake());
            desktop.keepAwake(true);
            QTRY_VERIFY(desktop.holdsAwake());
        }
        QTRY_VERIFY(!login_.held());  // the window is gone
    }

    void whoMayNotBlockSleepAsksForLess() {
        login_.asked.clear();
        login_.mayBlockSleep = false;
        Desktop desktop(bus("program"), bus("program"));
        desktop.keepAwake(true);
        QTRY_VERIFY(desktop.holdsAwake());
        QCOMPARE(login_.asked, (QStringList{"sleep:idle|TritLab|block", "idle|TritLab|block"}));
    }

    void withoutABusNothingHappens() {
        const QDBusConnection none{QString()};
        Desktop desktop(none, none);
        desktop.notify("a", "b", false);
        desktop.keepAwake(true);
        QVERIFY(!desktop.holdsAwake());
    }
};

QTEST_GUILESS_MAIN(TestDesktop)
#include "test_desktop.moc"
