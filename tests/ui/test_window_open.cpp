// What comes into the window from outside, and the disk that a workspace takes.
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QMimeData>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QThread>
#include <QUrl>

#include "app/gui/single_instance.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "ui/forms/run_form.h"
#include "window_fixture.h"

using namespace tritlab;

class TestWindowOpen : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void secondStartHandsItsArgumentsOver() {
        QTemporaryDir folder;
        const Workspace workspace(folder.path().toStdString());
        SingleInstance first(workspace), second(workspace);
        QVERIFY(!second.handOver({"a.tritlab"}));  // nobody is there
        first.listen();
        QStringList got;
        int times = 0;
        connect(&first, &SingleInstance::asked, this, [&](const QStringList& files) {
            got = files;
            ++times;
        });
        for (const QStringList& files : {QStringList{"/tmp/a b.tritlab", "/tmp/ü.txt"}, QStringList{}}) {
            bool taken = false;
            std::unique_ptr<QThread> other(QThread::create([&] { taken = SingleInstance(workspace).handOver(files); }));
            other->start();
            QTRY_VERIFY_WITH_TIMEOUT(other->isFinished(), 20000);
            QVERIFY(taken);
            QCOMPARE(got, files);
        }
        QCOMPARE(times, 2);
        // Another workspace has a window of its own.
        QTemporaryDir elsewhere;
        QVERIFY(!SingleInstance(Workspace(elsewhere.path().toStdString())).handOver({}));
    }

    void droppedTextAndConfigsOpenTheForm() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);
        QMimeData data;
        const QString text = fixture.folder.filePath("my text.txt");
        writeFileAtomically(text.toStdString(), "In the beginning\n");
        data.setUrls({QUrl::fromLocalFile(text)});
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &enter);  // a drop comes only where a drag was taken
        QVERIFY(enter.isAccepted());
        QDropEvent drop(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(window.get(), &drop);
        auto* form = window->findChild<RunForm*>();
        QVERIFY(form != nullptr);
        QCOMPARE(form->config().data.size(), std::size_t{1});
        QCOMPARE(form->config().data.front().path, text.toStdString());
        const QString config = fixture.folder.filePath("config.tritlab");
        writeFileAtomically(config.toStdString(), R"({"preset": "nano", "steps": 77})");
        window->comeForward({config});
        QCOMPARE(form->config().steps, 77);
        form->reject();
    }

    void diskUseCountsAndEmptiesTheCache() {
        StoreFixture fixture;
        fixture.finishedRun("run", StoreFixture::config(LambdaSchedule::None, 30));
        const auto cache = fixture.workspace.tokenCache() / "abc";
        std::filesystem::create_directories(cache);
        writeFileAtomically(cache / "tokens", std::string(70'000, 't'));
        const auto window = openWindow(fixture);
        window->findChild<QAction*>("diskUse")->trigger();
        auto* dialog = window->findChild<QDialog*>("diskDialog");
        QVERIFY(dialog != nullptr);
        auto* sum = dialog->findChild<QLabel*>("diskSum");
        QTRY_VERIFY2_WITH_TIMEOUT(sum->text().contains("70 kB"), qPrintable(sum->text()), 20000);
        QCOMPARE(dialog->findChild<QTableView*>("diskTable")->model()->rowCount(), 1);
        auto* empty = dialog->findChild<QPushButton*>("emptyCache");
        QVERIFY(empty->isEnabled());
        empty->click();
        QTRY_VERIFY_WITH_TIMEOUT(!std::filesystem::exists(cache), 20000);
        QTRY_VERIFY_WITH_TIMEOUT(!empty->isEnabled() && sum->text().contains("token cache 0"), 20000);
        dialog->reject();
    }
};

QTEST_MAIN(TestWindowOpen)
#include "test_window_open.moc"
