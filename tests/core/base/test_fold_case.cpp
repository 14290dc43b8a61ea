// Folding: letters of several scripts against what Unicode's CaseFolding.txt says of them, and bytes that are no text.
#include <QTest>

#include "core/base/fold_case.h"

using namespace tritlab;

class TestFoldCase : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void capitalsAndSmallLettersAreTheSame() {
        const std::pair<const char*, const char*> same[] = {{"In the BEGINNING 1:1", "in the beginning 1:1"},
                                                            {"STRASSE", "straße"},
                                                            {"GROẞ", "groß"},
                                                            {"ÄRGER", "Ärger"},
                                                            {"ΣΊΣΥΦΟΣ", "Σίσυφος"},
                                                            {"ПРИВЕТ", "привет"},
                                                            {"ŁÓDŹ", "łódź"},
                                                            {"ſo", "So"},
                                                            {"𐐀", "𐐨"}};
        for (const auto& [left, right] : same) QCOMPARE(foldCase(left), foldCase(right));
        QCOMPARE(foldCase("ΣΊΣΥΦΟΣ"), std::string("σίσυφοσ"));
        QCOMPARE(foldCase("Ärger"), std::string("ärger"));
    }
    void whatDiffersStaysDifferent() {
        for (const auto& [left, right] : {std::pair{"Arger", "Ärger"}, {"Strase", "Straße"}, {"漢", "字"}, {"é", "è"}})
            QVERIFY(foldCase(left) != foldCase(right));
        QCOMPARE(foldCase("漢字 🙂 %_\\"), std::string("漢字 🙂 %_\\"));
    }
    void brokenBytesStay() {
        for (const char* broken : {"\xff"
                                   "A",
                                   "\xc3",
                                   "\xe2\x82"
                                   "B",
                                   "\xf0\x9f",
                                   "\x80"
                                   "C"}) {
            std::string expected = broken;
            for (char& c : expected)
                if (c >= 'A' && c <= 'C') c = static_cast<char>(c + 32);
            QCOMPARE(foldCase(broken), expected);
        }
        QVERIFY(foldCase("").empty());
    }
};

QTEST_APPLESS_MAIN(TestFoldCase)
#include "test_fold_case.moc"
