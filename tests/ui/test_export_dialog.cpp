// A checkpoint is exported from its page in the real window, read back, and a second time refused.
#include <QComboBox>
#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTabWidget>
#include <QTableView>
#include <QTest>

#include "chat_fixture.h"
#include "core/library/checked_export.h"
#include "ui/pages/checkpoints_page.h"
#include "window_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

class TestExportDialog : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void aCheckpointLeavesAndIsReadBack() {
        StoreFixture fixture;
        const std::string run =
            talkingRun(*fixture.writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {20, 30});
        const auto window = openWindow(fixture);
        auto* page = window->findChild<CheckpointsPage*>();
        window->pages()->setCurrentWidget(page);
        settle(*window);
        auto* view = window->findChild<QTableView*>("checkpointsTable");
        auto* button = window->findChild<QPushButton*>("exportCheckpoint");
        QTRY_COMPARE(view->model()->rowCount(), 2);
        QTest::mouseClick(view->viewport(), Qt::LeftButton, {}, view->visualRect(view->model()->index(0, 0)).center());
        QTRY_VERIFY(button->isEnabled());
        QTest::mouseClick(button, Qt::LeftButton);
        auto* dialog = window->findChild<QDialog*>("exportDialog");
        QVERIFY(dialog != nullptr);
        auto* path = dialog->findChild<QLineEdit*>("exportPath");
        auto* format = dialog->findChild<QComboBox*>("exportFormat");
        auto* result = dialog->findChild<QLabel*>("exportResult");
        auto* write = dialog->findChild<QPushButton*>("exportWrite");
        auto* show = dialog->findChild<QPushButton*>("exportShow");
        QCOMPARE(format->count(), 5);
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
};

QTEST_MAIN(TestExportDialog)
#include "test_export_dialog.moc"
