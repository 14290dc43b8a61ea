// A checkpoint that is not the one that was written is seen, file by file, and another one is named that is good; a
// file that nothing has touched is not read again.
#include <QTemporaryDir>
#include <QTest>
#include <chrono>
#include <fstream>
#include <thread>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/checkpoint/integrity.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> files{"config.json", "health.safetensors", "model.safetensors", "optimizer.safetensors",
                                     "tokenizer.model"};

QByteArray messageOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

// One bit of the file's third byte.
void flip(const fs::path& file) {
    std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(2);
    const auto byte = static_cast<char>(stream.get() ^ 1);
    stream.seekp(2);
    stream.put(byte);
}

void changeManifest(const fs::path& folder, const std::function<void(nlohmann::json&)>& change) {
    nlohmann::json object = nlohmann::json::parse(readFile(folder / "manifest.json"));
    change(object);
    writeFileAtomically(folder / "manifest.json", object.dump());
}

}  // namespace

class TestIntegrity : public QObject {
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> root_;

    [[nodiscard]] fs::path checkpoint(StepIndex step) const {
        const fs::path folder = fs::path(root_->path().toStdString()) / "checkpoints" / checkpointName(step);
        fs::remove_all(folder);
        fs::create_directories(folder);
        for (const std::string& name : files) writeFileAtomically(folder / name, "content of " + name);
        CheckpointManifest manifest;
        manifest.step = step;
        writeManifest(folder, manifest);
        return folder;
    }

private Q_SLOTS:
    void init() { root_ = std::make_unique<QTemporaryDir>(); }

    void everyFileIsComparedAndNamed() {
        for (const std::string& name : files) {
            const fs::path folder = checkpoint(10);
            QVERIFY(!checkpointDamage(folder));
            requireUndamaged(folder, files);
            flip(folder / name);
            QCOMPARE(checkpointDamage(folder)->file, name);
            QVERIFY(!checkpointDamage(folder, CompareBy::Size));
            const QByteArray bit = messageOf([&] { requireUndamaged(folder, {name}); });
            QVERIFY2(bit.contains((folder / name).c_str()) && bit.contains("hash"), bit);
            fs::resize_file(folder / name, 4);
            const QByteArray cut = messageOf([&] { requireUndamaged(folder, {name}); });
            QVERIFY2(cut.contains("4 bytes"), cut);
            QCOMPARE(checkpointDamage(folder, CompareBy::Size)->file, name);
            fs::remove(folder / name);
            const QByteArray gone = messageOf([&] { requireUndamaged(folder, {name}); });
            QVERIFY2(gone.contains((folder / name).c_str()) && gone.contains("missing"), gone);
            // who does not read it has nothing to say of it
            for (const std::string& other : files)
                if (other != name) requireUndamaged(folder, {other});
        }
    }
    void aManifestThatCannotBeReadIsDamage() {
        const fs::path folder = checkpoint(10);
        for (const char* text :
             {"", "{", "[]", R"({"format": 1, "step": 10})",
              R"({"format": 1, "step": 10, "files": {"model.safetensors": 7}})",
              R"({"format": 1, "step": 10, "files": {"model.safetensors": {"bytes": "x"}}})",
              R"({"format": 1, "step": 10, "files": {"model.safetensors": {"bytes": 1, "hash": 1}}})"}) {
            writeFileAtomically(folder / "manifest.json", text);
            QCOMPARE(checkpointDamage(folder)->file, std::string("manifest.json"));
            const QByteArray message = messageOf([&] { requireUndamaged(folder, {"model.safetensors"}); });
            QVERIFY2(message.contains("manifest.json"), text);
        }
        fs::remove(folder / "manifest.json");
        QCOMPARE(checkpointDamage(folder)->what, std::string("is missing"));
        QVERIFY(messageOf([&] { requireUndamagedCheckpoint(folder); }).contains("manifest.json"));
    }
    // An export has no manifest; another program's file of that name says nothing of ours.
    void otherFoldersAreNotConcerned() {
        const fs::path folder = fs::path(root_->path().toStdString()) / "download";
        fs::create_directories(folder);
        writeFileAtomically(folder / "model.safetensors", "weights");
        requireUndamaged(folder, {"model.safetensors", "config.json"});
        for (const char* text : {"no JSON", R"({"files": ["model.safetensors"]})", R"({"name": "an app"})"}) {
            writeFileAtomically(folder / "manifest.json", text);
            requireUndamaged(folder, {"model.safetensors"});
        }
        // a checkpoint that was copied there is still one
        const fs::path copy = fs::path(root_->path().toStdString()) / "copy";
        fs::copy(checkpoint(10), copy);
        flip(copy / "config.json");
        const QByteArray message = messageOf([&] { requireUndamaged(copy, {"config.json"}); });
        QVERIFY2(message.contains("Copy it anew"), message);
    }
    void withoutAHashTheSizeCounts() {
        const fs::path folder = checkpoint(10);
        changeManifest(folder, [](nlohmann::json& manifest) {
            for (const std::string& name : files) manifest["files"][name].erase("hash");
            manifest["files"].erase("config.json");
        });
        flip(folder / "model.safetensors");
        flip(folder / "config.json");
        requireUndamaged(folder, files);
        QVERIFY(!checkpointDamage(folder));
        fs::resize_file(folder / "model.safetensors", 3);
        QVERIFY(messageOf([&] { requireUndamaged(folder, files); }).contains("3 bytes"));
    }
    void resumingTakesAFileWithoutAHash() {
        const fs::path folder = checkpoint(10);
        changeManifest(folder, [](nlohmann::json& object) { object["files"]["model.safetensors"].erase("hash"); });
        QCOMPARE(readCheckedManifest(folder).step, 10);
        changeManifest(folder, [](nlohmann::json& object) { object["files"]["model.safetensors"]["hash"] = nullptr; });
        QVERIFY_EXCEPTION_THROWN(readCheckedManifest(folder), Error);
    }
    void aGoodOneIsNamed() {
        const fs::path first = checkpoint(10), second = checkpoint(20), third = checkpoint(30), last = checkpoint(40);
        const auto advice = [](const fs::path& folder) {
            return messageOf([&] { requireUndamaged(folder, {"model.safetensors"}); });
        };
        flip(third / "model.safetensors");
        QVERIFY2(advice(third).contains("step 20 is good"), advice(third));
        QVERIFY2(advice(third / "").contains("step 20 is good"), advice(third / ""));
        flip(second / "optimizer.safetensors");  // an older one that could not be resumed is not good
        QVERIFY2(advice(third).contains("step 10 is good"), advice(third));
        fs::remove(first / "manifest.json");
        QVERIFY2(advice(third).contains("step 40 is good"), advice(third));
        flip(last / "config.json");
        QVERIFY2(advice(third).contains("No other checkpoint"), advice(third));
    }
    // Hashing costs reading: once a file, and again where anything has touched it, its times set back or not.
    void aFileIsReadOnce() {
        const fs::path folder = checkpoint(10);
        const std::int64_t all = [&] {
            std::int64_t bytes = 0;
            for (const std::string& name : files) bytes += static_cast<std::int64_t>(fs::file_size(folder / name));
            return bytes;
        }();
        const auto read = [&] {
            const std::int64_t before = comparedBytes();
            (void)checkpointDamage(folder);
            return comparedBytes() - before;
        };
        QCOMPARE(read(), all);
        // a file that was written a moment ago may change without another time: it is read once more
        std::this_thread::sleep_for(std::chrono::milliseconds(1100));
        (void)read();
        QCOMPARE(read(), 0);
        const fs::file_time_type written = fs::last_write_time(folder / "model.safetensors");
        flip(folder / "model.safetensors");
        fs::last_write_time(folder / "model.safetensors", written);
        QCOMPARE(checkpointDamage(folder)->file, std::string("model.safetensors"));
        flip(folder / "model.safetensors");
        QVERIFY(!checkpointDamage(folder));
    }
    void stopsWhenAsked() {
        const fs::path folder = checkpoint(10);
        const StopToken stop;
        stop.requestStop();
        QVERIFY_EXCEPTION_THROWN((void)checkpointDamage(folder, CompareBy::Hash, stop), Error);
        QVERIFY(!checkpointDamage(folder, CompareBy::Size, stop));
    }
};

QTEST_APPLESS_MAIN(TestIntegrity)
#include "test_integrity.moc"
