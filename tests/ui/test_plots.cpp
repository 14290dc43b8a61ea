// The pyramid against naive minima and maxima, smoothing against its formula, and what a chart draws against all
// points.
#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "ui/models/series.h"
#include "ui/models/smoothing.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/raster.h"
#include "ui/plots/readout.h"
#include "ui/plots/tickers.h"

using namespace tritlab;

namespace {

ValueSpan naiveSpan(const Series& series, std::size_t first, std::size_t last) {
    ValueSpan span;
    for (std::size_t i = first; i < std::min(last, series.size()); ++i) span.add(series.y(i));
    return span;
}

bool equal(const ValueSpan& a, const ValueSpan& b) {
    return a.lowest == b.lowest && a.highest == b.highest && a.positive == b.positive;
}

// Noise with rare spikes and a few values that are no numbers.
double noise(std::uint64_t i) {
    if (i % 977 == 500) return std::nan("");
    if (i % 1499 == 3) return 1e6;
    return randomUniform(7, 1, i) - 0.5;
}

}  // namespace

class TestPlots : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void pyramidEqualsNaive() {
        Series series;
        for (std::uint64_t i = 0; i < 20000; ++i) series.append(static_cast<double>(i), noise(i));
        for (std::uint64_t k = 0; k < 3000; ++k) {
            const auto a = static_cast<std::size_t>(randomUniform(1, 2, k) * 20000),
                       b = static_cast<std::size_t>(randomUniform(1, 3, k) * 20001);
            QVERIFY(
                equal(series.span(std::min(a, b), std::max(a, b)), naiveSpan(series, std::min(a, b), std::max(a, b))));
        }
        for (const std::size_t length : {0, 1, 7, 8, 9, 63, 64, 65, 512, 4095, 4096, 4097, 20000})
            QVERIFY(equal(series.span(0, length), naiveSpan(series, 0, length)));
    }

    void pyramidGrowsAndIsCut() {
        Series series;
        for (std::uint64_t i = 0; i < 6000; ++i) {
            series.append(static_cast<double>(i), noise(i));
            if (i % 37 == 0) QVERIFY(equal(series.span(i / 3, i + 1), naiveSpan(series, i / 3, i + 1)));
        }
        for (const double cut : {5999.0, 4096.0, 4095.0, 513.0, 8.0, 7.0, 0.0}) {
            series.truncateFrom(cut);
            QCOMPARE(series.size(), static_cast<std::size_t>(cut));
            for (std::size_t first = 0; first < series.size(); first += 101)
                QVERIFY(equal(series.span(first, series.size()), naiveSpan(series, first, series.size())));
            for (const std::size_t at : series.nonFinite()) QVERIFY(at < series.size());
            const double x = cut;  // and grows again from there
            series.append(x, -3e5);
            QVERIFY(equal(series.span(0, series.size()), naiveSpan(series, 0, series.size())));
            series.truncateFrom(x);
        }
    }

    // A run that is resumed writes steps again: the curve must not zigzag.
    void writtenAgainReplaces() {
        Series series;
        for (int i = 0; i < 100; ++i) series.append(i, i);
        const unsigned before = series.rewrites();
        series.append(50, -1);
        QCOMPARE(series.size(), std::size_t{51});
        QCOMPARE(series.y(50), -1.0f);
        QVERIFY(series.rewrites() > before);
        for (std::size_t i = 1; i < series.size(); ++i) QVERIFY(series.x(i) > series.x(i - 1));
    }

    void huge() {
        Series series;
        series.append(0, 1e300);  // beyond float32, yet a number of the run's: kept as the largest one
        series.append(1, HUGE_VAL);
        series.append(2, std::nan(""));
        QVERIFY(std::isfinite(series.y(0)));
        QCOMPARE(series.nonFinite(), (std::vector<std::size_t>{1, 2}));
        QCOMPARE(series.span(0, 3).positive, series.y(0));
    }

    // EMA with bias correction: the weighted mean of all values so far, weights strength^age.
    void smoothingEqualsFormula() {
        const double strength = 0.9;
        Series raw;
        for (std::uint64_t i = 0; i < 300; ++i) raw.append(static_cast<double>(i), i == 100 ? std::nan("") : noise(i));
        SmoothedSeries smoothed({Smoothing::Kind::Ema, strength, 0});
        smoothed.extend(raw);
        QCOMPARE(smoothed.series().size(), raw.size());
        for (std::size_t n = 0; n < raw.size(); ++n) {
            if (!std::isfinite(raw.y(n))) {
                QVERIFY(std::isnan(smoothed.series().y(n)));
                continue;
            }
            double sum = 0, weights = 0, age = 0;
            for (std::size_t i = n + 1; i-- > 0;) {
                if (!std::isfinite(raw.y(i))) continue;
                sum += std::pow(strength, age) * static_cast<double>(raw.y(i));
                weights += std::pow(strength, age);
                ++age;
            }
            QVERIFY(std::abs(sum / weights - static_cast<double>(smoothed.series().y(n))) <
                    1e-5 * (1 + std::abs(sum / weights)));
        }
    }

    // The centred mean against its formula, grown in uneven pieces: no value ever changes, a spike leaves nothing
    // behind, and there is no value yet where points of the window are missing.
    void windowEqualsFormula() {
        for (const std::size_t radius : {1, 2, 7, 50, 333}) {
            Series raw;
            SmoothedSeries growing({Smoothing::Kind::Window, 0, radius});
            std::vector<float> early;
            for (std::uint64_t i = 0; i < 3000; ++i) {
                raw.append(static_cast<double>(i), i == 400 ? 1e30 : noise(i));
                if (i % (1 + i % 89) == 0) growing.extend(raw);
                if (i == 1500)
                    for (std::size_t k = 0; k < growing.series().size(); ++k) early.push_back(growing.series().y(k));
            }
            growing.extend(raw);
            QCOMPARE(growing.series().size(), raw.size() - radius);
            for (std::size_t k = 0; k < growing.series().size(); ++k) {
                const std::size_t reach = std::min(radius, k);
                double sum = 0, count = 0;
                for (std::size_t i = k - reach; i <= k + reach; ++i) {
                    if (!std::isfinite(raw.y(i))) continue;
                    sum += static_cast<double>(raw.y(i));
                    ++count;
                }
                const float value = growing.series().y(k);
                if (!std::isfinite(raw.y(k))) QVERIFY(std::isnan(value));
                else QVERIFY(std::abs(static_cast<double>(value) - sum / count) <= 1e-5 * (1 + std::abs(sum / count)));
                if (k < early.size()) QVERIFY((std::isnan(value) && std::isnan(early[k])) || value == early[k]);
            }
        }
    }

    // A copy is a view of one moment: it does not follow, and its original does not notice it.
    void copiesShareAndStay() {
        Series series;
        for (int i = 0; i < 10000; ++i) series.append(i, i);
        const Series copy = series;
        for (int i = 10000; i < 13000; ++i) series.append(i, -1);
        series.append(5000, 7);
        QCOMPARE(copy.size(), std::size_t{10000});
        for (std::size_t i = 0; i < copy.size(); ++i)
            QVERIFY(copy.y(i) == static_cast<float>(i) && copy.x(i) == static_cast<double>(i));
        QCOMPARE(copy.span(0, copy.size()).lowest, 0.0f);
        QCOMPARE(series.size(), std::size_t{5001});
        QCOMPARE(series.y(5000), 7.0f);
    }

    // Evenly and unevenly spaced x: the same answers as a search through all.
    void searchesAreExact() {
        for (const bool even : {true, false}) {
            Series series;
            std::vector<double> xs;
            double x = -3;
            for (std::uint64_t i = 0; i < 9000; ++i) {
                series.append(x, 1);
                xs.push_back(x);
                x += even ? 0.1 : 0.1 + randomUniform(3, 1, i) * (i % 50 == 0 ? 40 : 1);
            }
            for (std::size_t i = 0; i < xs.size(); ++i) QCOMPARE(series.x(i), xs[i]);
            for (std::uint64_t k = 0; k < 4000; ++k) {
                const double wanted = k % 2 == 0 ? xs[k * 2] : -5 + (x + 10) * randomUniform(3, 2, k);
                const auto expected =
                    static_cast<std::size_t>(std::lower_bound(xs.begin(), xs.end(), wanted) - xs.begin());
                QCOMPARE(series.lowerBound(wanted), expected);
                QCOMPARE(series.lowerBoundAfter(expected - std::min(expected, static_cast<std::size_t>(k)), wanted),
                         expected);
            }
        }
    }

    // Smoothing computed on a sample would change as the run grows; here no value does.
    void smoothedValuesStay() {
        Series raw;
        SmoothedSeries growing({Smoothing::Kind::Ema, 0.99, 0});
        std::vector<float> early;
        for (std::uint64_t i = 0; i < 5000; ++i) {
            raw.append(static_cast<double>(i), noise(i));
            growing.extend(raw);
            if (i == 1999) {
                for (std::size_t k = 0; k < 2000; ++k) early.push_back(growing.series().y(k));
            }
        }
        SmoothedSeries whole({Smoothing::Kind::Ema, 0.99, 0});
        whole.extend(raw);
        for (std::size_t k = 0; k < raw.size(); ++k) {
            const float a = growing.series().y(k), b = whole.series().y(k);
            QVERIFY((std::isnan(a) && std::isnan(b)) || a == b);
            if (k < early.size()) QVERIFY((std::isnan(a) && std::isnan(early[k])) || a == early[k]);
        }
        raw.append(3000, 0.25);  // a resume rewrites the past: the average starts over
        growing.extend(raw);
        SmoothedSeries fresh({Smoothing::Kind::Ema, 0.99, 0});
        fresh.extend(raw);
        QCOMPARE(growing.series().size(), fresh.series().size());
        QCOMPARE(growing.series().y(3000), fresh.series().y(3000));
    }

    // What is drawn where points are dense: each pixel column covers the points that fall into it and the lines that
    // cross it, no more. The reference goes through all points.
    void columnsHoldEveryPoint() {
        Series series;
        for (std::uint64_t i = 0; i < 50000; ++i)
            series.append(static_cast<double>(i) * 1.5 + (i % 3 == 0 ? 0.25 : 0), noise(i));
        for (const auto& [lower, upper, columns] :
             {std::tuple{100.1, 60000.7, 500}, {0.05, 75000.3, 77}, {30000.3, 30100.7, 400}, {74000.1, 99000.2, 300}}) {
            const PlotView view{lower, upper, -1, 2e6, false};
            const PixelMap map(view, columns, 300);
            const std::vector<ColumnSpan> spans = columnSpans(series, map, columns);
            std::vector<ColumnSpan> naive(spans.size(), ColumnSpan{1e30, -1e30});
            // the column of x; on an edge, that of the line's side
            const auto include = [&](double x, double y, double otherX) {
                const double column = std::floor(x) - (x == std::floor(x) && otherX < x ? 1 : 0);
                if (column < 0 || column >= columns) return;
                ColumnSpan& span = naive[static_cast<std::size_t>(column)];
                span = {std::min(span.top, y), std::max(span.bottom, y)};
            };
            for (std::size_t i = 0; i < series.size(); ++i) {
                const double x = map.x(series.x(i));
                if (!std::isfinite(series.y(i))) continue;
                const double y = map.y(series.y(i));
                include(x, y, x);
                if (i == 0 || !std::isfinite(series.y(i - 1))) continue;
                const double before = map.x(series.x(i - 1)), from = map.y(series.y(i - 1));
                for (double edge = std::max(0.0, std::ceil(before)); edge <= std::min<double>(columns, x); ++edge) {
                    const double crossed = from + (y - from) * (edge - before) / (x - before);
                    include(edge, crossed, edge - 1);
                    include(edge, crossed, edge);
                }
            }
            for (std::size_t k = 0; k < spans.size(); ++k) {
                const QByteArray where = "column " + QByteArray::number(static_cast<int>(k));
                QVERIFY2(spans[k].empty() == (naive[k].top > naive[k].bottom), where);
                if (spans[k].empty()) continue;
                QVERIFY2(
                    std::abs(spans[k].top - naive[k].top) < 0.01 && std::abs(spans[k].bottom - naive[k].bottom) < 0.01,
                    where);
            }
        }
    }

    void aStretchedPictureTakesTheNearestPixels() {
        QImage picture(7, 5, QImage::Format_ARGB32_Premultiplied);
        for (int y = 0; y < 5; ++y)
            for (int x = 0; x < 7; ++x) picture.setPixel(x, y, qRgba(10 * x, 10 * y, 0, 255));
        QCOMPARE(stretched(picture, {0, 0, 7, 5}, {7, 5}), picture);
        const QImage larger = stretched(picture, {2, 1, 4, 3}, {12, 6});
        for (int y = 0; y < 6; ++y)
            for (int x = 0; x < 12; ++x) QCOMPARE(larger.pixel(x, y), picture.pixel(2 + x / 3, 1 + y / 2));
        const QImage smaller = stretched(picture, {0, 0, 7, 5}, {1, 1});
        QCOMPARE(smaller.pixel(0, 0), picture.pixel(3, 2));
        QVERIFY(stretched(picture, {0, 0, 7, 5}, {0, 3}).isNull());
    }

    // One spike among a million points is seen in the picture, whatever the width.
    void noSpikeIsLost() {
        Series series;
        for (int i = 0; i < 1000000; ++i) series.append(i, i == 637211 ? 9.0 : 1.0);
        for (const int width : {50, 400, 1900}) {
            const QImage image = rasterize(
                {{0, 999999, 0, 10, false}, QSize(width, 200), 1, {{series, Qt::red, 1.6, Qt::SolidLine, true}}});
            QCOMPARE(image.format(), QImage::Format_ARGB32_Premultiplied);
            int spike = 0, line = 0;
            for (int x = 0; x < width; ++x) {
                spike += qAlpha(image.pixel(x, 22)) > 0;
                line += qAlpha(image.pixel(x, 180)) > 0;
            }
            QVERIFY2(spike >= 1 && spike <= 2, qPrintable(QString::number(spike)));
            QCOMPARE(line, width);
        }
    }

    // However many lines lie over each other, no channel runs over into the next: white stays white, and no brighter
    // than its coverage.
    void linesOverEachOtherKeepTheirColour() {
        std::vector<CurvePicture> curves;
        for (int i = 0; i < 600; ++i) {
            Series series;
            for (int x = 0; x < 4; ++x) series.append(x, (i * 37 + x * x * 211) % 1000 / 1000.0);
            curves.push_back({series, Qt::white, 1.4, Qt::SolidLine, false});
        }
        const QImage image = rasterize({{0, 3, 0, 1, false}, QSize(300, 150), 1, curves});
        for (int y = 0; y < image.height(); ++y) {
            const auto* line = reinterpret_cast<const QRgb*>(image.constScanLine(y));
            for (int x = 0; x < image.width(); ++x) {
                const QRgb pixel = line[x];
                QVERIFY2(
                    qRed(pixel) == qAlpha(pixel) && qGreen(pixel) == qAlpha(pixel) && qBlue(pixel) == qAlpha(pixel),
                    qPrintable(QString::number(pixel, 16)));
            }
        }
    }

    // Ranges stay right with NaN, zeros and negative values on a logarithmic axis.
    void logarithmicAxisIsGuarded() {
        ChartWidget chart({"guard", "guard", {}, true, false, false, {}, {}});
        chart.resize(400, 200);
        auto series = std::make_shared<Series>();
        const double values[] = {2.0, 0.0, -1.0, std::nan(""), HUGE_VAL, 0.5, 8.0};
        for (int i = 0; i < 7; ++i) series->append(i, values[i]);
        chart.setCurve("a", {"a", Qt::red, Qt::SolidLine}, series);
        chart.setXRange(QCPRange(0, 6));
        const QCPRange range = chart.plot()->yAxis->range();
        QVERIFY(range.lower > 0.4 && range.lower < 0.5);
        QVERIFY(range.upper > 8 && range.upper < 10);
        QVERIFY(!chart.grab().isNull());
        auto nothing = std::make_shared<Series>();
        for (int i = 0; i < 5; ++i) nothing->append(i, std::nan(""));
        chart.setCurve("a", {"a", Qt::red, Qt::SolidLine}, nothing);
        chart.refresh();
        QVERIFY(QCPRange::validRange(chart.plot()->yAxis->range()));
        QVERIFY(!chart.grab().isNull());
    }

    // One crosshair, one range, one follow for all charts of a group.
    void groupIsLinked() {
        ChartWidget a({"a", "a", {}, false, true, false, {}, {}}), b({"b", "b", {}, false, false, false, {}, {}});
        ChartGroup group;
        group.add(&a);
        group.add(&b);
        auto series = std::make_shared<Series>();
        for (int i = 0; i < 100; ++i) series->append(i, std::sin(i * 0.1));
        a.setCurve("run", {"run", Qt::red, Qt::SolidLine}, series);
        b.setCurve("run", {"run", Qt::red, Qt::SolidLine}, series);
        group.refresh();
        QCOMPARE(a.plot()->xAxis->range().upper, 99.0);
        series->append(100, 1);
        group.refresh();  // follows the newest step
        QCOMPARE(b.plot()->xAxis->range().upper, 100.0);
        Q_EMIT a.rangePicked(QCPRange(10, 20));
        QCOMPARE(b.plot()->xAxis->range().lower, 10.0);
        QVERIFY(!group.following());
        series->append(101, 1);
        group.refresh();  // stays where the person zoomed
        QCOMPARE(b.plot()->xAxis->range().upper, 20.0);
        Q_EMIT a.crosshairMoved(15);
        QVERIFY(b.findChild<Readout*>("readout:b")->text().contains("15"));
        Q_EMIT a.crosshairLeft();
        QVERIFY(b.findChild<Readout*>("readout:b")->text().isEmpty());
        Q_EMIT b.followPicked();
        QCOMPARE(a.plot()->xAxis->range().upper, 101.0);
        QVERIFY(group.following());
    }

    void csvHasAllDigits() {
        ChartWidget chart({"c", "c", {}, false, true, false, {}, {}});
        auto series = std::make_shared<Series>();
        series->append(0, 0.5);
        series->append(1, std::nan(""));
        chart.setCurve("r", {"a, \"b\"", Qt::red, Qt::SolidLine}, series);
        chart.setXRange(QCPRange(-1, 2));
        QCOMPARE(chart.csv(), QString("curve,x,value\n\"a, \"\"b\"\"\",0,0.5\n\"a, \"\"b\"\"\",1,nan\n"));
    }

    void labelsAreShort() {
        QCOMPARE(tickText(0), QString("0"));
        QCOMPARE(tickText(20000), QString("20k"));
        QCOMPARE(tickText(1.5e6), QString("1.5M"));
        QCOMPARE(tickText(0.0003), QString("0.0003"));
        QCOMPARE(tickText(0.00003), QString("3e-5"));
        QCOMPARE(tickText(0.25), QString("0.25"));
        QCOMPARE(valueText(std::nan("")), QString("NaN"));
    }
};

QTEST_MAIN(TestPlots)
#include "test_plots.moc"
