// Numbers as text: round trips, rejections, and the same result under a decimal-comma locale.
#include <QTest>
#include <clocale>
#include <cmath>
#include <limits>

#include "core/base/number.h"
#include "core/base/random.h"

using namespace tritlab;

class TestNumber : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void readsWhatPeopleWrite() {
        QCOMPARE(parseReal("3e-4").value(), 3e-4);
        QCOMPARE(parseReal(" .5 ").value(), 0.5);
        QCOMPARE(parseReal("+2").value(), 2.0);
        QCOMPARE(parseReal("10_000.5").value(), 10000.5);
        QCOMPARE(parseInt("1_000_000").value(), 1000000);
        QVERIFY(std::isnan(parseReal("nan").value()));
    }
    void rejectsWhatIsNoNumber() {
        for (const char* text : {"", " ", "1,5", "3e-4x", "_1", "1_", "1__0", "--1", "0x10", "1 2"})
            QVERIFY2(!parseReal(text), text);
        for (const char* text : {"1.5", "1e3", "99999999999999999999"}) QVERIFY2(!parseInt(text), text);
    }
    void noNumberHasNoSign() {
        QCOMPARE(formatReal(-std::nan("")), std::string("nan"));
        QCOMPARE(formatReal(std::nanf("")), std::string("nan"));
        QCOMPARE(formatReal(-HUGE_VAL), std::string("-inf"));
    }
    void roundTrips() {
        for (std::uint64_t i = 0; i < 2000; ++i) {
            const double value =
                std::ldexp(randomUniform(7, 1, i) - 0.5, static_cast<int>(randomBits(7, 2, i) % 600) - 300);
            QCOMPARE(parseReal(formatReal(value)).value(), value);
        }
        QCOMPARE(QString::fromStdString(formatReal(0.0003)), QStringLiteral("0.0003"));
    }
    void ignoresTheLocale() {
        if (std::setlocale(LC_ALL, "de_DE.UTF-8") == nullptr) QSKIP("de_DE.UTF-8 is not installed");
        const double value = parseReal("0.0003").value();
        const std::string text = formatReal(0.5), human = humanBytes(1.5e9);
        std::setlocale(LC_ALL, "C");
        QCOMPARE(value, 0.0003);
        QCOMPARE(QString::fromStdString(text), QStringLiteral("0.5"));
        QCOMPARE(QString::fromStdString(human), QStringLiteral("1.5 GB"));
    }
    void speaksToPeople() {
        QCOMPARE(QString::fromStdString(humanCount(999)), QStringLiteral("999"));
        QCOMPARE(QString::fromStdString(humanCount(12'345'678)), QStringLiteral("12.3M"));
        QCOMPARE(QString::fromStdString(humanCount(999'999)), QStringLiteral("1M"));
        QCOMPARE(QString::fromStdString(humanDuration(723)), QStringLiteral("12m 03s"));
        QCOMPARE(QString::fromStdString(humanDuration(3 * 3600 + 245)), QStringLiteral("3h 04m"));
        QCOMPARE(QString::fromStdString(humanDuration(std::numeric_limits<double>::infinity())), QStringLiteral("?"));
    }
};

QTEST_APPLESS_MAIN(TestNumber)
#include "test_number.moc"
