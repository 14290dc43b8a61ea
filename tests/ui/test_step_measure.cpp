// The measuring beside the form: the real window and engine give figures; they follow what they can, grow old when the
// form asks for something else, can be stopped, and are refused while a run is trained here.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QTest>

#include "app/services/run_queue.h"
#include "core/store/run_store.h"
#include "engine_fixture.h"
#include "ui/forms/run_form.h"
#include "ui/forms/step_measure.h"

using namespace tritlab;

class TestStepMeasure : public QObject {
    Q_OBJECT

    static void type(RunForm& form, const char* key, const QString& text) {
        auto* edit = form.findChild<QLineEdit*>(QString("field:") + key);
        edit->selectAll();
        QTest::keyClicks(edit, text);
    }
    // A form of few seconds' work in the window.
    RunForm* openForm(MainWindow& window) {
        RunForm* form = window.openForm();
        form->loadPreset("nano");
        text_ = form->findChild<QLabel*>("measured");
        button_ = form->findChild<QPushButton*>("measure");
        return form;
    }
    QLabel* text_ = nullptr;
    QPushButton* button_ = nullptr;

private Q_SLOTS:
    void figuresComeAndGrowOld() {
        StoreFixture fixture;
        MainWindow window(withEngine(fixture));
        window.show();
        RunForm* form = openForm(window);
        QVERIFY(text_->text().contains("not measured"));
        button_->click();
        QVERIFY(form->measure()->running());
        QTRY_VERIFY2_WITH_TIMEOUT(text_->text().startsWith("Time: "), qPrintable(text_->text()), 60000);
        QVERIFY2(text_->text().contains("tokens/s") && text_->text().contains("memory measured"),
                 qPrintable(text_->text()));
        QVERIFY(RunStore(fixture.workspace).runs().empty());  // nothing is stored
        const QString before = text_->text();
        type(*form, "learning_rate", "1e-4");
        QCOMPARE(text_->text(), before);
        type(*form, "steps", "123456");  // the same steps, more of them
        QVERIFY(text_->text() != before && text_->text().startsWith("Time: "));
        type(*form, "batch_size", "3");
        QVERIFY2(text_->text().startsWith("Old"), qPrintable(text_->text()));
        type(*form, "batch_size", QString::number(presetDraft("nano").config().batchSize));
        QVERIFY(text_->text().startsWith("Time: "));
        type(*form, "batch_size", "none");
        QVERIFY(!button_->isEnabled());  // nothing can be measured of what is wrong
    }

    void stopsWithTheForm() {
        StoreFixture fixture;
        MainWindow window(withEngine(fixture));
        window.show();
        RunForm* form = openForm(window);
        button_->click();
        QVERIFY(form->measure()->running());
        button_->click();  // Stop
        QTRY_VERIFY_WITH_TIMEOUT(!form->measure()->running(), 60000);
        QVERIFY2(text_->text().contains("Stopped"), qPrintable(text_->text()));
        button_->click();
        form->reject();
        QTRY_VERIFY_WITH_TIMEOUT(!form->measure()->running(), 60000);
    }

    void saysWhyThereIsNone() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);  // without an engine
        RunForm* form = openForm(*window);
        button_->click();
        QTRY_VERIFY_WITH_TIMEOUT(!form->measure()->running(), 20000);
        QVERIFY(text_->text().contains("no engine in this test"));
    }

    void refusedWhileARunIsTrained() {
        StoreFixture fixture;
        MainWindow window(withEngine(fixture));
        QSignalSpy opened(&window, &MainWindow::opened);
        window.show();
        QVERIFY(opened.wait(20000));
        RunForm* form = openForm(window);
        // The measuring gives way to a run; a run does not give way to it.
        button_->click();
        window.queue()->add("long", endlessRun(fixture));
        QTRY_VERIFY_WITH_TIMEOUT(window.queue()->busy() && !form->measure()->running(), 60000);
        button_->click();
        QVERIFY(!form->measure()->running());
        QVERIFY2(text_->text().contains("being trained"), qPrintable(text_->text()));
        window.queue()->stopForExit();
        QTRY_VERIFY_WITH_TIMEOUT(!window.queue()->busy(), 60000);
    }
};

QTEST_MAIN(TestStepMeasure)
#include "test_step_measure.moc"
