// The views of the Weights page show what is in the store and in the checkpoint: each cell, each ridge, each code
// against a plain reading.
#include <QSignalSpy>
#include <QTabWidget>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <cmath>

#include "core/base/error.h"
#include "core/checkpoint/checkpoint_folder.h"
#include "core/formats/safetensors.h"
#include "ui/pages/weight_views.h"
#include "ui/plots/heat_map.h"
#include "ui/plots/ridge_chart.h"
#include "window_fixture.h"

using namespace tritlab;

class TestWeightViews : public QObject {
    Q_OBJECT
private Q_SLOTS:
    // round(w / mean |w|) to -1, 0, +1, ties to even, written out.
    void patternIsThePlainRounding() {
        QTemporaryDir folder;
        std::vector<float> weights(6 * 10);
        double sum = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            weights[i] = static_cast<float>(std::sin(static_cast<double>(i) * 1.7) * 0.03);
            sum += std::abs(static_cast<double>(weights[i]));
        }
        const double mean = sum / static_cast<double>(weights.size());
        writeSafetensors(std::filesystem::path(folder.path().toStdString()) / "model.safetensors",
                         {{"model.layers.0.mlp.up_proj.weight", DType::F32, {6, 10}, weights.data()}});
        const TernaryPattern pattern = ternaryPattern(folder.path().toStdString(), "model.layers.0.mlp.up_proj", 4);
        QCOMPARE(pattern.rows, 6);
        QCOMPARE(pattern.columns, 10);
        QCOMPARE(pattern.codes.size(), std::size_t{16});
        int zeros = 0;
        for (std::size_t row = 0; row < 6; ++row) {
            for (std::size_t column = 0; column < 10; ++column) {
                const int code = static_cast<int>(
                    std::clamp(std::nearbyint(static_cast<double>(weights[row * 10 + column]) / mean), -1.0, 1.0));
                zeros += code == 0;
                if (row < 4 && column < 4) QCOMPARE(static_cast<int>(pattern.codes[row * 4 + column]), code);
            }
        }
        QVERIFY(std::abs(pattern.zero - zeros / 60.0) < 1e-9);
        QVERIFY_EXCEPTION_THROWN(ternaryPattern(folder.path().toStdString(), "no.such.layer"), Error);
        // Of a checkpoint it shows the weights that were written, or none.
        CheckpointManifest manifest;
        writeManifest(folder.path().toStdString(), manifest);
        QVERIFY(ternaryPattern(folder.path().toStdString(), "model.layers.0.mlp.up_proj", 4).codes == pattern.codes);
        weights[7] += 0.01F;
        writeSafetensors(std::filesystem::path(folder.path().toStdString()) / "model.safetensors",
                         {{"model.layers.0.mlp.up_proj.weight", DType::F32, {6, 10}, weights.data()}});
        QVERIFY_EXCEPTION_THROWN(ternaryPattern(folder.path().toStdString(), "model.layers.0.mlp.up_proj", 4), Error);
        PatternImage image;
        image.setPattern(pattern);
        QCOMPARE(image.image().size(), QSize(4, 4));
    }

    void viewsShowTheStore() {
        StoreFixture fixture;
        const std::string id = fixture.finishedRun("run", StoreFixture::config());
        fixture.finishedRun("other", StoreFixture::config(LambdaSchedule::None), 0.2);
        MainWindow window(optionsOf(fixture));
        QSignalSpy opened(&window, &MainWindow::opened);
        window.show();
        QVERIFY(opened.wait(20000));
        window.selectRun(QString::fromStdString(id));
        window.pages()->setCurrentIndex(1);
        settle(window);
        auto* views = window.findChild<WeightViews*>("weightViews");
        QVERIFY(views != nullptr);
        QCOMPARE(views->count(), 5);
        views->setCurrentIndex(1);
        settle(window);
        auto* heatMap = views->findChild<HeatMap*>();
        QTRY_COMPARE(heatMap->shown().cells.size(), std::size_t{28});
        RunStore store(fixture.workspace);
        const auto steps = store.healthSteps(id);
        QCOMPARE(heatMap->shown().steps, steps);
        for (std::size_t snapshot = 0; snapshot < steps.size(); ++snapshot) {
            const auto health = store.health(id, steps[snapshot]);
            for (std::size_t layer = 0; layer < 28; ++layer)
                QCOMPARE(heatMap->valueAt(static_cast<int>(layer), static_cast<int>(snapshot)),
                         health->layers[layer].flipRate);
        }
        views->setCurrentIndex(2);
        settle(window);
        auto* ridgeChart = views->findChild<RidgeChart*>();
        QTRY_COMPARE(ridgeChart->ridges().size(), steps.size());
        for (const Ridge& ridge : ridgeChart->ridges())
            QCOMPARE(ridge.histogram, store.health(id, ridge.step)->layers.front().histogram);
        views->setCurrentIndex(3);  // the fixture's checkpoint is an empty folder: the view says why there is nothing
        settle(window);
        QVERIFY(views->findChild<PatternImage*>()->image().isNull());
        views->setCurrentIndex(4);
        settle(window);
        auto* title = window.findChild<QLabel*>("otherTitle");
        QTRY_VERIFY2(title->text().startsWith("other, ") && title->text().contains("step 400"),
                     qPrintable(title->text()));
        // A click in the heat map picks its layer and snapshot.
        views->setCurrentIndex(1);
        Q_EMIT heatMap->picked(9, 2);
        settle(window);
        QCOMPARE(window.findChild<QTableView*>("layersTable")->currentIndex().data(Qt::UserRole).toString(),
                 QString::fromStdString(store.health(id, steps[2])->layers[9].layer));
        QCOMPARE(window.findChild<QLabel*>("snapshotStep")->text(), QString("step %1").arg(steps[2]));
    }
};

QTEST_MAIN(TestWeightViews)
#include "test_weight_views.moc"
