// What scatter and parallel coordinates stand on, without a window: axes out of runs, categories and their places,
// brushes by pointer and by key, the best run, the colour scale; and the samples of several runs put side by side.
#include <QTest>
#include <cmath>

#include "core/config/fields.h"
#include "layout_check.h"
#include "ui/models/figure_axis.h"
#include "ui/models/sample_table.h"
#include "ui/theme/theme.h"

using namespace tritlab;

namespace {

RunSummary runOf(const std::string& id, double rate, LambdaSchedule schedule, double loss) {
    RunSummary run;
    run.id = run.name = id;
    run.config.learningRate = rate;
    run.config.lambdaSchedule = schedule;
    run.bestEvalLoss = run.lastEvalLoss = run.lastLoss = loss;
    run.perplexity = run.bitsPerByte = std::nan("");
    return run;
}

std::vector<RunSummary> sweep() {
    return {runOf("a", 1e-4, LambdaSchedule::Sigmoid, 3), runOf("b", 1e-3, LambdaSchedule::None, 2.5),
            runOf("c", 1e-2, LambdaSchedule::Linear, 2), runOf("d", 1e-1, LambdaSchedule::Linear, std::nan(""))};
}

FigureAxis axisOf(const std::string& key, const std::vector<RunSummary>& runs) {
    return figureAxis(figureOf(key).value(), runs);
}

SampleEvent sample(StepIndex step, const std::string& prompt, const std::string& text) { return {step, prompt, text}; }

}  // namespace

class TestFigures : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void figuresHaveOneKeyEach() {
        for (const RunFigure& figure : resultFigures()) {
            QVERIFY2(findField(figure.key) == nullptr, figure.key.c_str());  // a key means one thing
            QCOMPARE(figureOf(figure.key)->title, figure.title);
        }
        QCOMPARE(figureOf("learning_rate")->source, RunFigure::Source::Setting);
        QVERIFY(!figureOf("no_such_figure"));
        std::vector<RunSummary> runs = sweep();
        runs.front().last = {{"health/all/flip_rate", 0.25}};
        const FigureAxis flips = axisOf("health/all/flip_rate", runs);
        QCOMPARE(flips.values[0], 0.25);
        QCOMPARE(flips.missing, 3);
    }

    // More than two decades make an axis logarithmic: equal factors, equal distances.
    void numbersKnowTheirPlaces() {
        const FigureAxis rate = axisOf("learning_rate", sweep());
        QVERIFY(rate.logarithmic && rate.categories.isEmpty());
        for (int i = 0; i < 4; ++i)
            QVERIFY(std::abs(placeOf(rate, rate.values[static_cast<std::size_t>(i)]) - i / 3.0) < 1e-12);
        QVERIFY(std::abs(valueAt(rate, 1.0 / 3) - 1e-3) < 1e-12);
        const FigureAxis loss = axisOf("best_eval_loss", sweep());
        QVERIFY(!loss.logarithmic);
        QCOMPARE(loss.missing, 1);
        QCOMPARE(placeOf(loss, 2.5), 0.5);
        QCOMPARE(placeOf(loss, loss.values[3]), missingPlace);
        auto two = sweep();
        two.resize(3);
        QVERIFY(!axisOf("learning_rate", two).logarithmic);  // two decades, not more
        two[0].config.learningRate = 0;
        two[1].config.learningRate = 1;
        QVERIFY(!axisOf("learning_rate", two).logarithmic);  // 0 has no logarithm
    }

    void categoriesStandEvenlyInTheTablesOrder() {
        const FigureAxis schedule = axisOf("lambda_schedule", sweep());
        QCOMPARE(schedule.categories.size(), 3);
        const Field* field = findField("lambda_schedule");
        QStringList known;
        for (const Choice& choice : field->choices) known << QString::fromStdString(choice.key);
        for (int i = 1; i < 3; ++i)
            QVERIFY(known.indexOf(schedule.categories[i - 1]) < known.indexOf(schedule.categories[i]));
        for (std::size_t i = 0; i < 4; ++i)
            QCOMPARE(schedule.categories[static_cast<int>(schedule.values[i])], schedule.texts[i]);
        for (int i = 0; i < 3; ++i) QVERIFY(std::abs(placeOf(schedule, i) - (i + 0.5) / 3) < 1e-12);
        const auto ticks = ticksOf(schedule);
        QCOMPARE(ticks.size(), std::size_t{3});
        QCOMPARE(ticks[1].text, schedule.categories[1]);
    }

    // A sweep's own values are the ticks; where there are many, round numbers, which lie on the axis and apart from
    // each other.
    void ticksAreReadable() {
        QStringList texts;
        for (const AxisTick& tick : ticksOf(axisOf("learning_rate", sweep()))) texts << tick.text;
        QCOMPARE(texts, QStringList({"0.0001", "0.001", "0.01", "0.1"}));
        for (const double factor : {1.0, 1.2}) {  // linear, logarithmic
            std::vector<RunSummary> many;
            for (int i = 0; i < 60; ++i)
                many.push_back(runOf(std::to_string(i), 1e-3, LambdaSchedule::None,
                                     factor > 1 ? 0.017 * std::pow(factor, i) : 2.13 + 0.0171 * i));
            const FigureAxis axis = axisOf("best_eval_loss", many);
            QCOMPARE(axis.logarithmic, factor > 1);
            const auto ticks = ticksOf(axis);
            QVERIFY(ticks.size() >= 3 && ticks.size() <= 16);
            for (std::size_t i = 0; i < ticks.size(); ++i) {
                QVERIFY(ticks[i].place > -1e-9 && ticks[i].place < 1 + 1e-9);
                QVERIFY(std::abs(placeOf(axis, ticks[i].text.toDouble()) - ticks[i].place) < 1e-3);
                if (i > 0) QVERIFY(ticks[i].place - ticks[i - 1].place > 0.05);
            }
        }
        QVERIFY(ticksOf(axisOf("perplexity", sweep())).empty());  // none has one
    }

    // Against the plain rule: a run is left where each brushed axis has it between the two ends.
    void brushesCombine() {
        const auto runs = sweep();
        const std::vector<FigureAxis> axes = {axisOf("learning_rate", runs), axisOf("lambda_schedule", runs),
                                              axisOf("best_eval_loss", runs)};
        QCOMPARE(brushedIn(axes, {}), std::vector<bool>(4, true));
        const Brushes upper = {{"learning_rate", {0.5, 1}}};
        QCOMPARE(brushedIn(axes, upper), (std::vector<bool>{false, false, true, true}));
        Brushes both = upper;
        both["best_eval_loss"] = {0, 1};  // d has no loss
        QCOMPARE(brushedIn(axes, both), (std::vector<bool>{false, false, true, false}));
        both["best_eval_loss"] = {lowestPlace(axes[2]), 1};
        QCOMPARE(brushedIn(axes, both), (std::vector<bool>{false, false, true, true}));
        QCOMPARE(brushText(axes[0], {0, 1.0 / 3}), QStringLiteral("0.0001 – 0.001"));
        QCOMPARE(brushText(axes[1], {0, 1}), axes[1].categories.join(", "));
    }

    void keysMoveBrushes() {
        const auto runs = sweep();
        const FigureAxis rate = axisOf("learning_rate", runs), schedule = axisOf("lambda_schedule", runs);
        const Brush half = stepBrush(rate, std::nullopt, BrushPart::Whole, 1);
        QCOMPARE(half, (Brush{0.5, 1}));
        QCOMPARE(stepBrush(rate, half, BrushPart::Whole, 1), half);  // it stays on the axis, and as long as it is
        const Brush lower = stepBrush(rate, half, BrushPart::Whole, -1);
        QVERIFY(std::abs(lower.to - 0.95) < 1e-12 && std::abs(lower.to - lower.from - 0.5) < 1e-12);
        QVERIFY(std::abs(stepBrush(rate, half, BrushPart::Lower, 1).from - 0.55) < 1e-12);
        Brush shrunk = half;
        for (int i = 0; i < 100; ++i) shrunk = stepBrush(rate, shrunk, BrushPart::Upper, -1);
        QVERIFY(shrunk.to - shrunk.from > 0.04);  // never upside down
        // One category at a time, each in turn.
        std::optional<Brush> at = stepBrush(schedule, std::nullopt, BrushPart::Whole, -1);
        for (int i = 0; i < 3; ++i) {
            QCOMPARE(brushText(schedule, *at), schedule.categories[i]);
            at = stepBrush(schedule, at, BrushPart::Whole, 1);
        }
    }

    void bestIsMarkedWhereThereIsOne() {
        const std::vector<bool> all(4, true);
        QCOMPARE(bestRun(axisOf("best_eval_loss", sweep()), all), 2);
        // of those that the brushes leave
        QCOMPARE(bestRun(axisOf("best_eval_loss", sweep()), {true, true, false, true}), 1);
        QCOMPARE(bestRun(axisOf("best_eval_loss", sweep()), {true, false, false, true}), -1);
        QCOMPARE(bestRun(axisOf("tokens", sweep()), all), -1);  // more text is neither good nor bad
        QCOMPARE(bestRun(axisOf("learning_rate", sweep()), all), -1);
        const FigureAxis loss = axisOf("best_eval_loss", sweep());
        QCOMPARE(goodness(loss, 2), 1.0);
        QCOMPARE(goodness(loss, 0), 0.0);
        QVERIFY(std::isnan(goodness(loss, 3)));
    }

    // Readable on both backgrounds, and by lightness alone.
    void scaleIsReadByLightness() {
        for (const bool dark : {false, true}) {
            const QColor background = dark ? QColor(0x1a, 0x1b, 0x1e) : QColor(Qt::white);
            double before = 0;
            for (int i = 0; i <= 20; ++i) {
                const double now = contrast(scaleColor(i / 20.0, dark), background);
                QVERIFY2(now >= 3, qPrintable(QString::number(now)));
                QVERIFY2(now > before, qPrintable(QString::number(i)));
                before = now;
            }
        }
    }

    void samplesStandSideBySide() {
        const std::vector<RunSamples> runs = {
            {"a", "one", {sample(100, "In", " the"), sample(100, "The", " king"), sample(200, "In", " deed")}},
            {"b", "two", {sample(150, "In", " fact"), sample(150, "New", " prompt")}},
            {"c", "three", {}}};
        QCOMPARE(sampleSteps(runs), (std::vector<StepIndex>{100, 150, 200}));
        const SampleTable early = sampleTable(runs, 100);
        QCOMPARE(early.headers, QStringList({"Prompt", "one", "two", "three"}));
        QCOMPARE(early.rows.size(), std::size_t{3});
        QCOMPARE(early.rows[0].cells[1].text, QString("the"));
        QCOMPARE(early.rows[0].cells[2].text, QStringLiteral("–"));  // its first sample comes later
        const SampleTable late = sampleTable(runs, 200);
        QCOMPARE(late.headers, QStringList({"Prompt", "one", "two (step 150)", "three"}));
        QCOMPARE(late.rows[0].cells[0].text, QString("In"));
        QCOMPARE(late.rows[0].cells[1].text, QString("deed"));
        QCOMPARE(late.rows[0].cells[2].text, QString("fact"));
        QCOMPARE(late.rows[1].cells[1].text, QStringLiteral("–"));  // not among the texts of that step
        QCOMPARE(late.rows[2].cells[2].text, QString("prompt"));
        QVERIFY(!late.rows[0].cells[3].toolTip.isEmpty());
        QVERIFY(sampleTable({}, 0).rows.empty());
    }
};

QTEST_MAIN(TestFigures)
#include "test_figures.moc"
