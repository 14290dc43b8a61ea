#include "core/engine/bench/step_timing.h"

#include <chrono>
#include <limits>
#include <vector>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/number.h"
#include "core/config/accumulation.h"
#include "core/data/tokenizer.h"
#include "core/engine/bench/random_steps.h"
#include "core/engine/loop/compute_thread.h"
#include "core/engine/loop/training_device.h"
#include "core/model/estimate.h"
#include "core/run/schedules.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int timed = 3;              // steps of each path, after one that warms up
constexpr double enoughSeconds = 20;  // of a path: slow steps are not all repeated

// A model that does not fit would take the whole machine down with it.
void requireRoom(const RunConfig& config, std::int64_t vocabulary) {
    const std::int64_t wanted = estimate(config, vocabulary).trainingBytes, there = availableBytes();
    if (wanted <= there) return;
    throw Error("training this takes about " + humanBytes(static_cast<double>(wanted)) + ", and " +
                    humanBytes(static_cast<double>(there)) + " are free",
                "memory", "Choose a smaller model or micro-batch, or switch activation checkpointing on",
                ErrorKind::Failed);
}

double lambdaOf(LambdaPath path) { return path == LambdaPath::Dense ? 0 : path == LambdaPath::Ternary ? 1 : 0.5; }

RandomStepsSetup setupOf(const RunConfig& c, std::int64_t vocabulary, at::Device device) {
    return {modelConfig(c, vocabulary),
            c.precision,
            c.initialization,
            c.initStd,
            static_cast<std::uint64_t>(c.seed),
            {c.beta1, c.beta2, c.adamEps, c.decayGroups},
            c.batchSize,
            c.sequenceLength,
            c.activationCheckpointing,
            false,
            device,
            heldGradients(c)};
}

}  // namespace

std::optional<Calibration> timeSteps(const CalibrationRequest& request) {
    const RunConfig& config = request.config;
    const std::int64_t vocabulary =
        config.tokenizer == TokenizerKind::File ? loadTokenizer(config.tokenizerPath)->size() : config.vocabSize;
    const at::Device device = trainingDevice(config.device, {}).device;
    if (device.is_cpu()) requireRoom(config, vocabulary);
    ComputeThread::setThreads(static_cast<int>(config.threads));
    Calibration result;
    result.config = config;
    result.seconds.fill({nan, nan});
    const auto wanted = stepsByPath(config);
    int of = 0, done = 0;
    for (const StepIndex steps : wanted) of += steps > 0 ? 1 + timed : 0;
    const auto tell = [&] {
        if (request.progress) request.progress(done, of);
    };
    tell();
    const std::int64_t before = device.is_cpu() ? residentBytes() : 0;
    forgetPeak(device);
    RandomSteps steps(setupOf(config, vocabulary, device));
    const bool further = config.accumulation > 1;
    for (std::size_t path = 0; path < lambdaPaths; ++path) {
        if (wanted[path] == 0) continue;
        const double lambda = lambdaOf(static_cast<LambdaPath>(path));
        const auto start = Clock::now();
        std::vector<double> whole, more;
        for (int i = 0; i <= timed; ++i) {
            if (request.stop.stopRequested()) return std::nullopt;
            double seconds = steps.micro(lambda);
            if (request.stop.stopRequested()) return std::nullopt;
            const double second = further ? steps.micro(lambda) : nan;
            seconds += steps.update(learningRateAt(config, 0), config.weightDecay, config.gradClip);
            ++done;
            tell();
            if (i == 0) continue;  // warm-up: memory is taken up, weights quantized
            whole.push_back(seconds);
            more.push_back(second);
            if (secondsSince(start) < enoughSeconds) continue;
            done += timed - i;
            break;
        }
        result.seconds[path] = {median(whole), further ? median(more) : nan};
    }
    result.memoryBytes = peakBytes(device) - before;
    return result;
}

}  // namespace tritlab
