// A checkpoint is exported from its page in the real window, read back, and a second time refused; one that would leave
// as another model than was trained is asked about, and the page marks one that is damaged.
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QTest>

#include "app/gui/export_dialog.h"
#include "chat_fixture.h"
#include "core/interop/export_formats.h"
#include "core/library/checked_export.h"
#include "ui/pages/checkpoints_page.h"
#include "window_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

// Opens the page of the newest run's checkpoints and the export dialog of one of them.
QTableView* openCheckpoints(MainWindow& window) {
    window.pages()->setCurrentWidget(window.findChild<CheckpointsPage*>());
    settle(window);
    return window.findChild<QTableView*>("checkpointsTable");
}
QDialog* openExport(MainWindow& window, QTableView* view, int row) {
    auto* button = window.findChild<QPushButton*>("exportCheckpoint");
    QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(row, 0)).center());
    if (!QTest::qWaitFor([&] { return button->isEnabled(); })) return nullptr;
    QTest::mouseClick(button, Qt::LeftButton);
    return window.findChild<QDialog*>("exportDialog");
}

}  // namespace

class TestExportDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aCheckpointLeavesAndIsReadBack() {
        StoreFixture fixture;
        const std::string run =
            talkingRun(*fixture.writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {20, 30});
        const auto window = openWindow(fixture);
        auto* view = openCheckpoints(*window);
        QTRY_COMPARE(view->model()->rowCount(), 2);
        auto* dialog = openExport(*window, view, 0);
        QVERIFY(dialog != nullptr);
        QVERIFY(dialog->findChild<QLabel*>("exportTrained")->isHidden());
        auto* path = dialog->findChild<QLineEdit*>("exportPath");
        auto* format = dialog->findChild<QComboBox*>("exportFormat");
        auto* result = dialog->findChild<QLabel*>("exportResult");
        auto* write = dialog->findChild<QPushButton*>("exportWrite");
        auto* show = dialog->findChild<QPushButton*>("exportShow");
        QCOMPARE(format->count(), static_cast<int>(exportFormats().size()));
        QVERIFY2(path->text().endsWith("talker-step-20-hf") || path->text().endsWith("talker-step-30-hf"),
                 qPrintable(path->text()));
        const QString whole = dialog->findChild<QLabel*>("exportAbout")->text();
        format->setCurrentIndex(1);
        QVERIFY(dialog->findChild<QLabel*>("exportAbout")->text() != whole);
        const fs::path out = fs::path(fixture.folder.path().toStdString()) / "models" / "talker packed";
        path->selectAll();
        QTest::keyClicks(path, QString::fromStdString(out.string()));
        for (const bool again : {false, true}) {
            QTest::mouseClick(write, Qt::LeftButton);
            QVERIFY(!write->isEnabled());
            dialog->reject();
            QVERIFY(dialog->isVisible());  // it is writing
            QTRY_VERIFY_WITH_TIMEOUT(write->isEnabled(), 60000);
            QVERIFY2(result->text().contains(again ? "is there already" : "equal to the bit"),
                     qPrintable(result->text()));
            QCOMPARE(show->isEnabled(), !again);
        }
        format->setCurrentIndex(2);  // GGUF: llama.cpp would compute another activation, and the dialog says so
        QVERIFY2(dialog->findChild<QLabel*>("exportAbout")->text().contains("SiLU"),
                 qPrintable(dialog->findChild<QLabel*>("exportAbout")->text()));
        const fs::path gguf = out.parent_path() / "talker.gguf";
        path->setText(QString::fromStdString(gguf.string()));
        QTest::mouseClick(write, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(write->isEnabled(), 60000);
        QVERIFY2(result->text().contains("Read back"), qPrintable(result->text()));
        dialog->grab().save(QStringLiteral(TRITLAB_BINARY_DIR "/screenshots/export-dialog.png"));
        QCOMPARE(loadTokenizer(gguf)->size(), readModelDescription(gguf).config.vocabSize);
        QVERIFY(readModelDescription(out).storage == WeightStorage::PackedAbsmean);
        QVERIFY(fs::exists(out / "tokenizer.model"));
        dialog->reject();
        QVERIFY(!dialog->isVisible());
    }
    void whatWasTrainedBelowLambdaOneIsAskedAbout() {
        StoreFixture fixture;
        const std::string run =
            talkingRun(*fixture.writer, "half", StoreFixture::config(LambdaSchedule::None, 30), {30});
        sealCheckpoint(fixture.workspace.checkpoints(run) / "step-00000030", halfTernary(30));
        const auto window = openWindow(fixture);
        auto* view = openCheckpoints(*window);
        QTRY_COMPARE(view->model()->rowCount(), 1);
        auto* dialog = openExport(*window, view, 0);
        QVERIFY(dialog != nullptr);
        auto* format = dialog->findChild<QComboBox*>("exportFormat");
        auto* said = dialog->findChild<QLabel*>("exportTrained");
        auto* agree = dialog->findChild<QCheckBox*>("exportAtLambdaOne");
        auto* write = dialog->findChild<QPushButton*>("exportWrite");
        // master weights are what was trained; that they run as another model is said, not asked
        QVERIFY(agree->isHidden() && !said->isHidden() && write->isEnabled());
        for (const int ternary : {1, 2, 3, 4}) {
            format->setCurrentIndex(ternary);
            QVERIFY(!agree->isHidden() && !write->isEnabled());
            for (const char* part : {"lambda 0.500", "0.9400", "3.5100", "step 30"})
                QVERIFY2(said->text().contains(part), qPrintable(said->text()));
        }
        format->setCurrentIndex(1);
        dialog->grab().save(QStringLiteral(TRITLAB_BINARY_DIR "/screenshots/export-dialog-lambda.png"));
        const fs::path out = fs::path(fixture.folder.path().toStdString()) / "half-packed";
        dialog->findChild<QLineEdit*>("exportPath")->setText(QString::fromStdString(out.string()));
        QVERIFY(!write->isEnabled());
        QTest::mouseClick(agree, Qt::LeftButton, {}, {6, agree->height() / 2});
        QVERIFY(write->isEnabled());
        QTest::mouseClick(write, Qt::LeftButton);
        QTRY_VERIFY_WITH_TIMEOUT(write->isEnabled(), 60000);
        QCOMPARE(readModelDescription(out).lambda, 1.0);
        dialog->reject();
    }
    void aDamagedCheckpointIsMarked() {
        StoreFixture fixture;
        const std::string run =
            talkingRun(*fixture.writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {10, 20, 30});
        for (const StepIndex step : {10, 20, 30})
            sealCheckpoint(fixture.workspace.checkpoints(run) / checkpointName(step), halfTernary(step));
        fs::resize_file(fixture.workspace.checkpoints(run) / checkpointName(30) / "tokenizer.model", 100);
        const auto window = openWindow(fixture);
        auto* view = openCheckpoints(*window);
        QTRY_COMPARE(view->model()->rowCount(), 3);
        const auto mark = [&](const char* step, int role = Qt::DisplayRole) {
            for (int row = 0; row < 3; ++row)
                if (view->model()->index(row, 0).data().toString() == step)
                    return view->model()->index(row, 3).data(role).toString();
            return QString();
        };
        QTRY_VERIFY2(mark("30").startsWith("damaged: tokenizer.model"), qPrintable(mark("30")));
        QVERIFY2(mark("30", Qt::ToolTipRole).contains("100 bytes") && mark("30", Qt::ToolTipRole).contains("step 20"),
                 qPrintable(mark("30", Qt::ToolTipRole)));
        QVERIFY(mark("20").isEmpty() && mark("10").isEmpty());
    }
    // llama.cpp has no byte fallback for a unigram vocabulary: the dialog says so before anything is written.
    void saysWhatAUnigramVocabularyLoses() {
        const QTemporaryDir dir;
        const fs::path folder = dir.path().toStdString();
        TokenizerTraining training;
        training.vocabSize = 285;
        training.model = TokenizerModel::Unigram;
        TokenizerTrainer trainer(training);
        trainer.add("In the beginning God created the heaven and the earth.\nAnd the earth was without form.\n");
        trainer.train(folder / "tokenizer.model", StopToken());
        ModelConfig config = testing::tinyConfigs()[3].config;
        config.vocabSize = 285;
        testing::writeRandomModel(folder, config, 1);
        ExportDialog dialog(folder, "unigram");
        auto* format = dialog.findChild<QComboBox*>("exportFormat");
        auto* about = dialog.findChild<QLabel*>("exportAbout");
        const auto saysSo = [&] { return about->text().contains("byte fallback") && about->text().contains("\\n"); };
        QVERIFY2(!saysSo(), qPrintable(about->text()));
        format->setCurrentIndex(format->count() - 1);  // GGUF F16
        QVERIFY2(saysSo(), qPrintable(about->text()));
    }
};

QTEST_MAIN(TestExportDialog)
#include "test_export_dialog.moc"
