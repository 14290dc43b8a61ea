// A person's first half hour, in the real window with the real engine, by mouse and keys alone: from the first start to
// a finished comparison of two lambda schedules. README's "The first half hour" is this path in words; a step that
// changes here changes there.
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>

#include "app/gui/main_window.h"
#include "app/gui/pictures.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/compare_page.h"
#include "ui/plots/chart_widget.h"

using namespace tritlab;

namespace {

constexpr int patience = 120'000;  // milliseconds; a machine may be slow, and nothing here is timed

// What a hand can do.
struct User {
    MainWindow& window;

    template <typename Widget>
    Widget* see(const char* name) {
        auto* widget = window.findChild<Widget*>(name);
        if (widget == nullptr ||
            !QTest::qWaitFor([widget] { return widget->isVisible() && widget->isEnabled(); }, patience))
            qFatal("%s is not there to be used", name);
        return widget;
    }
    void click(const char* name) { QTest::mouseClick(see<QWidget>(name), Qt::LeftButton); }
    void clickTool(const char* action) {
        auto* wanted = window.findChild<QAction*>(action);
        QWidget* button = wanted != nullptr ? see<QToolBar>("mainToolBar")->widgetForAction(wanted) : nullptr;
        if (button == nullptr || !button->isEnabled()) qFatal("%s is no button that can be clicked", action);
        QTest::mouseClick(button, Qt::LeftButton);
    }
    void write(const char* field, const QString& text) {
        auto* edit = see<QLineEdit>(field);
        QTest::mouseClick(edit, Qt::LeftButton);
        QTest::keyClick(edit, Qt::Key_A, Qt::ControlModifier);
        QTest::keyClicks(edit, text);
    }
    // Types the beginning of the entry, as one does over a closed box.
    void choose(const char* box, const QString& text) {
        auto* combo = see<QComboBox>(box);
        combo->setFocus();
        QTest::qWait(QApplication::keyboardInputInterval() + 50);  // or it would be the end of the word typed before
        QTest::keyClicks(combo, text);
        if (!combo->currentText().startsWith(text, Qt::CaseInsensitive))
            qFatal("%s does not offer %s but has %s", box, qPrintable(text), qPrintable(combo->currentText()));
    }
    void clickSection(const QString& title) {
        auto* list = see<QListWidget>("sections");
        const auto found = list->findItems(title, Qt::MatchStartsWith);
        if (found.isEmpty()) qFatal("the form has no section %s", qPrintable(title));
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {}, list->visualItemRect(found.front()).center());
    }
    int row(const QString& name) {
        const auto* model = see<QTableView>("runTable")->model();
        for (int i = 0; i < model->rowCount(); ++i)
            if (model->index(i, RunListModel::Name).data().toString() == name) return i;
        return -1;
    }
    void clickRow(const QString& name, Qt::KeyboardModifiers held = {}) {
        auto* table = see<QTableView>("runTable");
        const QRect cell = table->visualRect(table->model()->index(row(name), RunListModel::Name));
        QTest::mouseClick(table->viewport(), Qt::LeftButton, held, cell.center());
    }
    const RunSummary* run(const QString& name) {
        for (const RunSummary& each : window.runs()->runs())
            if (QString::fromStdString(each.name) == name) return &each;
        return nullptr;
    }
    bool waitFor(const QString& name, RunState state) {
        return QTest::qWaitFor([&] { return run(name) != nullptr && run(name)->state == state; }, patience);
    }
    void startRun(const QString& name, const QString& schedule) {
        clickTool("newRun");
        choose("presets", "Nano");
        write("runName", name);
        clickSection("Lambda");
        choose("field:lambda_schedule", schedule);
        click("startRun");
    }
};

}  // namespace

class TestNewUser : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void fromFirstStartToAComparison() {
        const QTemporaryDir home, files;
        MainWindow window(WindowOptions{Workspace(home.path().toStdString()), true, false, {}});
        QSignalSpy opened(&window, &MainWindow::opened);
        window.resize(1280, 800);
        window.show();
        QVERIFY(opened.wait(patience));
        User user{window};

        // 1. The demo begins by itself and says so. It is stopped, to go on later.
        QVERIFY(user.see<QLabel>("demoText")->text().contains("Demo"));
        QVERIFY(QTest::qWaitFor([&] { return user.run("demo") != nullptr && user.run("demo")->steps > 0; }, patience));
        user.click("demoStop");
        QVERIFY(user.waitFor("demo", RunState::Stopped));
        user.click("demoClose");

        // 2. and 3. Two runs from the form; the second waits in the queue for the first.
        user.startRun("slow start", "Linear");
        QVERIFY(QTest::qWaitFor([&] { return user.row("slow start") >= 0; }, patience));
        user.startRun("fast start", "Sigmoid");
        QVERIFY(user.waitFor("slow start", RunState::Finished));
        QVERIFY(user.waitFor("fast start", RunState::Finished));
        QVERIFY(user.run("slow start")->config.lambdaSchedule == LambdaSchedule::Linear);
        QVERIFY(user.run("fast start")->config.lambdaSchedule == LambdaSchedule::Sigmoid);

        // 4. Both are selected and compared; the demo's curve goes.
        user.clickRow("slow start");
        user.clickRow("fast start", Qt::ControlModifier);
        user.clickTool("compareRuns");
        auto* page = user.see<ComparePage>("comparePage");
        QTRY_COMPARE_WITH_TIMEOUT(page->groups().size(), std::size_t{2}, patience);
        settle(window);

        // 5. What is seen: both losses on one chart, lambda as each schedule's formula says, and a table with the best
        // marked.
        QTRY_COMPARE_WITH_TIMEOUT(page->chart("loss")->curves().size(), 2, patience);
        auto* table = user.see<QTableView>("resultsTable");
        QCOMPARE(table->model()->rowCount(), 2);
        int stars = 0;
        for (int i = 0; i < 2; ++i)
            for (int column = 0; column < table->model()->columnCount(); ++column)
                stars += table->model()->index(i, column).data().toString().contains(QStringLiteral("★")) ? 1 : 0;
        QVERIFY(stars > 0);
        const double slow = user.run("slow start")->lastEvalLoss, fast = user.run("fast start")->lastEvalLoss;
        QVERIFY(slow > 1 && slow < 6.3 && fast > 1 && fast < 6.3);  // below ln 512 = 6.24: both have learned
        QVERIFY(slow != fast);
        window.grab().save(QStringLiteral(TRITLAB_BINARY_DIR "/screenshots/new-user-compare.png"));
    }
};

QTEST_MAIN(TestNewUser)
#include "test_new_user.moc"
