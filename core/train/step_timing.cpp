#include "core/train/step_timing.h"

#include <ATen/ATen.h>
#include <chrono>
#include <limits>
#include <vector>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/number.h"
#include "core/config/estimate.h"
#include "core/data/tokenizer.h"
#include "core/train/adamw.h"
#include "core/train/compute_thread.h"
#include "core/train/schedules.h"
#include "core/train/training_pass.h"

namespace tritlab {
namespace {

using Clock = std::chrono::steady_clock;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
constexpr int timed = 3;               // steps of each path, after one that warms up
constexpr double enoughSeconds = 20;   // of a path: slow steps are not all repeated

double secondsSince(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// A model that does not fit would take the whole machine down with it.
void requireRoom(const RunConfig& config, std::int64_t vocabulary) {
    const std::int64_t wanted = estimate(config, vocabulary).trainingBytes, there = availableBytes();
    if (wanted <= there) return;
    throw Error("training this takes about " + humanBytes(static_cast<double>(wanted)) + ", and " + humanBytes(static_cast<double>(there)) +
                    " are free", "memory", "Choose a smaller model or micro-batch, or switch activation checkpointing on", ErrorKind::Failed);
}

double lambdaOf(LambdaPath path) { return path == LambdaPath::Dense ? 0 : path == LambdaPath::Ternary ? 1 : 0.5; }

// The steps of one config, one after another.
class Steps {
public:
    Steps(const RunConfig& config, std::int64_t vocabulary)
        : config_(config), vocabulary_(vocabulary), model_(modelConfig(config, vocabulary), config.precision), optimizer_(prepared(), optionsOf(config)),
          pass_(fastPass(model_)), generator_(at::detail::createCPUGenerator(static_cast<std::uint64_t>(config.seed))) {}

    // A micro-batch, and its seconds.
    double micro(double lambda) {
        const at::Tensor stream = at::randint(0, vocabulary_, {config_.batchSize, config_.sequenceLength + 1}, generator_, at::kLong);
        const auto start = Clock::now();
        pass_(stream.slice(1, 0, config_.sequenceLength).contiguous(), stream.slice(1, 1).contiguous(), lambda);
        return secondsSince(start);
    }
    // The optimizer's part of a step.
    double update() {
        const auto start = Clock::now();
        optimizer_.step(learningRateAt(config_, 0), config_.weightDecay, clipFactor(optimizer_.gradientNorm(), config_.gradClip));
        optimizer_.clearGradients();
        model_.weightsChanged();
        return secondsSince(start);
    }

private:
    std::vector<Parameter>& prepared() {
        model_.initialize(config_.initialization, config_.initStd, static_cast<std::uint64_t>(config_.seed));
        model_.setRecompute(config_.activationCheckpointing);
        return model_.parameters();
    }
    static AdamW::Options optionsOf(const RunConfig& c) { return {c.beta1, c.beta2, c.adamEps, c.decayGroups}; }
    const RunConfig& config_;
    std::int64_t vocabulary_;
    LanguageModel model_;
    AdamW optimizer_;
    TrainingPass pass_;
    at::Generator generator_;
};

}  // namespace

std::optional<Calibration> timeSteps(const CalibrationRequest& request) {
    const RunConfig& config = request.config;
    const std::int64_t vocabulary = config.tokenizer == TokenizerKind::File ? loadTokenizer(config.tokenizerPath)->size() : config.vocabSize;
    requireRoom(config, vocabulary);
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
    const std::int64_t before = residentBytes();
    forgetPeak();
    Steps steps(config, vocabulary);
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
            seconds += steps.update();
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
    result.memoryBytes = peakResidentBytes() - before;
    return result;
}

}  // namespace tritlab
