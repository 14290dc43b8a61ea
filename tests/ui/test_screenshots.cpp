// A picture of each page of the real window, written to the build folder's screenshots/, light and dark, at the scale that the
// environment sets; and what a look at it would find, checked: nothing cut, outside its parent, covered or unreadable.
#include <QApplication>
#include <QDir>
#include <QFontDatabase>
#include <QSignalSpy>
#include <QTabWidget>
#include <QTest>
#include <QToolButton>

#include "core/base/error.h"
#include "layout_check.h"
#include "ui/models/run_list_model.h"
#include "ui/pages/charts_page.h"
#include "ui/plots/chart_widget.h"
#include "window_fixture.h"

using namespace tritlab;

class TestScreenshots : public QObject {
    Q_OBJECT

    void checkWindow(const QString& what) {
        const QString path = QString("%1/%2.png").arg(folder_, what);
        const QImage image = window_->grab().toImage();
        QVERIFY2(image.save(path), qPrintable(path));
        QCOMPARE(image.size(), window_->size() * window_->devicePixelRatioF());
        const QStringList faults = layoutFaults(*window_);
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
        fixture_->finishedRun("kjv-none", StoreFixture::config(LambdaSchedule::None), 0.3, true);
        window_ = std::make_unique<MainWindow>(optionsOf(*fixture_));
        QSignalSpy opened(window_.get(), &MainWindow::opened);
        window_->resize(1280, 800);
        window_->show();
        QVERIFY(opened.wait(20000));
        settle(*window_);
    }
    void cleanupTestCase() { window_.reset(); }

    void pages_data() {
        QTest::addColumn<bool>("dark");
        QTest::addColumn<int>("page");
        for (int page = 0; page < window_->pages()->count(); ++page) {
            for (const bool dark : {false, true}) {
                const QString name = window_->pages()->widget(page)->objectName() + (dark ? "-dark" : "-light");
                QTest::newRow(qPrintable(name)) << dark << page;
            }
        }
    }
    void pages() {
        QFETCH(bool, dark);
        QFETCH(int, page);
        window_->setTheme(dark ? ThemeChoice::Dark : ThemeChoice::Light);
        window_->pages()->setCurrentIndex(page);
        settle(*window_);
        QCOMPARE(window_->size(), QSize(1280, 800));  // no page asks for more
        checkWindow(QTest::currentDataTag());
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
            const QColor color = window_->runs()->color(run);
            int found = 0;
            for (int y = 0; y < image.height(); ++y) {
                for (int x = 0; x < image.width(); ++x) {
                    const QColor pixel = image.pixelColor(x, y);
                    found += std::abs(pixel.red() - color.red()) + std::abs(pixel.green() - color.green()) + std::abs(pixel.blue() - color.blue()) < 24;
                }
            }
            QVERIFY2(found > 200, qPrintable(run + " is drawn in " + QString::number(found) + " pixels"));
        }
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
    QString folder_;
    std::unique_ptr<StoreFixture> fixture_;
    std::unique_ptr<MainWindow> window_;
};

QTEST_MAIN(TestScreenshots)
#include "test_screenshots.moc"
