// The pages and the comments agree with the tree: what they cite and link to is there. Each rule is also tried on a
// tree that breaks it.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>

#include "documentation.h"

using namespace tritlab::house;
namespace fs = std::filesystem;

namespace {

QStringList list(const std::vector<std::string>& faults) {
    QStringList texts;
    for (const std::string& fault : faults) texts << QString::fromStdString(fault);
    return texts;
}

void nothing(const std::vector<std::string>& faults) {
    QVERIFY2(faults.empty(), qPrintable("\n  " + list(faults).join("\n  ")));
}

}  // namespace

class TestDocumentation : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { tree_ = std::make_unique<SourceTree>(fs::path(TRITLAB_SOURCE_DIR)); }

    void citedPathsAreThere() { nothing(citedPathsThatAreMissing(*tree_, TRITLAB_SOURCE_DIR)); }
    void citedSectionsAreThere() { nothing(citedSectionsThatAreMissing(*tree_)); }
    void linksLeadSomewhere() { nothing(brokenLinks(*tree_, TRITLAB_SOURCE_DIR)); }
    // What a visitor reads first, with pictures that the program drew.
    void readmeIsOnePage() {
        const SourceFile& readme = tree_->files().at("README.md");
        QVERIFY2(readme.lines <= 120, qPrintable(QString::number(readme.lines)));
        for (const char* picture : {"charts", "weights", "chat"})
            QVERIFY2(readme.text.find("](resources/screenshots/" + std::string(picture) + ".png)") != std::string::npos,
                     picture);
    }

    void rulesSeeFaults() {
        QTemporaryDir folder;
        const fs::path root = folder.path().toStdString();
        const auto write = [&](const std::string& path, const std::string& text) {
            fs::create_directories((root / path).parent_path());
            std::ofstream(root / path) << text;
        };
        const std::string slashes(2, '/');  // this file itself cites nothing of what follows
        write("core/base/a.h", slashes + " As core/base/a and core/attic/b.h do; see core/ROOM/CMakeLists.txt.\n" +
                                   slashes + " Formulas: docs/formulas.md, Loss and\n" + slashes +
                                   " evaluation; docs/formulas.md, Losses.\nconst char* path = \"core/old.h\";\n");
        write("docs/formulas.md",
              "# Formulas\n\n## Loss and evaluation (held out)\n\n[here](#loss-and-evaluation-held-out) [gone](#loss)\n"
              "[a](../core/base/a.h) [b](b.md) [picture](p.png) [far](https://example.org/x)\n");
        write("docs/p.png", std::string("\0", 1));
        const SourceTree tree(root);
        QCOMPARE(list(citedPathsThatAreMissing(tree, root)), QStringList{"core/base/a.h:1: core/attic/b.h"});
        QCOMPARE(list(citedSectionsThatAreMissing(tree)).size(), 1);
        QVERIFY(list(citedSectionsThatAreMissing(tree)).first().contains("docs/formulas.md has no section 'Losses"));
        QCOMPARE(list(brokenLinks(tree, root)), (QStringList{"docs/formulas.md:5: #loss", "docs/formulas.md:6: b.md"}));
    }

private:
    std::unique_ptr<SourceTree> tree_;
};

QTEST_APPLESS_MAIN(TestDocumentation)
#include "test_documentation.moc"
