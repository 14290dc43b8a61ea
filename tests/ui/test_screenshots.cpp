// A picture of each page of the real window, of each section of the form and of the chat, written to the build folder's
// screenshots/, light and dark, at the scale that the environment sets; and what a look at it would find, checked:
// nothing cut, outside its parent, covered or unreadable.
#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFontDatabase>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>

#include "chat_fixture.h"
#include "core/base/error.h"
#include "layout_check.h"
#include "sweep_fixture.h"
#include "ui/chat/chat_pane.h"
#include "ui/forms/run_form.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/charts_page.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/parallel_plot.h"
#include "window_fixture.h"

using namespace tritlab;

class TestScreenshots : public QObject {
    Q_OBJECT

    void checkWindow(const QString& what) { check(*window_, what); }
    void check(QWidget& window, const QString& what) {
        const QString path = QString("%1/%2.png").arg(folder_, what);
        const QImage image = window.grab().toImage();
        QVERIFY2(image.save(path), qPrintable(path));
        QCOMPARE(image.size(), window.size() * window.devicePixelRatioF());
        const QStringList faults = layoutFaults(window);
        QVERIFY2(faults.isEmpty(), qPrintable(what + ": " + faults.join("\n    ")));
    }

private Q_SLOTS:
    void initTestCase() {
        QVERIFY2(QFontDatabase::families().contains("DejaVu Sans"), "the pinned font is not installed");
        QApplication::setFont(QFont("DejaVu Sans", 9));
        folder_ = QString(TRITLAB_BINARY_DIR) + QString("/screenshots/scale-%1").arg(qApp->devicePixelRatio());
        QVERIFY(QDir().mkpath(folder_));
        fixture_ = std::make_unique<StoreFixture>();
        fixture_->finishedRun("kjv-linear", StoreFixture::config());
        trained_ = QString::fromStdString(
            fixture_->finishedRun("kjv-none", StoreFixture::config(LambdaSchedule::None), 0.3, true));
        // its codes are a picture
        writeTalkingModel(fixture_->workspace.checkpoints(trained_.toStdString()) / "step-400");
        talker_ = QString::fromStdString(
            talkingRun(*fixture_->writer, "kjv-talker", StoreFixture::config(LambdaSchedule::None, 30), {20, 30}));
        window_ = std::make_unique<MainWindow>(optionsOf(*fixture_));
        QSignalSpy opened(window_.get(), &MainWindow::opened);
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(opened.wait(20000));
        settle(*window_);
    }
    void cleanupTestCase() { window_.reset(); }

    // Each page with a run that has everything, and with one that has nothing for it.
    void pages_data() {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<bool>("empty");
        QTest::addColumn<int>("page");
        for (int page = 0; page < window_->pages()->count(); ++page) {
            for (const bool empty : {false, true}) {
                for (const bool dark : {false, true}) {
                    const QString name = window_->pages()->widget(page)->objectName() + (empty ? "-empty" : "") +
                                         (dark ? "-dark" : "-light");
                    QTest::newRow(qPrintable(name)) << dark << empty << page;
                }
            }
        }
    }
    void pages() {
        QFETCH(bool, dark);
        QFETCH(bool, empty);
        QFETCH(int, page);
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        window_->selectRun(empty ? talker_ : trained_);
        window_->pages()->setCurrentIndex(page);
        settle(*window_);
        QCOMPARE(window_->size(), QSize(1280, 800));  // no page asks for more
        checkWindow(QTest::currentDataTag());
    }

    void weightViews_data() {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("view");
        const char* names[] = {"rates", "heat", "ridges", "pattern", "beside"};
        for (int view = 0; view < 5; ++view) {
            for (const bool dark : {false, true})
                QTest::newRow(qPrintable(QString("weights-%1-%2").arg(names[view], dark ? "dark" : "light")))
                    << dark << view;
        }
    }
    void weightViews() {
        QFETCH(bool, dark);
        QFETCH(int, view);
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        window_->selectRun(trained_);
        window_->pages()->setCurrentWidget(window_->findChild<QWidget*>("weightsPage"));
        window_->findChild<QTabWidget*>("weightViews")->setCurrentIndex(view);
        settle(*window_);
        checkWindow(QTest::currentDataTag());
    }

    // Each section of the form at the top of its scrolled part, with something wrong in it.
    void form_data() {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("section");
        const RunForm form;
        const auto* sections = form.findChild<QListWidget*>("sections");
        for (int section = 0; section < sections->count(); ++section) {
            for (const bool dark : {false, true}) {
                const QString name =
                    QString("form-%1-%2-%3")
                        .arg(section + 1)
                        .arg(sections->item(section)->text().section(' ', 0, 0).toLower(), dark ? "dark" : "light");
                QTest::newRow(qPrintable(name)) << dark << section;
            }
        }
    }
    void form() {
        QFETCH(bool, dark);
        QFETCH(int, section);
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        RunForm* form = window_->openForm();
        form->loadPreset("tiny");
        form->sweep()->clear();
        // A wrong text in each section, and a value that has no place beside another.
        const std::pair<const char*, const char*> wrong[] = {
            {"ffn_size", "wide"}, {"held_out", "2"},        {"learning_rate", "0,003"}, {"lambda_k", "-1"},
            {"batch_size", "0"},  {"sample_tokens", "all"}, {"explode_factor", "0"},    {"keep_checkpoints", "-3"}};
        auto* lambda = form->findChild<QComboBox*>("field:lambda_schedule");
        lambda->setCurrentIndex(lambda->findData("exponential"));
        const auto* sections = form->findChild<QListWidget*>("sections");
        const bool sweep = section == sections->count() - 1;
        if (sweep) {
            form->sweep()->addAxis("learning_rate", "1e-3, fast");
            form->sweep()->addAxis("seed", "1, 2, 3");
        } else {
            auto* edit = form->findChild<QLineEdit*>(QString("field:") + wrong[section].first);
            edit->selectAll();
            QTest::keyClicks(edit, wrong[section].second);
            const auto* message = form->findChild<QLabel*>(QString("message:") + wrong[section].first);
            QVERIFY2(message->isVisible() && !message->text().isEmpty(), wrong[section].first);
        }
        settle(*window_);  // what is new has its place before it is scrolled to
        form->findChild<QListWidget*>("sections")->setCurrentRow(-1);
        form->findChild<QListWidget*>("sections")->setCurrentRow(section);
        settle(*window_);
        QVERIFY(form->width() <= 1280 && form->height() <= 800);
        check(*form, QTest::currentDataTag());
        form->reject();
    }

    // An answer with its figures; two beside each other; each token's probability.
    void chat_data() {
        QTest::addColumn<bool>("dark");
        for (const bool dark : {false, true}) QTest::newRow(dark ? "dark" : "light") << dark;
    }
    void chat() {
        QFETCH(bool, dark);
        const QString theme = dark ? "-dark" : "-light";
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        window_->showChat(true);
        auto* pane = window_->findChild<ChatPane*>("chatPane");
        pane->setModelRun(talker_);
        const auto ask = [&](const QString& text) {
            auto* input = window_->findChild<QPlainTextEdit*>("chatInput");
            window_->findChild<QSpinBox*>("chatSeed")->setValue(3);
            window_->findChild<QSpinBox*>("maxTokens")->setValue(40);
            input->setPlainText(text);
            QTest::keyClick(input, Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(pane->busy() || pane->sending(), 20000);
            QTRY_VERIFY_WITH_TIMEOUT(!pane->busy() && !pane->sending(), 60000);
            settle(*window_);
        };
        window_->findChild<QToolButton*>("newConversation")->click();
        checkWindow("chat-empty" + theme);
        ask("In the beginning");
        ask("What did the king say unto him, when he had gone out from before the face of the Lord?");
        checkWindow("chat-answer" + theme);
        QAction* probabilities = window_->findChild<QAction*>("chatProbabilities");
        probabilities->trigger();
        ask("The king said");  // an answer keeps its probabilities where they were asked for
        checkWindow("chat-tokens" + theme);
        probabilities->trigger();
        window_->findChild<QToolButton*>("chatOptions")->setChecked(true);
        settle(*window_);
        checkWindow("chat-settings" + theme);
        window_->findChild<QToolButton*>("chatOptions")->setChecked(false);
        auto* beside = window_->findChild<QToolButton*>("chatCompare");
        beside->setChecked(true);
        settle(*window_);
        ask("The king said");
        checkWindow("chat-side-by-side" + theme);
        beside->setChecked(false);
        window_->findChild<QToolButton*>("conversationsButton")->setChecked(true);
        settle(*window_);
        checkWindow("chat-conversations" + theme);
        window_->findChild<QToolButton*>("conversationsButton")->setChecked(false);
        window_->showChat(false);
        settle(*window_);
    }

    // Import… before anything is chosen, of a checkpoint, and of what cannot be read; and the real model.
    void importDialogs_data() {
        QTest::addColumn<bool>("dark");
        for (const bool dark : {false, true}) QTest::newRow(dark ? "dark" : "light") << dark;
    }
    void importDialogs() {
        QFETCH(bool, dark);
        const QString theme = dark ? "-dark" : "-light";
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        window_->findChild<QAction*>("importModel")->trigger();
        auto* dialog = window_->findChild<QDialog*>("importDialog");
        QVERIFY(dialog != nullptr && dialog->width() <= 900 && dialog->height() <= 600);
        settle(*window_);
        check(*dialog, "import-empty" + theme);
        const auto look = [&](const std::filesystem::path& path) {
            auto* line = dialog->findChild<QLineEdit*>("importPath");
            line->setText(QString::fromStdString(path.string()));
            QTest::keyClick(line, Qt::Key_Return);
            QTRY_VERIFY_WITH_TIMEOUT(!dialog->findChild<QProgressBar*>("importBusy")->isVisible(), 60000);
            settle(*window_);
        };
        look(fixture_->workspace.checkpoints(talker_.toStdString()) / "step-00000030");
        check(*dialog, "import-model" + theme);
        QVERIFY(dialog->width() <= 900 && dialog->height() <= 600);
        look(fixture_->workspace.root());
        check(*dialog, "import-refused" + theme);
        dialog->reject();
        window_->findChild<QAction*>("realModel")->trigger();
        auto* real = window_->findChild<QDialog*>("realModelDialog");
        QTRY_VERIFY_WITH_TIMEOUT(real->findChild<QPushButton*>("realModelGo")->isEnabled(), 20000);
        settle(*window_);
        check(*real, "real-model" + theme);
        real->reject();
    }

    // The curves of all runs are in the picture, in the colours that the list gives them.
    void chartsShowTheirCurves() {
        window_->setTheme(ThemeChoice::Light);
        window_->pages()->setCurrentIndex(0);
        settle(*window_);
        auto* page = window_->findChild<ChartsPage*>("chartsPage");
        ChartWidget* chart = page->chart("loss");
        QVERIFY(page->group()->exact());
        const QImage image = chart->grab().toImage();
        for (const QString& run : window_->runs()->visibleRuns()) {
            if (run == talker_) continue;  // it has no points
            const QColor color = window_->runs()->color(run);
            int found = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const QColor pixel = image.pixelColor(x, y);
                    found += std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) +
                                 std::abs(pixel.blue() - color.blue()) <
                             24;
                }
            }
            QVERIFY2(found > 200, qPrintable(run + " is drawn in " + QString::number(found) + " pixels"));
        }
    }

    // The Compare page's views and the samples side by side, over a sweep.
    void sweepViews_data() {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<QString>("view");
        for (const char* view : {"multiples", "scatter", "parallel", "samples"}) {
            for (const bool dark : {false, true})
                QTest::newRow(qPrintable(QString("compare-%1-%2").arg(view, dark ? "dark" : "light"))) << dark << view;
        }
    }
    void sweepViews() {
        QFETCH(bool, dark);
        QFETCH(QString, view);
        if (!sweep_) {
            sweep_ = std::make_unique<StoreFixture>();
            sweepRuns(*sweep_);
            sweep_->writer->createRun("waits", StoreFixture::config(LambdaSchedule::Sigmoid, 120), RunState::Queued);
            sweep_->writer->flush();
            window_ = openWindow(*sweep_);
            window_->resize(1280, 800);
        }
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        const bool samples = view == "samples";
        window_->pages()->setCurrentWidget(window_->findChild<QWidget*>(samples ? "samplesPage" : "comparePage"));
        const auto choose = [this](const char* name, int at) {
            window_->findChild<QComboBox*>(name)->setCurrentIndex(at);
        };
        if (samples) {
            choose("samplesOf", 1);
        } else {
            auto* by = window_->findChild<QComboBox*>("groupBy");
            settle(*window_);
            choose("groupBy", by->findData(view == "multiples" ? "*" : view == "scatter" ? "lambda_schedule" : ""));
            choose("compareView", window_->findChild<QComboBox*>("compareView")->findData(view));
        }
        settle(*window_);
        if (view == "parallel") {  // a brush, and an axis that has the focus
            auto* plot = window_->findChild<ParallelPlot*>("parallelPlot");
            plot->clearBrushes();
            plot->setFocus();
            QTest::keyClick(plot, Qt::Key_Up);
        }
        settle(*window_);
        QCOMPARE(window_->size(), QSize(1280, 800));
        checkWindow(QTest::currentDataTag());
    }

    // The check sees what it is for.
    void faultsAreFound() {
        QWidget box;
        box.resize(200, 100);
        auto* cut = new QLabel("a text that is far longer than the room it has been given here", &box);
        cut->setGeometry(0, 0, 50, 20);
        auto* outside = new QToolButton(&box);
        outside->setGeometry(190, 90, 40, 40);
        auto* pale = new QLabel("pale", &box);
        pale->setGeometry(0, 30, 100, 30);
        QPalette palette = pale->palette();
        palette.setColor(pale->foregroundRole(), QColor(0xdd, 0xdd, 0xdd));
        palette.setColor(pale->backgroundRole(), Qt::white);
        pale->setPalette(palette);
        box.show();
        const QStringList faults = layoutFaults(box);
        QCOMPARE(faults.filter("text of").size(), 1);
        QCOMPARE(faults.filter("outside its parent").size(), 1);
        QCOMPARE(faults.filter("contrast").size(), 1);
        QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21) < 0.01);
    }

private:
    QString folder_, talker_, trained_;
    std::unique_ptr<StoreFixture> fixture_, sweep_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestScreenshots)
#include "test_screenshots.moc"
