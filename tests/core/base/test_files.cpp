// Atomic files and folders under failure, mappings, locks, hashes, JSON files.
#include <sys/wait.h>
#include <unistd.h>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/base/hash.h"
#include "core/base/json_file.h"
#include "core/base/unfinished.h"
#include "core/base/written_file.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestFiles : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    fs::path root() const { return dir_.path().toStdString(); }

private Q_SLOTS:
    void cleanup() { OutputFile::failAfter(std::nullopt); }

    void aFullDiskKeepsTheOldFile() {
        const fs::path path = root() / "a.txt";
        writeFileAtomically(path, "old");
        OutputFile::failAfter(3);
        try {
            writeFileAtomically(path, "much longer than three bytes");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(error.kind() == ErrorKind::NoSpace);
        }
        QCOMPARE(QString::fromStdString(readFile(path)), QStringLiteral("old"));
        QCOMPARE(std::distance(fs::directory_iterator(root()), fs::directory_iterator()), 1);
    }
    void aFolderIsWholeOrAbsent() {
        const fs::path target = root() / "f";
        writeFolderAtomically(target, [](const fs::path& folder) { writeFileAtomically(folder / "one", "1"); });
        QVERIFY_EXCEPTION_THROWN(writeFolderAtomically(target,
                                                       [](const fs::path& folder) {
                                                           writeFileAtomically(folder / "one", "2");
                                                           throw Error("broken");
                                                       }),
                                 Error);
        QCOMPARE(QString::fromStdString(readFile(target / "one")), QStringLiteral("1"));
        writeFolderAtomically(target, [](const fs::path& folder) { writeFileAtomically(folder / "two", "2"); });
        QVERIFY(!fs::exists(target / "one") && fs::exists(target / "two"));
    }
    // As a process does that a signal ends in the middle.
    void whatIsUnfinishedCanBeRemoved() {
        const fs::path file = root() / "whole.txt", folder = root() / "whole";
        QVERIFY_EXCEPTION_THROWN(writeFileAtomically(file,
                                                     [&](OutputFile& out) {
                                                         out.write("half", 4);
                                                         removeUnfinishedFiles();
                                                     }),
                                 Error);
        QVERIFY_EXCEPTION_THROWN(writeFolderAtomically(folder,
                                                       [&](const fs::path& fresh) {
                                                           writeFileAtomically(fresh / "one", "1");
                                                           removeUnfinishedFiles();
                                                       }),
                                 std::exception);
        QVERIFY(!fs::exists(file) && !fs::exists(folder));
        writeFileAtomically(file, "whole");
        removeUnfinishedFiles();
        QCOMPARE(QString::fromStdString(readFile(file)), QStringLiteral("whole"));
    }
    void errorsNameTheFile() {
        try {
            readFile(root() / "missing.txt");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("missing.txt") != std::string::npos);
        }
        QVERIFY_EXCEPTION_THROWN(readFile(root()), Error);
    }
    // Copying and writing a value go as deep on the stack as it nests; brackets within texts do not count.
    void deeplyNestedJsonIsRefused() {
        const auto nested = [](std::size_t depth) { return std::string(depth, '[') + "1" + std::string(depth, ']'); };
        QVERIFY(!nestsTooDeeply(nested(500)) && nestsTooDeeply(nested(501)));
        QVERIFY(!nestsTooDeeply("[\"" + std::string(1000, '[') + "\\\"" + std::string(1000, '{') + "\"]"));
        std::string row;
        for (int i = 0; i < 1000; ++i) row += "[{},[]],";
        QVERIFY(!nestsTooDeeply("[" + row + "0]"));
        writeFileAtomically(root() / "deep.json", "{\"steps\":" + nested(1'000'000) + "}");
        try {
            readJsonFile(root() / "deep.json");
            QFAIL("no error");
        } catch (const Error& error) {
            QVERIFY(std::string(error.what()).find("deep.json: nests its values too deeply") != std::string::npos);
        }
    }
    void mapsWhatWasWritten() {
        writeFileAtomically(root() / "m", "bytes");
        const MappedFile file(root() / "m");
        QCOMPARE(file.size(), std::size_t{5});
        QCOMPARE(static_cast<char>(file.bytes()[4]), 's');
        QCOMPARE(QString::fromStdString(hashFileHex(root() / "m")), QString::fromStdString(hashHex("bytes")));
        writeFileAtomically(root() / "e", "");
        QCOMPARE(MappedFile(root() / "e").size(), std::size_t{0});
    }
    void aLockExcludesAndDiesWithItsProcess() {
        const fs::path path = root() / "lock";
        int ready[2], hold[2];
        QVERIFY(::pipe(ready) == 0 && ::pipe(hold) == 0);
        const pid_t child = ::fork();
        if (child == 0) {
            const FileLock lock(path, FileLock::Mode::Exclusive);
            char byte = 1;
            (void)!::write(ready[1], &byte, 1);
            (void)!::read(hold[0], &byte, 1);
            ::_exit(0);
        }
        char byte = 0;
        QCOMPARE(::read(ready[0], &byte, 1), ssize_t{1});
        QVERIFY(!FileLock::tryLock(path, FileLock::Mode::Exclusive));
        ::kill(child, SIGKILL);
        ::waitpid(child, nullptr, 0);
        QVERIFY(FileLock::tryLock(path, FileLock::Mode::Exclusive).has_value());
    }
    // The 128-bit XXH3 of the empty input is a published constant of the algorithm.
    void hashIsXxh3() {
        QCOMPARE(QString::fromStdString(hashHex("")), QStringLiteral("99aa06d3014798d86001c324468d497f"));
        Hasher pieces;
        pieces.add("by");
        pieces.add("tes");
        QCOMPARE(QString::fromStdString(pieces.hex()), QString::fromStdString(hashHex("bytes")));
    }
};

QTEST_APPLESS_MAIN(TestFiles)
#include "test_files.moc"
