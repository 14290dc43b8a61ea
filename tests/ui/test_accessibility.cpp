// Every control of the window on each page and view, of its form, its chat and its dialogs: a name that a screen reader
// can say, and a way to it by keyboard. Asked of Qt's accessibility interfaces, as a screen reader asks.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractSlider>
#include <QAbstractSpinBox>
#include <QAccessible>
#include <QComboBox>
#include <QDialog>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPushButton>
#include <QScrollArea>
#include <QScrollBar>
#include <QTabBar>
#include <QTabWidget>
#include <QTableView>
#include <QTest>
#include <QTextEdit>
#include <QToolBar>
#include <QToolButton>

#include "chat_fixture.h"
#include "sweep_fixture.h"
#include "ui/chat/chat_pane.h"
#include "ui/forms/run_form.h"
#include "ui/forms/sweep_editor.h"
#include "ui/pages/checkpoints_page.h"
#include "window_fixture.h"

using namespace tritlab;

namespace {

// What is pressed, chosen from or written into. Parts of such a thing (a spin box's field, a list's scroll bar) belong
// to it.
bool isControl(const QWidget* widget) {
    if (widget->objectName().startsWith("qt_") || qobject_cast<const QScrollBar*>(widget) ||
        qobject_cast<const QHeaderView*>(widget))
        return false;
    for (const QWidget* above = widget->parentWidget(); above != nullptr && !above->isWindow();
         above = above->parentWidget()) {
        if (qobject_cast<const QAbstractSpinBox*>(above) || qobject_cast<const QComboBox*>(above) ||
            qobject_cast<const QTabBar*>(above) || qobject_cast<const QMenuBar*>(above) ||
            qobject_cast<const QAbstractItemView*>(above))
            return false;
    }
    if (qobject_cast<const QMenu*>(widget) || qobject_cast<const QTabBar*>(widget)) return false;
    return qobject_cast<const QAbstractButton*>(widget) || qobject_cast<const QComboBox*>(widget) ||
           qobject_cast<const QLineEdit*>(widget) || qobject_cast<const QAbstractSpinBox*>(widget) ||
           qobject_cast<const QAbstractSlider*>(widget) || qobject_cast<const QAbstractItemView*>(widget) ||
           qobject_cast<const QAbstractScrollArea*>(widget);
}

QString nameOf(QWidget* widget) {
    QAccessibleInterface* accessible = QAccessible::queryAccessibleInterface(widget);
    return accessible != nullptr ? accessible->text(QAccessible::Name) : QString();
}

// A line for each control that has no name, or that no key leads to.
QStringList faults(const QWidget& window) {
    QStringList found;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (widget->window() != &window || !widget->isVisible() || !isControl(widget)) continue;
        const QString what = QString("%1 \"%2\"").arg(widget->metaObject()->className(), widget->objectName());
        const bool scrolls = qobject_cast<QScrollArea*>(widget) != nullptr;  // a frame around controls of its own
        if (!scrolls && nameOf(widget).isEmpty()) found << what + " has no name";
        if (scrolls || !widget->isEnabled() || (widget->focusPolicy() & Qt::TabFocus) != 0) continue;
        // A tool bar's buttons are not in the Tab order: the same actions have to stand in a menu.
        const auto* button = qobject_cast<QToolButton*>(widget);
        const QObjectList places = button != nullptr && button->defaultAction() != nullptr
                                       ? button->defaultAction()->associatedObjects()
                                       : QObjectList();
        const bool inMenu = std::any_of(places.begin(), places.end(),
                                        [](QObject* place) { return qobject_cast<QMenu*>(place) != nullptr; });
        if (!inMenu) found << what + " cannot be reached by Tab";
    }
    return found;
}

#define HAS_NO_FAULTS(window)                                    \
    do {                                                         \
        const QStringList lines = faults(window);                \
        QVERIFY2(lines.isEmpty(), qPrintable(lines.join('\n'))); \
    } while (false)

}  // namespace

class TestAccessibility : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() {
        fixture_ = std::make_unique<StoreFixture>();
        sweepRuns(*fixture_);
        talker_ = QString::fromStdString(
            talkingRun(*fixture_->writer, "talker", StoreFixture::config(LambdaSchedule::None, 30), {20, 30}));
        window_ = openWindow(*fixture_);
        window_->resize(1280, 800);
    }
    void cleanupTestCase() { window_.reset(); }

    void pages() {
        for (int page = 0; page < window_->pages()->count(); ++page) {
            window_->pages()->setCurrentIndex(page);
            settle(*window_);
            HAS_NO_FAULTS(*window_);
        }
    }

    void compareViews() {
        window_->pages()->setCurrentWidget(window_->findChild<QWidget*>("comparePage"));
        auto* view = window_->findChild<QComboBox*>("compareView");
        QCOMPARE(view->count(), 4);
        for (int i = 0; i < view->count(); ++i) {
            view->setCurrentIndex(i);
            settle(*window_);
            HAS_NO_FAULTS(*window_);
        }
    }

    void form() {
        RunForm* form = window_->openForm();
        form->loadPreset("tiny");
        form->sweep()->addAxis("seed", "1, 2, 3");
        settle(*window_);
        HAS_NO_FAULTS(*form);
        form->sweep()->clear();
        form->reject();
    }

    void chat() {
        window_->showChat(true);
        auto* pane = window_->findChild<ChatPane*>("chatPane");
        pane->setModelRun(talker_);
        for (const char* button : {"chatOptions", "chatCompare", "conversationsButton"})
            window_->findChild<QToolButton*>(button)->setChecked(true);
        settle(*window_);
        HAS_NO_FAULTS(*window_);
        for (const char* button : {"chatOptions", "chatCompare", "conversationsButton"})
            window_->findChild<QToolButton*>(button)->setChecked(false);
        window_->showChat(false);
        settle(*window_);
    }

    void exportDialog() {
        window_->selectRun(talker_);
        auto* page = window_->findChild<CheckpointsPage*>();
        window_->pages()->setCurrentWidget(page);
        settle(*window_);
        auto* view = window_->findChild<QTableView*>("checkpointsTable");
        QTRY_COMPARE(view->model()->rowCount(), 2);
        view->selectRow(0);
        auto* button = window_->findChild<QPushButton*>("exportCheckpoint");
        QTRY_VERIFY(button->isEnabled());
        button->click();
        auto* dialog = window_->findChild<QDialog*>("exportDialog");
        QVERIFY(dialog != nullptr);
        HAS_NO_FAULTS(*dialog);
        dialog->reject();
    }

    void importDialog() {
        window_->findChild<QAction*>("importModel")->trigger();
        auto* dialog = window_->findChild<QDialog*>("importDialog");
        QVERIFY(dialog != nullptr);
        HAS_NO_FAULTS(*dialog);
        auto* path = dialog->findChild<QLineEdit*>("importPath");
        path->setText(QString::fromStdString(
            (fixture_->workspace.checkpoints(talker_.toStdString()) / "step-00000030").string()));
        QTest::keyClick(path, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QPushButton*>("importChat")->isEnabled(), 60000);
        HAS_NO_FAULTS(*dialog);
        dialog->reject();
    }

    void realModelDialog() {
        window_->findChild<QAction*>("realModel")->trigger();
        auto* dialog = window_->findChild<QDialog*>("realModelDialog");
        QVERIFY(dialog != nullptr);
        HAS_NO_FAULTS(*dialog);
        dialog->reject();
    }

    void diskDialog() {
        window_->findChild<QAction*>("diskUse")->trigger();
        auto* dialog = window_->findChild<QDialog*>("diskDialog");
        QVERIFY(dialog != nullptr);
        HAS_NO_FAULTS(*dialog);
        dialog->reject();
    }

    // The walk sees what it is for.
    void faultsAreFound() {
        QWidget box;
        auto* nameless = new QLineEdit(&box);
        nameless->setObjectName("nameless");
        auto* unreachable = new QPushButton("press", &box);
        unreachable->setObjectName("unreachable");
        unreachable->setFocusPolicy(Qt::ClickFocus);
        box.show();
        const QStringList lines = faults(box);
        QCOMPARE(lines.filter("nameless").size(), 1);
        QCOMPARE(lines.filter("unreachable").size(), 1);
        QCOMPARE(lines.size(), 2);
    }

private:
    QString talker_;
    std::unique_ptr<StoreFixture> fixture_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestAccessibility)
#include "test_accessibility.moc"
