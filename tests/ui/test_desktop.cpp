// What is asked of the desktop, on a bus of the test's own with the two services that answer as notification daemons
// and logind do.
#include <QDBusConnection>
#include <QSignalSpy>
#include <QTest>

#include "app/gui/desktop.h"
#include "desktop_services.h"

using namespace tritlab;

class TestDesktop : public QObject {
    Q_OBJECT
    DesktopServices services_;
    Notifications& notifications_ = services_.notifications;
    Login& login_ = services_.login;

    QDBusConnection bus(const QString& name) { return QDBusConnection(name); }

private Q_SLOTS:
    void initTestCase() {
        const QString address = services_.start();
        QVERIFY2(!address.isEmpty(), "no bus could be started (dbus-daemon: resources/setup/packages installs it)");
        QVERIFY2(QDBusConnection::connectToBus(address, "program").isConnected(), qPrintable(address));
    }
    void cleanupTestCase() { services_.stop(); }

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
            QTRY_VERIFY(login_.held());
            QTest::qWait(50);  // the answer, with the lock
            QCOMPARE(login_.asked, QStringList{"sleep:idle|TritLab|block"});
            QVERIFY(login_.held());
            desktop.keepAwake(false);
            QTRY_VERIFY(!login_.held());
            desktop.keepAwake(true);
            desktop.keepAwake(false);  // before the answer has come
            QTRY_COMPARE(login_.asked.size(), 2);
            QTRY_VERIFY(!login_.held());
            desktop.keepAwake(true);
            QTRY_VERIFY(login_.held());
        }
        QTRY_VERIFY(!login_.held());  // the window is gone
    }

    void whoMayNotBlockSleepAsksForLess() {
        login_.asked.clear();
        login_.mayBlockSleep = false;
        Desktop desktop(bus("program"), bus("program"));
        desktop.keepAwake(true);
        QTRY_VERIFY(login_.held());
        QCOMPARE(login_.asked, (QStringList{"sleep:idle|TritLab|block", "idle|TritLab|block"}));
    }

    void withoutABusNothingHappens() {
        login_.asked.clear();
        const QDBusConnection none{QString()};
        Desktop desktop(none, none);
        QSignalSpy unheard(&desktop, &Desktop::unheard);
        desktop.notify("a", "b", false);
        QCOMPARE(unheard.count(), 1);  // the window has to draw attention by itself
        desktop.keepAwake(true);
        QTest::qWait(50);
        QVERIFY(login_.asked.isEmpty());
    }
};

QTEST_GUILESS_MAIN(TestDesktop)
#include "test_desktop.moc"
