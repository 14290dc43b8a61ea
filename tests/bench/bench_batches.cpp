// From a text to batches: how long the token cache takes to make, and a batch to be put together.
#include <QTemporaryDir>
#include <QTest>

#include "core/data/dataset.h"
#include "tests/core/data/data_helpers.h"

using namespace tritlab;
namespace fs = std::filesystem;

class BenchBatches : public QObject {
    Q_OBJECT
    QTemporaryDir dir_;
    RunConfig config_;
    [[nodiscard]] std::unique_ptr<Dataset> open(const std::string& home) const {
        return openDataset(config_, Workspace(fs::path(dir_.path().toStdString()) / home), {}, {});
    }

private Q_SLOTS:
    void initTestCase() {
        const fs::path text = fs::path(dir_.path().toStdString()) / "text.txt";
        writeFileAtomically(text, testing::englishLike(60, 20000));
        config_.data = {{text.string(), 1}};
        config_.vocabSize = 500;
        config_.sequenceLength = 256;
        config_.batchSize = 16;
    }
    void openingAText() {
        QBENCHMARK_ONCE { (void)open("opened"); }
    }
    void aBatch() {
        const auto dataset = open("batches");
        StepIndex step = 0;
        QBENCHMARK { (void)dataset->batch(step++, 0); }
    }
};

QTEST_APPLESS_MAIN(BenchBatches)
#include "bench_batches.moc"
