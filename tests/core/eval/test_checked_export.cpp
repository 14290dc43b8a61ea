// An export is read back: equal to the bit where nothing was rounded, from master weights and from codes, for every architecture.
#include <QTemporaryDir>
#include <QTest>

#include "../infer/naive_model.h"
#include "core/base/error.h"
#include "core/eval/checked_export.h"

using namespace tritlab;
using namespace tritlab::testing;
namespace fs = std::filesystem;

class TestCheckedExport : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyArchitectureComesBack() {
        const QTemporaryDir dir;
        int packed = 0;
        for (const auto& [name, config] : tinyConfigs()) {
            const fs::path folder = fs::path(dir.path().toStdString()) / name;
            writeRandomModel(folder, config, 5);
            for (const HuggingFaceLayout layout : {HuggingFaceLayout::Master, HuggingFaceLayout::Packed}) {
                const fs::path out = folder.string() + (layout == HuggingFaceLayout::Packed ? "-packed" : "-hf");
                CheckedExport checked;
                try {
                    checked = exportAndCheck(folder, out, layout);
                } catch (const Error& error) {  // rows that are no multiple of 4 cannot be packed, and say so
                    QVERIFY2(layout == HuggingFaceLayout::Packed && std::string(error.what()).find("multiple of 4") != std::string::npos, error.what());
                    continue;
                }
                packed += layout == HuggingFaceLayout::Packed && config.ternaryLinears ? 1 : 0;
                QVERIFY(checked.positions > 0 && checked.positions <= config.contextLength);
                QCOMPARE(checked.sameArgmax, checked.positions);
                QVERIFY2(checked.largestDifference == 0, (name + ": " + std::to_string(checked.largestDifference)).c_str());
                QCOMPARE(checked.written.bytes, exportedBytes(config, layout));
            }
        }
        QVERIFY(packed > 0);
    }
    void codesThatBecameMastersComeBackNearly() {
        const QTemporaryDir dir;
        const CheckedExport checked = exportAndCheck(fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/parity/bitnet-packed",
                                                     fs::path(dir.path().toStdString()) / "out", HuggingFaceLayout::Master);
        QVERIFY2(checked.largestDifference < 0.1, std::to_string(checked.largestDifference).c_str());
    }
};

QTEST_APPLESS_MAIN(TestCheckedExport)
#include "test_checked_export.moc"
