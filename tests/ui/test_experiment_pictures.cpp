// The charts of an experiment: each variant's line and its band from minimum to maximum are on the picture, in the
// variant's colour.
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "app/gui/experiment_pictures.h"
#include "core/base/error.h"
#include "core/experiment/definition.h"
#include "core/store/store_writer.h"
#include "ui/theme/theme.h"

using namespace tritlab;

namespace {

// Rows of a column whose colour is that far from this one at most (sum over red, green and blue).
int rowsOf(const QImage& picture, int x, const QColor& color, int max) {
    int count = 0;
    for (int y = 0; y < picture.height(); ++y) {
        const QColor pixel = picture.pixelColor(x, y);
        const int distance = std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) +
                             std::abs(pixel.blue() - color.blue());
        count += distance <= max ? 1 : 0;
    }
    return count;
}

QColor over(const QColor& color, int alpha, const QColor& below) {
    const auto mix = [alpha](int top, int bottom) { return (top * alpha + bottom * (255 - alpha)) / 255; };
    return {mix(color.red(), below.red()), mix(color.green(), below.green()), mix(color.blue(), below.blue())};
}

}  // namespace

class TestExperimentPictures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void linesAndBandsAreDrawn() {
        const QTemporaryDir folder;
        QFile definition(folder.filePath("definition.json"));
        QVERIFY(definition.open(QIODevice::WriteOnly));
        definition.write(R"({"name": "pair", "base": {"preset": "nano"}, "seeds": [1, 2],
            "variants": [{"name": "none"}, {"name": "sigmoid", "set": {"lambda_schedule": "sigmoid"}}]})");
        definition.close();
        const Experiment experiment = readExperiment(folder.path().toStdString());
        const Workspace workspace((folder.path() + "/home").toStdString());
        {
            StoreWriter writer(workspace);
            for (const PlannedRun& run : experiment.runs) {
                const std::string id = writer.createRun(run.name, run.config, RunState::Preparing);
                writer.setTags(id, {experiment.tag()});
                RunRecorder recorder(writer, id);
                // Level lines: the first variant at 2 and 4, the second at 7 and 9, so that means are at 3 and 8.
                StepEvent event;
                event.loss = 2 + 5 * static_cast<double>(run.variant) + (run.seed == 2 ? 2 : 0);
                for (event.step = 0; event.step < 100; ++event.step) recorder.onStep(event);
                recorder.onState({RunState::Finished, 100, "", true});
            }
        }
        applyTheme(ThemeChoice::Light);
        const QStringList files = plotExperiment(workspace, folder.path(), folder.filePath("plots"));
        QVERIFY(files.contains(folder.filePath("plots/loss.png")));
        const QImage picture(folder.filePath("plots/loss.png"));
        QCOMPARE(picture.size(), QSize(900, 420));
        const QColor paper = plotColors(qApp->palette()).background;
        for (const int x : {300, 453, 700})
            for (int variant = 0; variant < 2; ++variant) {
                const QColor line = runColor(variant, false);
                // A line is smoothed at its edges; the band's colour is more than twice as far from it.
                QVERIFY2(rowsOf(picture, x, line, 150) >= 1, qPrintable(QString("line %1 at %2").arg(variant).arg(x)));
                QVERIFY2(rowsOf(picture, x, over(line, 45, paper), 12) > 40,
                         qPrintable(QString("band %1 at %2").arg(variant).arg(x)));
            }
    }
    void whatIsMissingIsSaid() {
        const QTemporaryDir folder;
        const Workspace workspace(folder.path().toStdString());
        QVERIFY_EXCEPTION_THROWN(plotExperiment(workspace, folder.path(), folder.filePath("plots")), Error);
    }
};

QTEST_MAIN(TestExperimentPictures)
#include "test_experiment_pictures.moc"
