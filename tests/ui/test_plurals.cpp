// Every text of the window that holds a number with its noun, found in the sources, reads well of one and of many; and
// none shows "(s)".
#include <QCoreApplication>
#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include "ui/theme/plurals.h"

using namespace tritlab;

class TestPlurals : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void numbersAgreeWithTheirNouns() {
        installPlurals();
        installPlurals();
        const auto text = [](const char* source, int n) {
            return QCoreApplication::translate("tritlab::Any", source, nullptr, n);
        };
        QCOMPARE(text("%n run(s)", 1), QString("1 run"));
        QCOMPARE(text("%n run(s)", 0), QString("0 runs"));
        QCOMPARE(text("%n run(s)", 12), QString("12 runs"));
        QCOMPARE(text("Queued: %n run(s) of %1.", 2), QString("Queued: 2 runs of %1."));
        QCOMPARE(QCoreApplication::translate("tritlab::Any", "Start"), QString("Start"));
    }

    void noTextOfTheWindowIsLeftOut() {
        static const QRegularExpression literal("\"((?:[^\"\\\\]|\\\\.)*)\"([^;]{0,40})");
        int found = 0;
        for (const char* room : {"ui", "app/gui", "app/workers"}) {
            QDirIterator files(QString(TRITLAB_SOURCE_DIR "/") + room, {"*.cpp", "*.h"}, QDir::Files,
                               QDirIterator::Subdirectories);
            while (files.hasNext()) {
                QFile file(files.next());
                if (file.fileName().contains("/plurals.")) continue;
                QVERIFY(file.open(QIODevice::ReadOnly));
                auto matches = literal.globalMatch(QString::fromUtf8(file.readAll()));
                while (matches.hasNext()) {
                    const auto match = matches.next();
                    const QString source = match.captured(1);
                    if (!source.contains("(s)")) continue;
                    ++found;
                    const QString where = file.fileName() + ": " + source;
                    QVERIFY2(source.contains("%n"), qPrintable(where));
                    QVERIFY2(match.captured(2).contains("nullptr"), qPrintable(where + " is shown without its number"));
                    for (const int n : {0, 1, 2}) {
                        const QString shown =
                            QCoreApplication::translate("tritlab::Any", source.toUtf8().constData(), nullptr, n);
                        QVERIFY2(!shown.contains("(s)") && shown.contains(QString::number(n)), qPrintable(where));
                    }
                }
            }
        }
        QVERIFY2(found >= 15, qPrintable(QString::number(found)));
    }
};

QTEST_MAIN(TestPlurals)
#include "test_plurals.moc"
