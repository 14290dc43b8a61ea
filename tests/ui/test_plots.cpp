// The pyramid against naive minima and maxima, smoothing against its formula, and what a chart draws against all points.
#include <QTest>
#include <cmath>
#include <limits>

#include "core/base/random.h"
#include "ui/plots/chart_widget.h"
#include "ui/plots/series.h"
#include "ui/plots/series_plottable.h"
#include "ui/plots/tickers.h"

using namespace tritlab;

namespace {

ValueSpan naiveSpan(const Series& series, std::size_t first, std::size_t last) {
    ValueSpan span;
    for (std::size_t i = first; i < std::min(last, series.size()); ++i) span.add(series.y(i));
    return span;
}

bool equal(const ValueSpan& a, const ValueSpan& b) {
    return a.empty == b.empty && (a.empty || (a.lowest == b.lowest && a.highest == b.highest));
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
            const auto a = static_cast<std::size_t>(randomUniform(1, 2, k) * 20000), b = static_cast<std::size_t>(randomUniform(1, 3, k) * 20001);
            QVERIFY(equal(series.span(std::min(a, b), std::max(a, b)), naiveSpan(series, std::min(a, b), std::max(a, b))));
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
        QCOMPARE(series.smallestPositive(0, 3), series.y(0));
    }

    // EMA with bias correction: the weighted mean of all values so far, weights strength^age.
    void smoothingEqualsFormula() {
        const double strength = 0.9;
        Series raw;
        for (std::uint64_t i = 0; i < 300; ++i) raw.append(static_cast<double>(i), i == 100 ? std::nan("") : noise(i));
        SmoothedSeries smoothed(strength);
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
            QVERIFY(std::abs(sum / weights - static_cast<double>(smoothed.series().y(n))) < 1e-5 * (1 + std::abs(sum / weights)));
        }
    }

    // Smoothing computed on a sample would change as the run grows; here no value does.
    void smoothedValuesStay() {
        Series raw;
        SmoothedSeries growing(0.99);
        std::vector<float> early;
        for (std::uint64_t i = 0; i < 5000; ++i) {
            raw.append(static_cast<double>(i), noise(i));
            growing.extend(raw);
            if (i == 1999) {
                for (std::size_t k = 0; k < 2000; ++k) early.push_back(growing.series().y(k));
            }
        }
        SmoothedSeries whole(0.99);
        whole.extend(raw);
        for (std::size_t k = 0; k < raw.size(); ++k) {
            const float a = growing.series().y(k), b = whole.series().y(k);
            QVERIFY((std::isnan(a) && std::isnan(b)) || a == b);
            if (k < early.size()) QVERIFY((std::isnan(a) && std::isnan(early[k])) || a == early[k]);
        }
        raw.append(3000, 0.25);  // a resume rewrites the past: the average starts over
        growing.extend(raw);
        SmoothedSeries fresh(0.99);
        fresh.extend(raw);
        QCOMPARE(growing.series().size(), fresh.series().size());
        QCOMPARE(growing.series().y(3000), fresh.series().y(3000));
    }

    // What is drawn where points are dense: each pixel column spans exactly the points that fall into it.
    void columnsHoldEveryPoint() {
        QCustomPlot plot;
        plot.resize(500, 300);
        auto series = std::make_shared<Series>();
        for (std::uint64_t i = 0; i < 50000; ++i) series->append(static_cast<double>(i) * 1.5, noise(i));
        auto* line = new SeriesPlottable(plot.xAxis, plot.yAxis);  // the plot's own
        line->setSeries(series);
        plot.xAxis->setRange(100, 60000);
        plot.yAxis->setRange(-1, 1);
        plot.replot();
        ValueSpan drawn;
        std::size_t begin = series->lowerBound(plot.xAxis->pixelToCoord(plot.axisRect()->left()));
        const std::size_t first = begin;
        for (const auto& column : line->columns(1)) {
            const std::size_t end = series->lowerBound(plot.xAxis->pixelToCoord(column.pixel + column.width));
            QVERIFY(equal(column.span, naiveSpan(*series, begin, end)));
            drawn.add(column.span);
            begin = end;
        }
        QVERIFY(begin > first + 30000);
        QVERIFY(equal(drawn, naiveSpan(*series, first, begin)));
        QCOMPARE(drawn.highest, 1e6f);  // the spike is there
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
        QVERIFY(b.findChild<QLabel*>("readout:b")->text().contains("15"));
        Q_EMIT a.crosshairLeft();
        QVERIFY(b.findChild<QLabel*>("readout:b")->text().isEmpty());
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
