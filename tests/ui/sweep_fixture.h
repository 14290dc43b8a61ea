// A sweep in a store: three learning rates, two lambda schedules, two seeds, results by formula.
#pragma once

#include "core/base/number.h"
#include "store_fixture.h"

namespace tritlab {

inline void sweepRuns(StoreFixture& fixture) {
    for (const double rate : {3e-4, 1e-3, 9e-3}) {
        for (const LambdaSchedule schedule : {LambdaSchedule::Linear, LambdaSchedule::None}) {
            for (const std::int64_t seed : {1, 2}) {
                RunConfig config = StoreFixture::config(schedule, 120);
                config.learningRate = rate;
                config.seed = seed;
                const double away = std::log10(rate / 2e-3);
                fixture.finishedRun((schedule == LambdaSchedule::Linear ? "linear-" : "none-") + formatReal(rate) +
                                        "-" + std::to_string(seed),
                                    config,
                                    0.4 * away * away + (schedule == LambdaSchedule::Linear ? 0 : 0.15) +
                                        0.04 * static_cast<double>(seed));
            }
        }
    }
}

}  // namespace tritlab
