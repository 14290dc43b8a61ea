// Import… in the real window: what is shown is what the function behind it says, over several files; what is possible
// and what is not; a model that becomes a run, finished or to be tuned; one that is chatted with; and the real model
// that is fetched after asking, through scripts that stand in for the set-up.
#include <QAction>
#include <QCheckBox>
#include <QComboBox>
#include <QDialog>
#include <QFile>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QProgressBar>
#include <QPushButton>
#include <QSpinBox>
#include <QTest>
#include <QTextBrowser>

#include "app/gui/import_dialog.h"
#include "app/gui/real_model_dialog.h"
#include "chat_fixture.h"
#include "core/library/checked_export.h"
#include "core/library/model_report.h"
#include "core/store/run_store.h"
#include "tests/core/store/event_writer.h"
#include "ui/chat/chat_pane.h"
#include "ui/chat/model_picker.h"
#include "ui/models/run_list_model.h"
#include "window_fixture.h"

using namespace tritlab;
namespace fs = std::filesystem;

namespace {

QString oneLine(QString text) { return text.simplified(); }

// A llama of a size that has a form as a run, with its tokenizer.
void writeLlama(const fs::path& folder) {
    fs::create_directories(folder.parent_path());
    const fs::path tokenizer = folder.string() + ".tokenizer";
    testing::trainTalkTokenizer(tokenizer, "so");
    ModelConfig config = testing::tinyConfigs()[3].config;
    config.vocabSize = loadTokenizer(tokenizer)->size();
    config.contextLength = 128;
    testing::writeRandomModel(folder, config, 7);
    fs::rename(tokenizer, folder / "tokenizer.model");
}

}  // namespace

class TestImportDialog : public QObject {
    Q_OBJECT
    std::unique_ptr<StoreFixture> fixture_;
    std::unique_ptr<MainWindow> window_;

    fs::path at(const std::string& name) const { return fixture_->workspace.root() / "elsewhere" / name; }
    template <class T>
    T* part(const char* name) const {
        return window_->findChild<T*>(name);
    }
    ImportDialog* opened() {
        part<QAction>("importModel")->trigger();
        return part<ImportDialog>("importDialog");
    }
    // As a person names it: the path is typed, and Return pressed.
    void look(ImportDialog* dialog, const fs::path& path) {
        auto* line = dialog->findChild<QLineEdit*>("importPath");
        line->setText(QString::fromStdString(path.string()));
        QTest::keyClick(line, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(!dialog->findChild<QProgressBar*>("importBusy")->isVisible(), 60000);
        QVERIFY(dialog->isVisible());
    }
    static void shows(const ImportDialog* dialog, const std::vector<ReportSection>& sections) {
        const QString shown = oneLine(dialog->findChild<QTextBrowser*>("importReport")->toPlainText());
        QVERIFY(!sections.empty());
        qsizetype from = 0;
        for (const ReportSection& section : sections) {
            from = shown.indexOf(QString(section.title), from);
            QVERIFY2(from >= 0, section.title);
            for (const ReportLine& line : section.lines) {
                const QString both = oneLine(QString(line.label) + ' ' + QString::fromStdString(line.text));
                from = shown.indexOf(both, from);
                QVERIFY2(from >= 0, qPrintable(both + "\n  is not in\n" + shown));
            }
        }
    }
    QString script(const QString& name, const QByteArray& body) const {
        const QString path = fixture_->folder.filePath(name);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write("#!/bin/bash\n" + body) < 0) qFatal("no script");
        return path;
    }

private Q_SLOTS:
    void init() {
        fixture_ = std::make_unique<StoreFixture>();
        fs::create_directories(at(""));
        window_ = openWindow(*fixture_);
    }
    void cleanup() {
        window_.reset();
        fixture_.reset();
    }

    void whatIsShownIsWhatTheReportSays() {
        writeTalkingModel(at("talker"));
        writeLlama(at("llama"));
        (void)exportAndCheck(at("llama"), at("llama.gguf"), ExportFormat::GgufF16);
        QByteArray other = QByteArray::fromStdString(readFile(at("llama.gguf")));
        other.replace("general.architecture", "general.architectur3");
        writeFileAtomically(at("other.gguf"), other.toStdString());
        EventWriter events;
        events.scalar("loss", 1, 2);
        events.save(at("board") / "events.out.tfevents.1");
        ImportDialog* dialog = opened();
        for (const fs::path& path : {at("talker"), at("llama"), at("llama.gguf"), at("other.gguf"), at("board")}) {
            look(dialog, path);
            const ModelReport report = inspectModel(path);
            shows(dialog, reportSections(report, 0));
            for (const auto& [button, use] :
                 {std::pair{"importChat", ReportedUse::Chat}, std::pair{"importAdd", ReportedUse::Import}}) {
                const bool asRuns = report.kind == ReportedKind::Events && use == ReportedUse::Import;
                const QString why = QString::fromStdString(report.obstacle(use));
                auto* pressed = dialog->findChild<QPushButton*>(button);
                QVERIFY2(pressed->isEnabled() == (why.isEmpty() || asRuns), path.c_str());
                if (pressed->isEnabled()) continue;
                QCOMPARE(pressed->toolTip(), why);  // a disabled button says why, for the screen reader too
                QCOMPARE(pressed->accessibleDescription(), why);
                QVERIFY(dialog->findChild<QLabel*>("importWhy")->text().contains(why));
            }
        }
        dialog->reject();
    }

    void memoryFollowsTheContext() {
        writeLlama(at("llama"));
        ImportDialog* dialog = opened();
        auto* context = dialog->findChild<QSpinBox*>("importContext");
        QVERIFY(!context->isEnabled());
        QCOMPARE(dialog->focusWidget(), dialog->findChild<QLineEdit*>("importPath"));  // one can type at once
        look(dialog, at("llama"));
        QVERIFY(context->isEnabled());
        QCOMPARE(context->value(), 128);
        QCOMPARE(context->maximum(), 128);  // the model's own is the most
        context->setValue(32);
        const ModelReport report = inspectModel(at("llama"));
        shows(dialog, reportSections(report, 32));
        QVERIFY(report.chatBytes(32) < report.chatBytes(128));
        dialog->reject();
    }

    void whatCannotBeReadIsSaid() {
        writeFileAtomically(at("note.txt"), "In the beginning\n");
        ImportDialog* dialog = opened();
        for (const fs::path& path : {at("note.txt"), at("missing")}) {
            look(dialog, path);
            QString words;
            try {
                (void)inspectModel(path);
            } catch (const Error& error) {
                words = QString::fromStdString(error.what());
            }
            QCOMPARE(dialog->findChild<QTextBrowser*>("importReport")->toPlainText(), words);
            for (const char* button : {"importChat", "importAdd"})
                QVERIFY(!dialog->findChild<QPushButton*>(button)->isEnabled());
        }
        dialog->reject();
    }

    void aModelBecomesAFinishedRun() {
        writeLlama(at("llama"));
        ImportDialog* dialog = opened();
        look(dialog, at("llama"));
        QVERIFY(!dialog->findChild<QCheckBox*>("importConvert")->isEnabled());  // which needs text
        dialog->findChild<QPushButton*>("importAdd")->click();
        QTRY_VERIFY_WITH_TIMEOUT(window_->runs()->runs().size() == 1, 60000);
        const RunSummary& run = window_->runs()->runs().front();
        QCOMPARE(run.name, std::string("llama"));
        QVERIFY(run.state == RunState::Finished && run.config.data.empty());
        QTRY_VERIFY(part<ImportDialog>("importDialog") == nullptr);  // and the dialog is gone
        // What was imported is described as what it was.
        const ModelReport before = inspectModel(at("llama"));
        const ModelReport after = inspectModel(fixture_->workspace.checkpoints(run.id) / "step-00000000");
        QVERIFY(after.kind == ReportedKind::Checkpoint);
        QCOMPARE(after.sizes.parameters, before.sizes.parameters);
    }

    void aModelWaitsToBeTunedAndMadeTernary() {
        writeLlama(at("llama"));
        std::string words;
        for (int i = 0; i < 400; ++i) words += "In the beginning the king said: number " + std::to_string(i) + ".\n";
        writeFileAtomically(at("text.txt"), words);
        ImportDialog* dialog = opened();
        look(dialog, at("llama"));
        auto* text = dialog->findChild<QLineEdit*>("importText");
        auto* why = dialog->findChild<QLabel*>("importWhy");
        text->setText(QString::fromStdString(at("missing.txt").string()));
        dialog->findChild<QCheckBox*>("importConvert")->setChecked(true);
        dialog->findChild<QPushButton*>("importAdd")->click();
        QTRY_VERIFY_WITH_TIMEOUT(why->text().contains("missing.txt"), 60000);
        QVERIFY(dialog->isVisible() && window_->runs()->runs().empty());
        text->setText(QString::fromStdString(at("text.txt").string()));
        dialog->findChild<QCheckBox*>("importConvert")->setChecked(true);
        dialog->findChild<QPushButton*>("importAdd")->click();
        QTRY_VERIFY_WITH_TIMEOUT(window_->runs()->runs().size() == 1, 60000);
        const RunSummary& run = window_->runs()->runs().front();
        QVERIFY(run.state == RunState::Stopped && run.config.ternaryLinears);
        QCOMPARE(run.config.data.size(), std::size_t{1});
        QCOMPARE(run.config.data.front().path, at("text.txt").string());
        QVERIFY(run.config.lambdaSchedule == LambdaSchedule::Linear);
    }

    void chatOpensItWhereItLies() {
        writeTalkingModel(at("talker"));
        ImportDialog* dialog = opened();
        look(dialog, at("talker") / "config.json");
        dialog->findChild<QPushButton*>("importChat")->click();
        auto* pane = part<ChatPane>("chatPane");
        QTRY_VERIFY(pane->isVisible());
        QCOMPARE(pane->lane(0)->picker()->model().folder, QString::fromStdString(at("talker").string()));
    }

    void eventFilesGoTheirOwnWay() {
        EventWriter events;
        events.scalar("loss", 1, 2);
        events.save(at("board") / "events.out.tfevents.1");
        ImportDialog* dialog = opened();
        look(dialog, at("board"));
        dialog->findChild<QPushButton*>("importAdd")->click();
        QTRY_VERIFY(part<QMessageBox>("importEventFiles") != nullptr);
        part<QMessageBox>("importEventFiles")->button(QMessageBox::Ok)->click();
        QTRY_VERIFY_WITH_TIMEOUT(window_->runs()->runs().size() == 1, 20000);
    }

    // A file that names no activation: asked about once, then it is described.
    void aSilentModelIsAskedAbout() {
        ModelConfig config = testing::tinyConfigs()[2].config;
        config.hiddenSize = config.ffnSize = 256;
        config.headSize = 64;
        config.activation = Activation::Silu;
        testing::trainTalkTokenizer(at("tokenizer.model"), "so");
        config.vocabSize = loadTokenizer(at("tokenizer.model"))->size();
        testing::writeRandomModel(at("bit"), config, 3);
        fs::rename(at("tokenizer.model"), at("bit") / "tokenizer.model");
        (void)exportAndCheck(at("bit"), at("bit.gguf"), ExportFormat::GgufTq2);
        QByteArray bytes = QByteArray::fromStdString(readFile(at("bit.gguf")));
        bytes.replace("bitnet.hidden_activation", "bitnet.hidden_activatioX");
        writeFileAtomically(at("silent.gguf"), bytes.toStdString());
        ImportDialog* dialog = opened();
        look(dialog, at("silent.gguf"));
        QVERIFY(!dialog->findChild<QPushButton*>("importChat")->isEnabled());
        auto* question = dialog->findChild<QDialog*>("activationDialog");
        QVERIFY(question != nullptr && question->isVisible());
        auto* choice = question->findChild<QComboBox*>("activationChoice");
        choice->setCurrentIndex(choice->findData(static_cast<int>(Activation::ReluSquared)));
        question->findChild<QPushButton*>("activationOk")->click();
        QTRY_VERIFY_WITH_TIMEOUT(dialog->findChild<QPushButton*>("importChat")->isEnabled(), 60000);
        QVERIFY(dialog->findChild<QTextBrowser*>("importReport")->toPlainText().contains("computed with relu2"));
        dialog->reject();
    }

    // The real model: what it costs is said before, nothing is fetched before it is asked for; then it opens.
    void theRealModelIsFetchedAfterAsking() {
        const QString model = QString::fromStdString(at("real").string()), mark = fixture_->folder.filePath("fetched");
        writeTalkingModel(at("source"));
        RealModelDialog dialog(
            script("setup", "if [ \"${1:-}\" = --path ]; then echo '" + model.toUtf8() + "'; exit 0; fi\ntouch '" +
                                mark.toUtf8() + "'\necho 'SmolLM2: 30 MB of 93 MB (32 %), 8 s left'\nsleep 1\ncp -r '" +
                                QByteArray::fromStdString(at("source").string()) + "' '" + model.toUtf8() + "'\n"),
            window_.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.open();
        const auto* about = dialog.findChild<QLabel*>("realModelAbout");
        for (const char* part : {"92.9 MB", "98.4 MB", "Apache-2.0", "SmolLM2-135M-Instruct"})
            QVERIFY2(about->text().contains(part), qPrintable(about->text()));
        auto* go = dialog.findChild<QPushButton*>("realModelGo");
        QTRY_VERIFY(go->isEnabled());
        QVERIFY(dialog.findChild<QLabel*>("realModelPlace")->text().contains(model));
        QVERIFY(!QFile::exists(mark));
        QString chatted;
        connect(&dialog, &RealModelDialog::chatWanted, this, [&](const QString& wanted) { chatted = wanted; });
        auto* bar = dialog.findChild<QProgressBar*>("realModelProgress");
        go->click();
        QTRY_COMPARE(bar->value(), 32);
        QVERIFY(bar->isVisible() && !go->isEnabled());
        QTRY_COMPARE_WITH_TIMEOUT(chatted, model, 20000);
        QVERIFY(QFile::exists(mark) && !dialog.isVisible());
    }

    void whatTheSetUpSaysIsShownAndTriedAgain() {
        RealModelDialog dialog(script("offline",
                                      "if [ \"${1:-}\" = --path ]; then echo /nowhere/x; exit 0; fi\n"
                                      "echo 'could not be downloaded. Look at the network' >&2; exit 1\n"),
                               window_.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.open();
        auto* go = dialog.findChild<QPushButton*>("realModelGo");
        QTRY_VERIFY(go->isEnabled());
        go->click();
        const auto* status = dialog.findChild<QLabel*>("realModelStatus");
        QTRY_VERIFY_WITH_TIMEOUT(status->text().contains("Look at the network"), 20000);
        QVERIFY(go->isEnabled() && dialog.isVisible());
        QVERIFY(!dialog.findChild<QProgressBar*>("realModelProgress")->isVisible());
        dialog.reject();
        QVERIFY(!dialog.isVisible());
    }

    void cancelEndsTheDownload() {
        const QString mark = fixture_->folder.filePath("ended");
        RealModelDialog dialog(
            script("slow",
                   "if [ \"${1:-}\" = --path ]; then echo /nowhere/x; exit 0; fi\n"
                   "trap \"touch '" +
                       mark.toUtf8() + "'\" EXIT\necho begun\nfor i in $(seq 600); do sleep 0.1; done\n"),
            window_.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.open();
        auto* go = dialog.findChild<QPushButton*>("realModelGo");
        QTRY_VERIFY(go->isEnabled());
        go->click();
        const auto* status = dialog.findChild<QLabel*>("realModelStatus");
        QTRY_COMPARE_WITH_TIMEOUT(status->text(), QString("begun"), 20000);
        dialog.reject();
        QTRY_VERIFY_WITH_TIMEOUT(status->text().contains("Cancelled"), 20000);
        QVERIFY(dialog.isVisible() && go->isEnabled() && QFile::exists(mark));
        dialog.reject();
        QVERIFY(!dialog.isVisible());
    }

    void aMissingScriptIsNamed() {
        RealModelDialog dialog({}, window_.get());
        dialog.setAttribute(Qt::WA_DeleteOnClose, false);
        dialog.open();
        QVERIFY(dialog.findChild<QLabel*>("realModelStatus")->text().contains("resources/setup/smollm2"));
        QVERIFY(!dialog.findChild<QPushButton*>("realModelGo")->isEnabled());
    }

    // The build has the script where the installed program has it, and it knows where its model goes.
    void theBuildFindsItsScript() {
        ModelSetup setup(QString(TRITLAB_BINARY_DIR) + "/share/tritlab/resources/setup/smollm2");
        QString model, failure;
        connect(&setup, &ModelSetup::located, this, [&](const QString& where, bool) { model = where; });
        connect(&setup, &ModelSetup::failed, this, [&](const QString& why) { failure = why; });
        setup.locate();
        QTRY_VERIFY_WITH_TIMEOUT(!model.isEmpty() || !failure.isEmpty(), 20000);
        QVERIFY2(model.endsWith(".gguf"), qPrintable(failure));
    }

    // Both ways to it stand where a person looks.
    void itIsOfferedInHelpAndInAnEmptyWorkspace() {
        auto* label = part<QLabel>("runsEmpty");
        QVERIFY(label->isVisible() && label->text().contains("real model"));
        Q_EMIT label->linkActivated("model");
        auto* dialog = part<RealModelDialog>("realModelDialog");
        QVERIFY(dialog != nullptr && dialog->isVisible());
        dialog->reject();
        QTRY_VERIFY(part<RealModelDialog>("realModelDialog") == nullptr);
        part<QAction>("realModel")->trigger();
        QVERIFY(part<RealModelDialog>("realModelDialog") != nullptr);
        part<RealModelDialog>("realModelDialog")->reject();
    }
};

QTEST_MAIN(TestImportDialog)
#include "test_import_dialog.moc"
