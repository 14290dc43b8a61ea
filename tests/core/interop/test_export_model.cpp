// Models written for others, against the folders that transformers itself wrote (tests/fixtures/parity).
#include <QTemporaryDir>
#include <QTest>
#include <cstring>

#include "core/base/error.h"
#include "core/base/files.h"
#include "core/interop/export_model.h"
#include "core/interop/model_folder.h"
#include "core/kernels/quantizers.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestExportModel : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    [[nodiscard]] fs::path out(const char* name) const { return fs::path(dir_.path().toStdString()) / name; }
    static fs::path fixture(const char* name) { return fs::path(TRITLAB_SOURCE_DIR) / "tests/fixtures/parity" / name; }

private Q_SLOTS:
    void masterWeightsStayToTheBit_data() {
        QTest::addColumn<QByteArray>("name");
        for (const char* name : {"bitnet-online", "llama-online", "llama-tied", "llama-untied-gqa"})
            QTest::newRow(name) << QByteArray(name);
    }
    void masterWeightsStayToTheBit() {
        QFETCH(QByteArray, name);
        const fs::path target = out(name.constData());
        const ModelExport written =
            exportHuggingFace(fixture(name.constData()), target, ExportFormat::HuggingFace, {{1, 2}});
        QVERIFY(written.readerComputes);
        QCOMPARE(written.bytes, exportedBytes(readModelDescription(target).config, ExportFormat::HuggingFace));
        const ModelDescription before = readModelDescription(fixture(name.constData())),
                               after = readModelDescription(target);
        QVERIFY(before.config == after.config);
        QVERIFY(after.storage == WeightStorage::Master);
        QCOMPARE(written.parameters, parameterCount(before.config));
        const ModelWeights left(fixture(name.constData())), right(target);
        std::size_t tensors = 0;
        for (const TensorSpec& spec : tensorSpecs(before.config)) {
            QVERIFY(left.floats(spec.name, spec.shape) == right.floats(spec.name, spec.shape));
            ++tensors;
        }
        QCOMPARE(right.names().size(), tensors);
        const auto config = nlohmann::json::parse(readFile(target / "config.json"));
        QCOMPARE(config["bos_token_id"].get<int>(), 1);
        QCOMPARE(config["dtype"].get<std::string>(), std::string("float32"));
    }
    void packedCodesAreTheTrainings() {
        const fs::path target = out("packed");
        exportHuggingFace(fixture("bitnet-online"), target, ExportFormat::HuggingFacePacked, {});
        const ModelDescription description = readModelDescription(target);
        QVERIFY(description.storage == WeightStorage::PackedAbsmean);
        const ModelWeights master(fixture("bitnet-online")), packed(target);
        int linears = 0;
        for (const TensorSpec& spec : tensorSpecs(description.config)) {
            const std::vector<float> weights = master.floats(spec.name, spec.shape);
            if (!spec.ternary) {
                QVERIFY(packed.floats(spec.name, spec.shape) == weights);
                continue;
            }
            std::vector<std::int8_t> codes(weights.size());
            ternaryCodes(weights, absmean(weights), codes);
            const std::string module = spec.name.substr(0, spec.name.size() - 7);
            const TernaryWeights linear =
                packed.ternaryLinear(module, spec.shape[0], spec.shape[1], WeightStorage::PackedAbsmean);
            QVERIFY(linear.codes == codes);
            QCOMPARE(linear.tensorScale(module), absmean(weights));
            ++linears;
        }
        QVERIFY(linears >= 14);
    }
    // Unpacked and packed again, transformers' own bytes come out.
    void packsAsTransformersDoes() {
        const fs::path target = out("again");
        exportHuggingFace(fixture("bitnet-packed"), target, ExportFormat::HuggingFacePacked, {});
        const ModelWeights theirs(fixture("bitnet-packed")), ours(target);
        int linears = 0;
        for (const std::string& name : theirs.names()) {
            const TensorView* left = theirs.find(name);
            const TensorView* right = ours.find(name);
            QVERIFY2(right != nullptr, name.c_str());
            if (left->type != DType::U8) continue;
            QVERIFY(left->shape == right->shape);
            QVERIFY2(std::memcmp(left->bytes.data(), right->bytes.data(), left->bytes.size()) == 0, name.c_str());
            ++linears;
        }
        QVERIFY(linears >= 14);
    }
    // Master weights made of codes quantize to the same codes.
    void unpacksToMasters() {
        const fs::path target = out("unpacked");
        exportHuggingFace(fixture("bitnet-packed-inverse"), target, ExportFormat::HuggingFace, {});
        const ModelDescription description = readModelDescription(target);
        const ModelWeights packed(fixture("bitnet-packed-inverse")), master(target);
        for (const TensorSpec& spec : tensorSpecs(description.config)) {
            if (!spec.ternary) continue;
            const std::vector<float> weights = master.floats(spec.name, spec.shape);
            std::vector<std::int8_t> codes(weights.size());
            ternaryCodes(weights, absmean(weights), codes);
            QVERIFY(packed
                        .ternaryLinear(spec.name.substr(0, spec.name.size() - 7), spec.shape[0], spec.shape[1],
                                       WeightStorage::PackedInverse)
                        .codes == codes);
        }
    }
    void leavesWhatIsThereAlone() {
        const fs::path target = out("there");
        fs::create_directories(target);
        writeFileAtomically(target / "thesis.txt", "years of work");
        QVERIFY_EXCEPTION_THROWN(exportHuggingFace(fixture("bitnet-online"), target, ExportFormat::HuggingFace, {}),
                                 Error);
        QCOMPARE(readFile(target / "thesis.txt"), std::string("years of work"));
        QVERIFY_EXCEPTION_THROWN(exportHuggingFace(out("nowhere"), out("new"), ExportFormat::HuggingFace, {}), Error);
        QVERIFY(!fs::exists(out("new")));
    }
};

QTEST_APPLESS_MAIN(TestExportModel)
#include "test_export_model.moc"
