// The rules of the house: which way dependencies point, where Qt and LibTorch may be, how large a class and how wide a
// line may be, what must not be in the tree. Each rule is also tried on a tree that breaks it, so that a rule that sees
// nothing is noticed.
#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>

#include "source_tree.h"

using namespace tritlab::house;
namespace fs = std::filesystem;

namespace {

// A folder is a layer: what it includes of other folders, and nothing else. Core's are read from its CMakeLists.txt
// files, which declare them (tritlab_room(NAME USES …)); those of ui/ and app/ are one target each and stand here,
// lowest first. They may use every room of core but the engine, which the window reaches through app/services.
struct Room {
    std::string folder;  // "core/model"
    std::vector<std::string> uses;
};
const std::vector<Room> windowRooms = {
    {"ui/theme", {}},
    {"ui/services", {}},
    {"ui/models", {"ui/services", "ui/theme"}},
    {"ui/plots", {"ui/models", "ui/services", "ui/theme"}},
    {"ui/chat", {"ui/models", "ui/services", "ui/theme"}},
    {"ui/pages", {"ui/models", "ui/plots", "ui/services", "ui/theme"}},
    {"ui/forms", {"ui/models", "ui/pages", "ui/plots", "ui/services", "ui/theme"}},
    {"app/services", {"ui/chat", "ui/services"}},
    {"app/gui",
     {"app/services", "ui/chat", "ui/forms", "ui/models", "ui/pages", "ui/plots", "ui/services", "ui/theme"}},
    {"app/cli", {}},
};
const std::set<std::string> mayIncludeEngine = {"app/services", "app/cli"};

constexpr int largestClass = 600;  // lines of its declaration and its members' definitions
constexpr std::size_t widestLine = 120;

// The two upper folders of a path: "core/engine" of "core/engine/layers/block.h".
std::string folderOf(const std::string& path) {
    const std::size_t first = path.find('/'), second = first == std::string::npos ? first : path.find('/', first + 1);
    return second == std::string::npos ? std::string() : path.substr(0, second);
}

bool isUnder(const std::string& path, const std::string& folder) { return path.rfind(folder + '/', 0) == 0; }

// Core's rooms as core/CMakeLists.txt lists them, lowest first, each with what its own CMakeLists.txt says that it
// uses.
std::vector<Room> coreRooms(const SourceTree& tree) {
    const auto text = [&](const std::string& path) {
        const auto file = tree.files().find(path);
        return file == tree.files().end() ? std::string() : file->second.text;
    };
    const auto words = [](const std::string& list) {
        std::istringstream in(list);
        return std::vector<std::string>(std::istream_iterator<std::string>(in), {});
    };
    static const std::regex listed(R"(foreach\(room ([\w\s]+)\))");
    static const std::regex declared(R"(tritlab_room\((\w+)\s+USES ([\w\s]+?)\s+(LIBS|SOURCES)\b)");
    std::vector<Room> rooms;
    std::smatch match;
    const std::string list = text("core/CMakeLists.txt");
    if (!std::regex_search(list, match, listed)) return rooms;
    for (const std::string& name : words(match[1])) {
        Room room{"core/" + name, {}};
        const std::string cmake = text(room.folder + "/CMakeLists.txt");
        if (std::regex_search(cmake, match, declared) && match[1] == name)
            for (const std::string& used : words(match[2])) room.uses.push_back("core/" + used);
        rooms.push_back(std::move(room));
    }
    return rooms;
}

std::vector<Room> allRooms(const SourceTree& tree) {
    std::vector<Room> rooms = coreRooms(tree);
    rooms.insert(rooms.end(), windowRooms.begin(), windowRooms.end());
    return rooms;
}

using Faults = QStringList;
void report(Faults& faults, const std::string& fault) { faults << QString::fromStdString(fault); }

// LibTorch lies under core/engine alone, and none of its headers reaches a file elsewhere by detours.
Faults torchOutsideEngine(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files()) {
        if (!isCpp(path) || isUnder(path, "core/engine") || isUnder(path, "tests")) continue;
        if (const std::string way = tree.pathTo(path, isTorchHeader); !way.empty()) report(faults, way);
    }
    return faults;
}

Faults qtInCore(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files())
        for (const Include& include : file.includes)
            if (isUnder(path, "core") && isQtHeader(include.name))
                report(faults, path + ':' + std::to_string(include.line) + " > " + include.name);
    return faults;
}

// Whether a layer may include another one, whichever way that is declared.
bool mayUse(const Room& room, const std::string& other) {
    if (std::find(room.uses.begin(), room.uses.end(), other) != room.uses.end()) return true;
    if (isUnder(room.folder, "core") || !isUnder(other, "core")) return false;
    return other != "core/engine" || mayIncludeEngine.count(room.folder) > 0;
}

// Includes between layers that are not declared, and files in no layer.
Faults undeclared(const SourceTree& tree) {
    std::map<std::string, Room> rooms;
    for (Room& room : allRooms(tree)) rooms.emplace(room.folder, room);
    Faults faults;
    for (const auto& [path, file] : tree.files()) {
        if (!isCpp(path) || !(isUnder(path, "core") || isUnder(path, "ui") || isUnder(path, "app"))) continue;
        const auto room = rooms.find(folderOf(path));
        if (room == rooms.end()) {
            report(faults, path + ": in no layer");
            continue;
        }
        for (const Include& include : file.includes) {
            const std::string to = tree.resolve(file, include.name), layer = folderOf(to);
            if (to.empty() || layer == room->first || mayUse(room->second, layer)) continue;
            report(faults, path + ':' + std::to_string(include.line) + " > " + to + "  (" + room->first +
                               " does not use " + layer + ')');
        }
    }
    return faults;
}

// Declarations that no include uses, and those that do not point down, to a layer that is listed before.
Faults uselessOrUpward(const SourceTree& tree) {
    std::set<std::pair<std::string, std::string>> edges;
    for (const auto& [path, file] : tree.files())
        for (const Include& include : file.includes)
            if (const std::string to = tree.resolve(file, include.name); !to.empty())
                edges.emplace(folderOf(path), folderOf(to));
    Faults faults;
    std::set<std::string> below;
    for (const Room& room : allRooms(tree)) {
        for (const std::string& used : room.uses) {
            if (below.count(used) == 0) report(faults, room.folder + " uses " + used + ", which is not below it");
            if (edges.count({room.folder, used}) == 0)
                report(faults, room.folder + " says that it uses " + used + ", and does not");
        }
        below.insert(room.folder);
    }
    return faults;
}

Faults largeClasses(const SourceTree& tree, int max) {
    Faults faults;
    for (const auto& [name, lines] : classSizes(tree))
        if (lines > max) report(faults, name + ": " + std::to_string(lines) + " lines");
    return faults;
}

// Code is as wide as .clang-format says; a text that cannot be broken, such as a regular expression, may be an
// exception there, and is none here.
Faults wideLines(const SourceTree& tree) {
    Faults faults;
    for (const auto& [path, file] : tree.files()) {
        if (!isCpp(path)) continue;
        std::istringstream lines(file.text);
        int number = 0;
        for (std::string line; std::getline(lines, line);) {
            ++number;
            if (columns(line) > widestLine) report(faults, path + ':' + std::to_string(number));
        }
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

    void declaredLayersPointDownAndAreUsed() {
        QVERIFY(coreRooms(*tree_).size() > 10);
        nothing(uselessOrUpward(*tree_));
    }
    void everyIncludeIsDeclared() { nothing(undeclared(*tree_)); }
    void libTorchIsUnderTheEngineAlone() { nothing(torchOutsideEngine(*tree_)); }
    void coreKnowsNoQt() { nothing(qtInCore(*tree_)); }
    void classesAreBounded() {
        const auto sizes = classSizes(*tree_);
        QVERIFY(sizes.size() > 100);
        nothing(largeClasses(*tree_, largestClass));
    }
    void linesAreNarrow() { nothing(wideLines(*tree_)); }
    void nothingUnfitIsInTheTree() { nothing(unfit(*tree_)); }
    void licenceIsThere() {
        const auto licence = tree_->files().find("LICENSE");
        QVERIFY(licence != tree_->files().end());
        QVERIFY(licence->second.text.find("GNU GENERAL PUBLIC LICENSE") != std::string::npos);
        QVERIFY(licence->second.text.find("Version 3, 29 June 2007") != std::string::npos);
        QVERIFY(licence->second.lines > 600);
    }

    // A tree with faults of each kind: every rule sees its own.
    void rulesSeeFaults() {
        QTemporaryDir folder;
        const auto write = [&](const std::string& path, const std::string& text) {
            const fs::path file = fs::path(folder.path().toStdString()) / path;
            fs::create_directories(file.parent_path());
            std::ofstream(file) << text;
        };
        write("core/CMakeLists.txt", "foreach(room base config model)\n");
        write("core/base/CMakeLists.txt", "tritlab_room(base\n  SOURCES a.cpp)\n");
        write("core/config/CMakeLists.txt", "tritlab_room(config\n  USES base model\n  SOURCES a.cpp)\n");
        write("core/model/CMakeLists.txt", "tritlab_room(model\n  USES base\n    config\n  LIBS x SOURCES a.cpp)\n");
        write("core/model/block.h", "#include <ATen/ATen.h>\n#include \"core/config/fields.h\"\n");
        write("core/config/fields.h", "#include \"core/model/block.h\"\n");
        write("core/base/text.h", "#include <QString>\n#include \"core/config/fields.h\"\n");
        write("core/attic/old.h", "");
        write("ui/models/page.h", "#include \"ui/plots/plot.h\"\n#include \"core/engine/engine.h\"\n");
        write("ui/plots/plot.h", "");
        write("core/engine/engine.h", "");
        write("core/engine/wide.cpp", std::string("// ") + std::string(widestLine, '-') + '\n');
        write("ui/plots/thing.h",
              "class Thing : Base {\npublic:\n    Thing();\n    void go() {\n    }\n};\nclass Ahead;\n");
        write("ui/plots/thing.cpp",
              "Thing::Thing() {\n    const char* text = \"}\";\n}\n\nvoid Thing::go() {}\nint other() {\n}\n");
        write("app/gui/notes.cpp", std::string("// TO") + "DO\n// in /wo" + "rk/here\n");
        const SourceTree tree(folder.path().toStdString());

        QCOMPARE(torchOutsideEngine(tree).size(), 3);  // the file that includes it, and who includes that
        QVERIFY(torchOutsideEngine(tree).contains("core/config/fields.h > core/model/block.h:1 > ATen/ATen.h"));
        QCOMPARE(qtInCore(tree), QStringList{"core/base/text.h:1 > QString"});

        const QString wrong = undeclared(tree).join('\n');
        QVERIFY(wrong.contains("core/base/text.h:2 > core/config/fields.h  (core/base does not use core/config)"));
        QVERIFY(wrong.contains("core/attic/old.h: in no layer"));
        QVERIFY(wrong.contains("ui/models/page.h:1 > ui/plots/plot.h  (ui/models does not use ui/plots)"));
        QVERIFY(wrong.contains("ui/models/page.h:2 > core/engine/engine.h  (ui/models does not use core/engine)"));
        QVERIFY(!wrong.contains("core/model/block.h:2"));
        // A pair of layers that use each other, however it is declared; and a layer that is declared and not used.
        QVERIFY(uselessOrUpward(tree).contains("core/config uses core/model, which is not below it"));
        QVERIFY(uselessOrUpward(tree).contains("core/model says that it uses core/base, and does not"));

        QCOMPARE(classSizes(tree).at("Thing"), 6 + 3 + 1);
        QCOMPARE(largeClasses(tree, 9), QStringList{"Thing: 10 lines"});
        QCOMPARE(wideLines(tree), QStringList{"core/engine/wide.cpp:1"});
        QCOMPARE(unfit(tree).size(), 2);
    }

private:
    static void nothing(const Faults& faults) { QVERIFY2(faults.isEmpty(), qPrintable("\n  " + faults.join("\n  "))); }
    std::unique_ptr<SourceTree> tree_;
};

QTEST_APPLESS_MAIN(TestHouse)
#include "test_house.moc"
