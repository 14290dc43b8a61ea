// Schedules against the sources' formulas, written down a second time here: the notebook's warm-up and cosine, Module
// 7's lambda schedulers, the two-stage ones as curves under two peaks. And what holds of every schedule: lambda ends at
// exactly 1.
#include <QTest>
#include <cmath>

#include "core/run/schedules.h"

using namespace tritlab;

namespace {

constexpr double pi = 3.14159265358979323846;

RunConfig withLr(LrSchedule schedule, std::int64_t steps, std::int64_t warmup, double peak, double floor = 0) {
    RunConfig c;
    c.lrSchedule = schedule;
    c.steps = steps;
    c.warmupSteps = warmup;
    c.learningRate = peak;
    c.lrFloor = floor;
    return c;
}

RunConfig withLambda(LambdaSchedule schedule, double k, std::int64_t steps, double reach = 1) {
    RunConfig c;
    c.lambdaSchedule = schedule;
    c.lambdaK = k;
    c.steps = steps;
    c.lambdaReachOneAt = reach;
    return c;
}

void near(double actual, double expected) {
    if (std::abs(actual - expected) > 1e-12 * std::max(1.0, std::abs(expected)))
        QFAIL(qPrintable(QStringLiteral("%1 is not %2").arg(actual, 0, 'g', 17).arg(expected, 0, 'g', 17)));
}

const LrSchedule lrSchedules[] = {LrSchedule::Constant,       LrSchedule::Linear,         LrSchedule::Cosine,
                                  LrSchedule::TwoStageLinear, LrSchedule::TwoStageCosine, LrSchedule::Wsd};
const LambdaSchedule lambdaSchedules[] = {LambdaSchedule::None, LambdaSchedule::Linear, LambdaSchedule::Accelerated,
                                          LambdaSchedule::Exponential, LambdaSchedule::Sigmoid};

}  // namespace

class TestSchedules : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void notebookCosine() {  // get_lr of the notebook: 1e-3, warm-up 100, 10000 steps
        const RunConfig c = withLr(LrSchedule::Cosine, 10000, 100, 1e-3);
        for (StepIndex step = 0; step < 10000; step += 7) {
            const double progress = (static_cast<double>(step) - 100) / (10000 - 100);
            near(learningRateAt(c, step),
                 step < 100 ? 1e-3 * static_cast<double>(step) / 100 : 1e-3 * 0.5 * (1 + std::cos(pi * progress)));
        }
        QCOMPARE(learningRateAt(c, 0), 0.0);
        near(learningRateAt(c, 50), 5e-4);
        near(learningRateAt(c, 100), 1e-3);
        near(learningRateAt(c, 5050), 5e-4);
    }
    void module7CosineToATenth() {  // 3B: 1.5e-4, 2000 warm-up, to 1.5e-5
        const RunConfig c = withLr(LrSchedule::Cosine, 50000, 2000, 1.5e-4, 0.1);
        near(learningRateAt(c, 2000), 1.5e-4);
        near(learningRateAt(c, 26000), 1.5e-5 + 0.5 * (1.5e-4 - 1.5e-5));
        QVERIFY(learningRateAt(c, 49999) > 1.5e-5 && learningRateAt(c, 49999) < 1.5e-5 * 1.0001);
    }
    void linearAndConstant() {
        const RunConfig linear = withLr(LrSchedule::Linear, 1000, 100, 2e-3, 0.5);
        near(learningRateAt(linear, 100), 2e-3);
        near(learningRateAt(linear, 550), 1.5e-3);
        near(learningRateAt(linear, 999), 1e-3 + 1e-3 / 900);
        const RunConfig constant = withLr(LrSchedule::Constant, 1000, 10, 2e-3);
        near(learningRateAt(constant, 5), 1e-3);
        for (const StepIndex step : {10, 500, 999}) QCOMPARE(learningRateAt(constant, step), 2e-3);
        QCOMPARE(learningRateAt(withLr(LrSchedule::Cosine, 10, 0, 1.0), 0), 1.0);  // no warm-up
    }
    void trainingTipsTwoStageLinear() {  // 700M: 1.5e-3 and, from half on, 1e-3; both lines end at 0; decay 0.1, then 0
        RunConfig c = withLr(LrSchedule::TwoStageLinear, 100000, 375, 1.5e-3);
        c.lrSecondPeak = 1e-3 / 1.5e-3;
        c.lrSwitchAt = 0.5;
        c.weightDecay = 0.1;
        c.decaySchedule = DecaySchedule::OffAtSwitch;
        for (StepIndex step = 375; step < 100000; step += 997) {
            const double left = 1 - (static_cast<double>(step) - 375) / (100000 - 375);
            near(learningRateAt(c, step), (step < 50000 ? 1.5e-3 : 1e-3) * left);
            QCOMPARE(weightDecayAt(c, step), step < 50000 ? 0.1 : 0.0);
        }
        QVERIFY(learningRateAt(c, 50000) < 0.67 * learningRateAt(c, 49999));  // an abrupt drop
        QCOMPARE(weightDecayAt(c, 49999), 0.1);
        QCOMPARE(weightDecayAt(c, 50000), 0.0);
    }
    // Flat at the peak between the warm-up and the last share of the steps, then a straight line to the floor.
    void warmupStableDecay() {
        RunConfig c = withLr(LrSchedule::Wsd, 1000, 50, 2e-3, 0.1);
        c.lrDecayShare = 0.2;
        near(learningRateAt(c, 25), 1e-3);
        for (const StepIndex step : {50, 400, 799, 800}) near(learningRateAt(c, step), 2e-3);
        for (const StepIndex step : {801, 850, 900, 999}) {
            const double left = static_cast<double>(1000 - step) / 200;
            near(learningRateAt(c, step), 2e-3 * (0.1 + 0.9 * left));
        }
        c.lrDecayShare = 0;  // never falls
        near(learningRateAt(c, 999), 2e-3);
        c.lrDecayShare = 1;  // falls from the first step on
        near(learningRateAt(c, 500), 2e-3 * (0.1 + 0.9 * 0.5));
    }
    void b2b4tTwoStageCosine() {
        RunConfig c = withLr(LrSchedule::TwoStageCosine, 10000, 100, 1.2e-3, 0.05);
        c.lrSecondPeak = 0.6;
        c.lrSwitchAt = 0.5;
        c.weightDecay = 0.1;
        c.decaySchedule = DecaySchedule::CosineThenOff;
        for (StepIndex step = 100; step < 10000; step += 97) {
            const double shape = 0.5 * (1 + std::cos(pi * (static_cast<double>(step) - 100) / 9900));
            const double peak = step < 5000 ? 1.2e-3 : 0.6 * 1.2e-3, last = 0.05 * 1.2e-3;
            near(learningRateAt(c, step), last + (peak - last) * shape);
            near(weightDecayAt(c, step),
                 step < 5000 ? 0.05 * (1 - std::cos(pi * static_cast<double>(step) / 5000)) : 0.0);
        }
        QVERIFY(learningRateAt(c, 5000) < 0.65 * learningRateAt(c, 4999));
        QCOMPARE(weightDecayAt(c, 0), 0.0);
        QVERIFY(weightDecayAt(c, 4999) > 0.0999);
    }
    void theSwitchIsTheFirstStepAtTheShare() {
        RunConfig c = withLr(LrSchedule::Constant, 30, 0, 1);
        c.weightDecay = 0.1;
        c.decaySchedule = DecaySchedule::OffAtSwitch;
        c.lrSwitchAt = 0.1;  // 0.1 x 30 is 3.0000000000000004 for some compilers, and still step 3
        QCOMPARE(weightDecayAt(c, 2), 0.1);
        QCOMPARE(weightDecayAt(c, 3), 0.0);
        c.lrSwitchAt = 0.11;  // 3.3
        QCOMPARE(weightDecayAt(c, 3), 0.1);
        QCOMPARE(weightDecayAt(c, 4), 0.0);
    }
    void lambdaFollowsModule7() {
        const std::int64_t total = 1000;
        const auto at = [&](LambdaSchedule schedule, double k, StepIndex step) {
            return lambdaAt(withLambda(schedule, k, total), step);
        };
        for (StepIndex step = 0; step < total - 1; ++step) {
            const double t = static_cast<double>(step) / static_cast<double>(total);
            near(at(LambdaSchedule::Linear, 8, step), std::fmin(t, 1.0));
            near(at(LambdaSchedule::Accelerated, 8, step), std::fmin(2 * t, 1.0));
            near(at(LambdaSchedule::Exponential, 8, step), 1 - std::pow(1 - t, 8));
            near(at(LambdaSchedule::Exponential, 3, step), 1 - std::pow(1 - t, 3));
            near(at(LambdaSchedule::Sigmoid, 100, step), 1 / (1 + std::exp(-100 * (t - 0.5))));
            QCOMPARE(at(LambdaSchedule::None, 8, step), 1.0);
        }
        near(at(LambdaSchedule::Exponential, 8, 100), 0.56953279);  // 1 - 0.9^8, by hand
        near(at(LambdaSchedule::Sigmoid, 100, 500), 0.5);
    }
    void lambdaEndsAtExactlyOneAndNeverFalls() {
        for (const LambdaSchedule schedule : lambdaSchedules)
            for (const std::int64_t steps : {1, 2, 3, 10, 999, 10000})
                for (const double reach : {0.001, 0.1, 0.5, 0.999, 1.0})
                    for (const double k : {0.1, 1.0, 8.0, 100.0}) {
                        const RunConfig c = withLambda(schedule, k, steps, reach);
                        QVERIFY(lambdaAt(c, steps - 1) == 1.0);
                        double before = 0;
                        StepIndex first = -1;
                        const StepIndex stride = std::max<std::int64_t>(1, steps / 500);
                        for (StepIndex step = 0; step < steps; step += stride) {
                            const double lambda = lambdaAt(c, step);
                            QVERIFY(lambda >= before && lambda <= 1);
                            before = lambda;
                            if (lambda == 1 && first < 0) first = step;
                        }
                        if (stride == 1) QCOMPARE(lambdaReachesOne(c), first);
                        QVERIFY(lambdaAt(c, lambdaReachesOne(c)) == 1.0);
                        QVERIFY(lambdaReachesOne(c) == 0 || lambdaAt(c, lambdaReachesOne(c) - 1) < 1.0);
                    }
    }
    void lambdaReachesOneWhereAsked() {
        const RunConfig half = withLambda(LambdaSchedule::Linear, 8, 1000, 0.5);
        for (StepIndex step = 0; step < 500; ++step) near(lambdaAt(half, step), static_cast<double>(step) / 500);
        for (StepIndex step = 500; step < 1000; ++step) QCOMPARE(lambdaAt(half, step), 1.0);
        QCOMPARE(lambdaReachesOne(half), 500);
        // A sigmoid over a quarter of the run is centred on an eighth.
        near(lambdaAt(withLambda(LambdaSchedule::Sigmoid, 100, 1000, 0.25), 125), 0.5);
        QCOMPARE(lambdaReachesOne(withLambda(LambdaSchedule::Linear, 8, 1000)), 999);
        QCOMPARE(lambdaReachesOne(withLambda(LambdaSchedule::Accelerated, 8, 1000)), 500);
        QCOMPARE(lambdaReachesOne(withLambda(LambdaSchedule::None, 8, 1000)), 0);
    }
    void lambdaBelowOneOnlyByWish() {
        RunConfig c = withLambda(LambdaSchedule::Linear, 8, 1000, 0.5);
        c.lambdaFinal = 0.8;
        near(lambdaAt(c, 250), 0.4);
        for (const StepIndex step : {500, 750, 999}) QCOMPARE(lambdaAt(c, step), 0.8);
        QCOMPARE(lambdaReachesOne(c), -1);
    }
    void denseLinearsHaveNoLambda() {
        for (const LambdaSchedule schedule : lambdaSchedules) {
            RunConfig c = withLambda(schedule, 8, 100);
            c.ternaryLinears = false;
            for (const StepIndex step : {0, 50, 99}) QCOMPARE(lambdaAt(c, step), 0.0);
            QCOMPARE(lambdaReachesOne(c), -1);
        }
    }

    // Every learning-rate, weight-decay and lambda schedule of a run of 1000 steps that goes on to 2000.
    void aBranchKeepsStretchesOrBeginsItsCurves() {
        for (const LrSchedule lr : lrSchedules)
            for (const DecaySchedule decay :
                 {DecaySchedule::Constant, DecaySchedule::OffAtSwitch, DecaySchedule::CosineThenOff})
                for (const LambdaSchedule lambda : lambdaSchedules) {
                    RunConfig parent = withLr(lr, 1000, 100, 2e-3, 0.1);
                    parent.decaySchedule = decay;
                    parent.lambdaSchedule = lambda;
                    RunConfig longer = parent;
                    longer.steps = 2000;
                    const RunConfig kept = withBranchSchedule(parent, longer, 600, BranchSchedule::Kept),
                                    stretched = withBranchSchedule(parent, longer, 600, BranchSchedule::Stretched),
                                    anew = withBranchSchedule(parent, longer, 600, BranchSchedule::New);
                    QVERIFY(stretched == longer);
                    for (const auto value : {learningRateAt, weightDecayAt, lambdaAt}) {
                        for (StepIndex step = 0; step < 2000; step += 9) {
                            QCOMPARE(value(kept, step), value(parent, std::min<StepIndex>(step, 999)));
                            if (step % 2 == 0 && step > 200 && value == weightDecayAt)
                                near(value(stretched, step), value(parent, step / 2));
                        }
                        QCOMPARE(value(kept, 1999), value(parent, 999));
                    }
                    // New: the curve of a run of 1400 steps of its own, and lambda from where it was.
                    RunConfig own = parent;
                    own.steps = 1400;
                    for (StepIndex step = 600; step < 2000; step += 7) {
                        QCOMPARE(learningRateAt(anew, step), learningRateAt(own, step - 600));
                        QCOMPARE(weightDecayAt(anew, step), weightDecayAt(own, step - 600));
                        const double was = lambda == LambdaSchedule::None ? 0 : lambdaAt(parent, 599);
                        near(lambdaAt(anew, step), was + (1 - was) * lambdaAt(own, step - 600));
                        QVERIFY(lambdaAt(anew, step) >= lambdaAt(parent, 599));
                    }
                    QVERIFY(lambdaAt(anew, 1999) == 1.0 && lambdaAt(kept, 1999) == 1.0);
                    const std::vector<ScheduleChange> changes = scheduleChanges(parent, kept, 600);
                    QCOMPARE(changes.size(), std::size_t{3});
                    QCOMPARE(changes[0].before, learningRateAt(parent, 599));
                    QCOMPARE(changes[0].after, learningRateAt(parent, 600));
                    QCOMPARE(changes[1].after, lambdaAt(parent, 600));
                    QVERIFY(branchScheduleOf(parent, kept, 600) == BranchSchedule::Kept);
                    QVERIFY(branchScheduleOf(parent, anew, 600) == BranchSchedule::New);
                    QVERIFY(branchScheduleOf(parent, stretched, 600) == BranchSchedule::Stretched);
                }
    }

    // Values before and after that were worked out by hand: cosine to 0 over 1000 steps, at its end and in its middle.
    void theJumpOfABranch() {
        RunConfig parent = withLr(LrSchedule::Cosine, 1000, 0, 1e-3);
        parent.lambdaSchedule = LambdaSchedule::Linear;
        RunConfig longer = parent;
        longer.steps = 2000;
        const auto end = scheduleChanges(parent, longer, 1000);
        near(end[0].before, 1e-3 * 0.5 * (1 - std::cos(pi / 1000)));
        near(end[0].after, 5e-4);
        QCOMPARE(end[1].before, 1.0);
        near(end[1].after, 0.5);
        QCOMPARE(scheduledText(end[0].before), std::string("2.467e-09"));
        QCOMPARE(scheduledText(end[0].after), std::string("0.0005"));
        QCOMPARE(scheduledText(1), std::string("1"));
        const auto kept = scheduleChanges(parent, withBranchSchedule(parent, longer, 1000, BranchSchedule::Kept), 1000);
        for (const ScheduleChange& each : kept) QCOMPARE(each.after, each.before);
        RunConfig anew = withBranchSchedule(parent, longer, 500, BranchSchedule::New);
        near(scheduleChanges(parent, anew, 500)[0].after, 1e-3);
        near(scheduleChanges(parent, anew, 500)[1].after, 0.499);
        QCOMPARE(lambdaReachesOne(anew), 1999);
        anew.lambdaReachOneAt = 0.5;
        QCOMPARE(lambdaReachesOne(anew), 1250);
        // A branch of a branch: the parent's own curve goes on.
        RunConfig third = anew;
        third.steps = 3000;
        const RunConfig again = withBranchSchedule(anew, third, 1800, BranchSchedule::Kept);
        QVERIFY(again.scheduleFrom == 500 && again.scheduleSteps == 1500);
        QCOMPARE(learningRateAt(again, 1900), learningRateAt(anew, 1900));
        QCOMPARE(learningRateAt(again, 2999), learningRateAt(anew, 1999));
        // What the person set otherwise has no name; dense linears have no lambda.
        third.scheduleSteps = 123;
        QVERIFY(!branchScheduleOf(anew, third, 1800));
        third.ternaryLinears = false;
        QCOMPARE(scheduleChanges(anew, third, 1800).size(), std::size_t{2});
    }

    void theSecondStageMoves() {
        RunConfig c = withLr(LrSchedule::TwoStageLinear, 1000, 0, 1e-3);
        c.lrSwitchAt = 0.5;
        QCOMPARE(secondStageFrom(c), 500);
        c.scheduleFrom = 600;
        QCOMPARE(secondStageFrom(c), 800);
        c.scheduleSteps = 100;
        QCOMPARE(secondStageFrom(c), 650);
        QVERIFY(learningRateAt(c, 650) < 0.65 * learningRateAt(c, 649));
    }
};

QTEST_APPLESS_MAIN(TestSchedules)
#include "test_schedules.moc"
