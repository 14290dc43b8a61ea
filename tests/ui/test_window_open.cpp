// What comes into the window from outside, and the disk that a workspace takes.
#include <QAbstractItemModel>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QLabel>
#include <QMessageBox>
#include <QMimeData>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>
#include <QThread>
#include <QUrl>

#include "app/gui/single_instance.h"
#include "chat_fixture.h"
#include "core/base/error.h"
#include "core/base/files.h"
#include "core/library/checked_export.h"
#include "core/store/run_store.h"
#include "tests/core/store/event_writer.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/model_picker.h"
#include "ui/forms/run_form.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/config_page.h"
#include "window_fixture.h"

using namespace tritlab;

class TestWindowOpen : public QObject {
    Q_OBJECT

    // As Qt delivers it: a drop comes only where a drag was taken.
    static void drop(MainWindow& window, const QStringList& files) {
        QMimeData data;
        QList<QUrl> urls;
        for (const QString& file : files) urls << QUrl::fromLocalFile(file);
        data.setUrls(urls);
        QDragEnterEvent enter(QPoint(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &enter);
        QVERIFY(enter.isAccepted());
        QDropEvent dropped(QPointF(50, 50), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
        QCoreApplication::sendEvent(&window, &dropped);
    }

private Q_SLOTS:
    void droppedEventFilesBecomeRuns() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);
        const std::filesystem::path folder = fixture.folder.filePath("board").toStdString();
        EventWriter train, eval;
        for (int step = 0; step < 10; ++step) train.scalar("loss", step, 2).other(5, step);
        eval.scalar("loss", 9, 3);
        eval.bytes.resize(eval.bytes.size() - 1);  // its writer still writes
        eval.scalar("loss", 10, 3);
        train.settings({{"learning_rate", 0.25}}, {{"optimizer", "lion"}});
        train.save(folder / "train" / "events.out.tfevents.1");
        eval.save(folder / "eval" / "events.out.tfevents.1");
        drop(*window, {QString::fromStdString(folder.string())});
        QTRY_VERIFY(window->findChild<QMessageBox*>("importEventFiles") != nullptr);
        auto* asked = window->findChild<QMessageBox*>("importEventFiles");
        QVERIFY(asked->informativeText().contains("eval, train"));
        auto* merge = asked->findChild<QCheckBox*>("mergeFolders");
        QVERIFY(merge != nullptr && merge->isChecked());  // offered: they look like one run
        asked->button(QMessageBox::Ok)->click();
        QTRY_VERIFY(window->findChild<QMessageBox*>("importedEventFiles") != nullptr);
        auto* told = window->findChild<QMessageBox*>("importedEventFiles");
        QVERIFY2(told->informativeText().contains("histograms left out: 10"), qPrintable(told->informativeText()));
        QVERIFY2(told->informativeText().contains("bytes lost"), qPrintable(told->informativeText()));
        told->button(QMessageBox::Ok)->click();
        RunStore store(fixture.workspace);
        const std::vector<RunSummary> runs = store.runs();
        const auto run = std::find_if(runs.begin(), runs.end(), [](const auto& each) { return each.name == "board"; });
        QVERIFY(run != runs.end());
        QCOMPARE(store.seriesKeys(run->id), (std::vector<std::string>{"eval/loss", "loss"}));
        QCOMPARE(run->foreign->known, (std::set<std::string, std::less<>>{"learning_rate"}));
        // The page of its config shows what is known and nothing else.
        auto* model = window->findChild<RunListModel*>();
        QTRY_VERIFY(model->run(QString::fromStdString(run->id)) != nullptr);
        ConfigPage page({model, nullptr, nullptr});
        page.setRuns(QString::fromStdString(run->id), {});
        page.show();
        QAbstractItemModel* table = page.findChild<QTableView*>("configTable")->model();
        QTRY_COMPARE(table->rowCount(), 2);
        QCOMPARE(table->index(0, 2).data().toString(), QString("0.25"));
        QCOMPARE(table->index(1, 1).data().toString(), QString("optimizer"));
        QCOMPARE(table->index(1, 2).data().toString(), QString("lion"));
    }

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
        const QString text = fixture.folder.filePath("my text.txt");
        writeFileAtomically(text.toStdString(), "In the beginning\n");
        drop(*window, {text});
        auto* form = window->findChild<RunForm*>();
        QVERIFY(form != nullptr);
        QCOMPARE(form->config().data.size(), std::size_t{1});
        QCOMPARE(form->config().data.front().path, text.toStdString());
        const QString config = fixture.folder.filePath("config.tritlab");
        writeFileAtomically(config.toStdString(), R"({"preset": "nano", "steps": 77})");
        window->raiseWindow({config});
        QCOMPARE(form->config().steps, 77);
        form->reject();
    }

    void droppedModelsOpenTheChat() {
        StoreFixture fixture;
        const std::filesystem::path model = fixture.workspace.root() / "models" / "talker";
        writeTalkingModel(model);
        const auto window = openWindow(fixture);
        auto* pane = window->findChild<ChatPane*>("chatPane");
        QVERIFY(!pane->isVisible());
        const QString folder = QString::fromStdString(model.string());
        // The folder, or what lies in it.
        for (const QString& dropped : {folder, folder + "/model.safetensors", folder + "/config.json"}) {
            pane->setModelRun("another");
            drop(*window, {dropped});
            QCOMPARE(pane->lane(0)->picker()->model().folder, folder);
            QVERIFY(pane->lane(0)->picker()->model().run.isEmpty());
        }
        QVERIFY(pane->isVisible());
        QVERIFY(window->findChild<RunForm*>() == nullptr);
        // It answers.
        auto* input = window->findChild<QPlainTextEdit*>("chatInput");
        input->setPlainText("In the beginning");
        QTest::keyClick(input, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(pane->lane(0)->tree().path().size() == 2 && !pane->busy(), 60000);
        QVERIFY(!pane->lane(0)->tree().path().back()->text.empty());
        // With words in the conversation another model begins a new one.
        const std::filesystem::path other = fixture.workspace.root() / "models" / "other";
        writeTalkingModel(other);
        drop(*window, {QString::fromStdString(other.string())});
        QCOMPARE(pane->lane(0)->picker()->model().folder, QString::fromStdString(other.string()));
        QVERIFY(pane->lane(0)->blank());
    }

    // A GGUF file that names no activation: asked about when it is chosen, once for the file, also after a restart.
    void aSilentModelIsAskedAboutOnce() {
        StoreFixture fixture;
        const std::filesystem::path folder = fixture.workspace.root() / "models" / "bit";
        const std::filesystem::path talker = fixture.workspace.root() / "models" / "talker";
        writeTalkingModel(talker);
        ModelConfig config = readModelDescription(talker).config;
        config.hiddenSize = config.ffnSize = 256;
        config.heads = config.kvHeads = 4;
        config.headSize = 64;
        config.subNorms = config.tieEmbeddings = config.ternaryLinears = config.gatedFfn = true;
        config.normPlacement = NormPlacement::Pre;
        testing::writeRandomModel(folder, config, 3);
        std::filesystem::copy_file(talker / "tokenizer.model", folder / "tokenizer.model");
        const std::filesystem::path named = folder.string() + ".gguf", silent = folder.string() + "-silent.gguf";
        (void)exportAndCheck(folder, named, ExportFormat::GgufF16);
        QByteArray bytes = QByteArray::fromStdString(readFile(named));
        bytes.replace("bitnet.hidden_activation", "bitnet.hidden_activatioX");
        writeFileAtomically(silent, bytes.toStdString());
        const auto answerOf = [](MainWindow& window) {
            auto* pane = window.findChild<ChatPane*>("chatPane");
            auto* input = window.findChild<QPlainTextEdit*>("chatInput");
            input->setPlainText("In the beginning");
            QTest::keyClick(input, Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(pane->lane(0)->tree().path().size() == 2 && !pane->busy(), 60000);
            QVERIFY(!pane->lane(0)->tree().path().back()->details.contains("error"));
        };
        {
            const auto window = openWindow(fixture);
            drop(*window, {QString::fromStdString(named.string())});
            QVERIFY(window->findChild<QDialog*>("activationDialog") == nullptr);
            drop(*window, {QString::fromStdString(silent.string())});
            auto* dialog = window->findChild<QDialog*>("activationDialog");
            QVERIFY(dialog != nullptr && dialog->isVisible());
            auto* choice = dialog->findChild<QComboBox*>("activationChoice");
            auto* ok = dialog->findChild<QPushButton*>("activationOk");
            QVERIFY(choice->currentIndex() < 0 && !ok->isEnabled());  // nothing is guessed
            choice->setCurrentIndex(choice->findData(static_cast<int>(Activation::ReluSquared)));
            QTest::mouseClick(ok, Qt::LeftButton);
            QVERIFY(readModelDescription(silent).config.activation == Activation::ReluSquared);
            answerOf(*window);
            QVERIFY(window->findChild<QDialog*>("activationDialog") == nullptr);
        }
        // What was said is in the workspace: another window asks no more.
        QFile memory(QString::fromStdString((fixture.workspace.root() / "activations.ini").string()));
        QVERIFY(memory.open(QIODevice::ReadOnly) && memory.readAll().contains("relu2"));
    }

    void whatCannotBeOpenedIsSaid() {
        StoreFixture fixture;
        const auto window = openWindow(fixture);
        const QString picture = fixture.folder.filePath("picture.png"), empty = fixture.folder.filePath("empty.txt"),
                      nothing = fixture.folder.filePath("nothing"), missing = fixture.folder.filePath("missing.txt"),
                      good = fixture.folder.filePath("good.txt");
        writeFileAtomically(picture.toStdString(), std::string("PNG\0\0\1", 6));
        writeFileAtomically(empty.toStdString(), "");
        writeFileAtomically(good.toStdString(), "In the beginning\n");
        QVERIFY(QDir().mkpath(nothing));
        drop(*window, {picture, empty, nothing, missing, good});
        auto* box = window->findChild<QMessageBox*>("notOpened");
        QVERIFY(box != nullptr && box->isVisible());
        for (const QString& each : {picture, empty, nothing, missing})
            QVERIFY2(box->text().contains(each), qPrintable(box->text()));
        QVERIFY(!box->text().contains(good));
        for (const char* word : {"text", ".tritlab", "config.json", ".gguf"})
            QVERIFY2(box->informativeText().contains(word), word);
        box->close();
        // What is right among them is opened.
        QCOMPARE(window->findChild<RunForm*>()->config().data.front().path, good.toStdString());
        QCOMPARE(window->findChild<RunForm*>()->config().data.size(), std::size_t{1});
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
