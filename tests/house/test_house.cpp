// The rules of the house: which way dependencies point, where Qt and LibTorch may be, how long a file may be, what must not be in
// the tree. Each rule is also tried on a tree that breaks it, so that a rule that sees nothing is noticed.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <sstream>

#include "source_tree.h"

using namespace tritlab::house;
namespace fs = std::filesystem;

namespace {

// Core's rooms from the bottom up; each may include itself and what it names, and names only rooms above it in this table. A
// few files are the doorstep of a room, lower than the room itself: the values that others speak in.
struct Room {
    std::string name;  // a path's beginning below core/; the longest that matches counts
    std::vector<std::string> uses;
};
const std::vector<Room> rooms = {
    {"base/", {}},
    {"cuda/plugin", {"base/"}},  // whether there is a device
    {"cuda/nccl", {}},           // what the plugin exports for ranks
    {"config/", {"base/", "cuda/plugin"}},
    {"model/model_config", {"base/", "config/"}},
    {"quant/kernels/kernels.h", {}},
    {"quant/processor", {"quant/kernels/kernels.h"}},  // what it does in bf16
    {"config/estimate", {"base/", "cuda/plugin", "config/", "model/model_config", "quant/processor"}},
    {"train/events", {"base/", "config/"}},
    {"train/schedules", {"base/", "config/"}},
    {"eval/eval_result", {}},
    {"train/ranks", {"base/"}},
    {"train/calibration", {"base/", "config/", "train/schedules"}},
    {"train/trainer.h", {"base/", "config/", "train/events", "train/ranks", "train/calibration", "eval/eval_result"}},  // the engine's door
    {"interop/safetensors", {"base/"}},
    {"interop/tensorboard", {"base/"}},
    {"interop/gguf", {"base/", "interop/safetensors"}},
    {"quant/", {"base/", "config/", "interop/safetensors", "quant/kernels/kernels.h", "quant/processor"}},
    {"cuda/", {"base/", "cuda/plugin", "quant/"}},
    {"interop/", {"base/", "config/", "model/model_config", "interop/gguf", "interop/safetensors", "quant/"}},
    {"data/", {"base/", "config/", "interop/gguf"}},
    {"store/", {"base/", "config/", "train/events", "train/schedules", "interop/tensorboard"}},
    {"experiment/", {"base/", "config/", "train/events", "store/"}},
    {"model/", {"base/", "config/", "model/model_config", "quant/", "quant/kernels/kernels.h", "quant/processor", "interop/", "interop/safetensors"}},
    {"infer/", {"base/", "config/", "model/model_config", "quant/", "quant/kernels/kernels.h", "interop/", "interop/safetensors", "data/", "train/events"}},
    {"eval/", {"base/", "config/", "model/model_config", "quant/", "interop/", "interop/gguf", "interop/safetensors", "data/", "model/",
               "infer/", "eval/eval_result"}},
    {"train/", {"base/", "cuda/nccl", "cuda/plugin", "config/", "config/estimate", "model/model_config", "train/events", "train/ranks", "train/schedules", "train/calibration", "train/trainer.h",
                "quant/", "quant/kernels/kernels.h", "quant/processor", "interop/", "interop/safetensors", "data/", "store/", "model/", "infer/", "eval/", "eval/eval_result"}},
};

// A test program is a list of cases over one fixture and may be a little longer. Files that are longer than that, and why.
constexpr int longestFile = 400, longestTest = 500;
const std::map<std::string, std::string> longFiles = {
    {"core/model/kernels/attention_avx512bf16.cpp", "forward and backward of one kernel, which share its tiles and inner products"},
};

const Room* roomOf(const std::string& path) {
    const Room* best = nullptr;
    if (path.rfind("core/", 0) != 0) return nullptr;
    for (const Room& room : rooms)
        if (path.compare(5, room.name.size(), room.name) == 0 && (best == nullptr || room.name.size() > best->name.size())) best = &room;
    return best;
}

using Faults = QStringList;
void report(Faults& faults, const std::string& fault) { faults << QString::fromStdString(fault); }

Faults torchInWindow(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files())
        if (isCpp(path) && (path.rfind("ui/", 0) == 0 || path.rfind("app/", 0) == 0))
            if (const std::string way = tree.pathTo(path, isTorchHeader); !way.empty()) report(faults, way);
    return faults;
}

Faults qtInCore(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files())
        for (const Include& include : file.includes)
            if (path.rfind("core/", 0) == 0 && isQtHeader(include.name)) report(faults, path + ':' + std::to_string(include.line) + " > " + include.name);
    return faults;
}

// core includes only core; ui includes core and ui; rooms of core as in the table.
Faults wrongWay(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files())
        for (const Include& include : file.includes) {
            const std::string to = tree.resolve(file, include.name);
            const std::string edge = path + ':' + std::to_string(include.line) + " > " + to;
            const bool fromCore = path.rfind("core/", 0) == 0, fromUi = path.rfind("ui/", 0) == 0;
            if ((fromCore || fromUi) && (to.rfind("app/", 0) == 0 || to.rfind("tests/", 0) == 0)) report(faults, edge);
            if (fromCore && to.rfind("ui/", 0) == 0) report(faults, edge);
            const Room *from = roomOf(path), *room = roomOf(to);
            if (from == nullptr || room == nullptr || from == room) continue;
            if (std::find(from->uses.begin(), from->uses.end(), room->name) == from->uses.end())
                report(faults, edge + "  (" + from->name + " does not use " + room->name + ')');
        }
    return faults;
}

Faults tooLong(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files()) {
        const int longest = path.rfind("tests/", 0) == 0 ? longestTest : longestFile;
        if (isCode(path) && file.lines > longest && longFiles.count(path) == 0) report(faults, path + ": " + std::to_string(file.lines) + " lines");
    }
    return faults;
}

// Marks of unfinished work, and places that are only on one machine.
Faults unfit(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files()) {
        if (path == "LICENSE") continue;
        std::istringstream lines(file.text);
        int number = 0;
        for (std::string line; std::getline(lines, line);) {
            ++number;
            if (isUnfit(line)) report(faults, path + ':' + std::to_string(number) + ": " + line);
        }
    }
    return faults;
}

}  // namespace

class TestHouse : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { tree_ = std::make_unique<SourceTree>(fs::path(TRITLAB_SOURCE_DIR)); }

    void tableOfRoomsPointsDown() {
        std::set<std::string> below;
        for (const Room& room : rooms) {
            for (const std::string& used : room.uses)
                QVERIFY2(below.count(used) > 0, (room.name + " uses " + used + ", which is not below it").c_str());
            below.insert(room.name);
        }
    }
    void everyFileOfCoreIsInARoom() {
        for (const auto& [path, file] : tree_->files())
            if (isCpp(path) && path.rfind("core/", 0) == 0 && path != "core/torch_pch.h" && path.rfind("core/cuda/", 0) != 0)
                QVERIFY2(roomOf(path) != nullptr, path.c_str());
    }
    void windowNeverMeetsLibTorch() { nothing(torchInWindow(*tree_)); }
    void coreKnowsNoQt() { nothing(qtInCore(*tree_)); }
    void dependenciesPointOneWay() { nothing(wrongWay(*tree_)); }
    void filesAreShort() {
        nothing(tooLong(*tree_));
        for (const auto& [path, reason] : longFiles) QVERIFY2(tree_->files().count(path) > 0 && !reason.empty(), path.c_str());
    }
    void nothingUnfitIsInTheTree() { nothing(unfit(*tree_)); }
    void licenceIsThere() {
        const auto licence = tree_->files().find("LICENSE");
        QVERIFY(licence != tree_->files().end());
        QVERIFY(licence->second.text.find("GNU GENERAL PUBLIC LICENSE") != std::string::npos);
        QVERIFY(licence->second.text.find("Version 3, 29 June 2007") != std::string::npos);
        QVERIFY(licence->second.lines > 600);
    }

    // A tree with one fault of each kind: every rule sees its own.
    void rulesSeeFaults() {
        QTemporaryDir folder;
        const auto write = [&](const std::string& path, const std::string& text) {
            const fs::path file = fs::path(folder.path().toStdString()) / path;
            fs::create_directories(file.parent_path());
            std::ofstream(file) << text;
        };
        write("core/model/block.h", "#include <ATen/ATen.h>\n");
        write("core/train/loop.h", "#include \"core/model/block.h\"\n");
        write("ui/page.h", "#include \"core/train/loop.h\"\n");
        write("core/base/text.h", "#include <QString>\n#include \"core/config/fields.h\"\n");
        write("core/config/fields.h", "");
        write("core/data/long.cpp", std::string(longestFile + 1, '\n'));
        write("app/notes.cpp", std::string("// TO") + "DO\n// in /wo" + "rk/here\n");
        const SourceTree tree(folder.path().toStdString());
        QCOMPARE(torchInWindow(tree), QStringList{"ui/page.h > core/train/loop.h > core/model/block.h:1 > ATen/ATen.h"});
        QCOMPARE(qtInCore(tree), QStringList{"core/base/text.h:1 > QString"});
        QCOMPARE(wrongWay(tree).size(), 1);
        QVERIFY(wrongWay(tree).first().startsWith("core/base/text.h:2 > core/config/fields.h"));
        QCOMPARE(tooLong(tree).size(), 1);
        QCOMPARE(unfit(tree).size(), 2);
    }

private:
    static void nothing(const Faults& faults) { QVERIFY2(faults.isEmpty(), qPrintable("\n  " + faults.join("\n  "))); }
    std::unique_ptr<SourceTree> tree_;
};

QTEST_APPLESS_MAIN(TestHouse)
#include "test_house.moc"
