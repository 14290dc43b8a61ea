// What fuzzing found, and where it begins, read again: every file of tests/fuzz/corpus/READER by its reader. A reader's
// folder without files, and a folder without a reader, fail.
#include <QTest>
#include <filesystem>
#include <set>

#include "core/base/files.h"
#include "tests/fuzz/readers.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestFuzzCorpus : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void everyFile_data() {
        QTest::addColumn<int>("reader");
        QTest::addColumn<QString>("file");
        int index = 0;
        for (const fuzz::Reader& reader : fuzz::readers()) {
            std::set<fs::path> files;
            for (const auto& entry : fs::directory_iterator(fs::path(FUZZ_CORPUS) / reader.name))
                files.insert(entry.path());
            QVERIFY2(!files.empty(), reader.name);
            for (const fs::path& file : files)
                QTest::addRow("%s/%s", reader.name, file.filename().c_str())
                    << index << QString::fromStdString(file.string());
            ++index;
        }
    }
    void everyFile() {
        QFETCH(int, reader);
        QFETCH(QString, file);
        const std::string bytes = readFile(file.toStdString());
        try {
            fuzz::readers()[static_cast<std::size_t>(reader)].run(bytes);
        } catch (const std::exception& what) {
            QFAIL(what.what());
        }
    }

    void everyFolderHasAReader() {
        std::set<std::string> names, folders;
        for (const fuzz::Reader& reader : fuzz::readers()) names.insert(reader.name);
        std::uintmax_t bytes = 0;
        for (const auto& entry : fs::recursive_directory_iterator(FUZZ_CORPUS)) {
            if (entry.is_directory()) folders.insert(entry.path().filename().string());
            else bytes += entry.file_size();
        }
        QVERIFY(folders == names);
        QVERIFY(bytes < 200'000);  // it is to stay small
    }
    // A reader whose rule does not hold is told: the test above cannot pass by seeing nothing.
    void aViolationIsSeen() {
        QVERIFY_THROWS_EXCEPTION(fuzz::Violation, fuzz::require(false, "this"));
        fuzz::require(true, "this");
    }
};

QTEST_APPLESS_MAIN(TestFuzzCorpus)
#include "test_fuzz_corpus.moc"
