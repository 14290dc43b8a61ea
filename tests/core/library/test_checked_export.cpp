// An export is read back: equal to the bit where nothing was rounded, from master weights and from codes, for every
// architecture and format.
#include <QTemporaryDir>
#include <QTest>

#include "../infer/naive_model.h"
#include "core/base/error.h"
#include "core/library/checked_export.h"

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
            for (const ExportFormat layout : {ExportFormat::HuggingFace, ExportFormat::HuggingFacePacked}) {
                const fs::path out = folder.string() + (layout == ExportFormat::HuggingFacePacked ? "-packed" : "-hf");
                CheckedExport checked;
                try {
                    checked = exportAndCheck(folder, out, layout);
                } catch (const Error& error) {  // rows that are no multiple of 4 cannot be packed, and say so
                    const char* why = !config.ternaryLinears ? "nothing to pack"
                                      : hasBiases(config)    ? "biases"
                                                             : "multiple of 4";
                    QVERIFY2(layout == ExportFormat::HuggingFacePacked &&
                                 std::string(error.what()).find(why) != std::string::npos,
                             error.what());
                    QVERIFY(!fs::exists(out));
                    continue;
                }
                QVERIFY(layout == ExportFormat::HuggingFace || config.ternaryLinears);
                packed += layout == ExportFormat::HuggingFacePacked ? 1 : 0;
                QVERIFY(checked.positions > 0 && checked.positions <= config.contextLength);
                QCOMPARE(checked.sameArgmax, checked.positions);
                QVERIFY2(checked.largestDifference == 0,
                         (name + ": " + std::to_string(checked.largestDifference)).c_str());
                QCOMPARE(checked.written.bytes, exportedBytes(config, layout));
            }
        }
        QVERIFY(packed > 0);
    }
    // Embeddings that f16 holds exactly come back to the bit; those that it does not, nearly.
    void ggufComesBack() {
        const QTemporaryDir dir;
        for (const bool exact : {true, false}) {
            for (const std::string name : {"2b4t", "llama", "ternary llama", "llama 3", "qwen2", "qwen3"}) {
                ModelConfig config = tinyConfig(name == "ternary llama" ? "llama" : name);
                config.hiddenSize = config.ffnSize = 256;
                config.headSize = name == "qwen3" ? 32 : 64;
                if (name == "ternary llama") config.ternaryLinears = true;
                const fs::path folder = fs::path(dir.path().toStdString()) / (name + (exact ? " f16" : ""));
                writeRandomModel(folder, config, 6, exact ? DType::F16 : DType::F32);
                for (const ExportFormatInfo& info : exportFormats()) {
                    const ExportFormat format = info.format;
                    if (!info.isFile() || exportObstacle(config, format)) continue;
                    const CheckedExport checked =
                        exportAndCheck(folder, folder.string() + "-" + info.key + ".gguf", format);
                    QCOMPARE(checked.written.bytes, exportedBytes(config, format));
                    QCOMPARE(checked.written.readerComputes, name != "2b4t");
                    // What f16 rounds is seen (an embedding, or llama's scale), and where it rounds nothing there is
                    // nothing to see.
                    const bool rounded = !exact || name == "ternary llama";
                    QVERIFY2((checked.largestDifference > 0) == rounded,
                             (name + info.key + std::to_string(checked.largestDifference)).c_str());
                    QVERIFY(checked.sameArgmax * 10 >= checked.positions * 9);
                }
            }
        }
    }
    void codesThatBecameMastersComeBackNearly() {
        const QTemporaryDir dir;
        const CheckedExport checked =
            exportAndCheck(fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/parity/bitnet-packed",
                           fs::path(dir.path().toStdString()) / "out", ExportFormat::HuggingFace);
        QVERIFY2(checked.largestDifference < 0.1, std::to_string(checked.largestDifference).c_str());
    }
};

QTEST_APPLESS_MAIN(TestCheckedExport)
#include "test_checked_export.moc"
