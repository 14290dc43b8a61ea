// What a run reports while it goes: plain values to a RunObserver. The store's writer, the console and the window
// observe.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "core/base/types.h"

namespace tritlab {

enum class RunState { Queued, Preparing, Running, Finished, Stopped, Interrupted, Failed, Diverged };
const char* runStateKey(RunState state);  // "queued", …: in the store and in JSON

struct StepEvent {
    StepIndex step = 0;
    double loss = 0;  // mean nats a token over the step's micro-batches, at the step's lambda
    double learningRate = 0;
    double lambda = 1;
    double weightDecay = 0;
    double gradNorm = 0;         // before clipping
    double tokensPerSecond = 0;  // of this step
    double wallSeconds = 0;      // active seconds since the run's first start, over all segments
    std::int64_t tokens = 0;     // seen so far, this step included
    double memoryBytes = 0;      // resident set of the process
    struct Metric {
        std::string key;
        double value = 0;
    };
    std::vector<Metric> objective;  // what the objective reports beside its loss, as means over the step
};

// Share of weights, and moments, of one BitLinear.
struct LayerHealth {
    std::string layer;  // "model.layers.0.self_attn.q_proj"
    double std = 0, absMean = 0;
    double negative = 0, zero = 0, positive = 0;  // shares of codes, sum 1
    double flipRate = 0;                          // share of codes changed since the last snapshot
    double reversalRate = 0;                      // EMA of the share whose flip undid their last one
    double deadZone = 0;                          // share of |w|/absmean within width of 0.5
    // L2 norm of the weight's gradient in the step just done, before clipping; NaN: not recorded (no step yet).
    double gradientNorm = std::numeric_limits<double>::quiet_NaN();
    bool collapsed = false;  // std < 0.001
    static constexpr int histogramBins = 96;
    static constexpr double histogramRange = 3.0;  // w/absmean from -3 to 3, the ends take what lies beyond
    std::array<std::uint32_t, histogramBins> histogram{};
};

struct HealthEvent {
    StepIndex step = 0;  // steps done, as for evaluations, samples and checkpoints
    std::vector<LayerHealth> layers;
};

struct EvaluationEvent {
    StepIndex step = 0;
    double loss = 0, perplexity = 0, bitsPerByte = 0;  // at lambda 1 (0 for dense models)
    double lossAtLambda = 0;                           // at the step's own lambda
    double lambda = 1;
    std::int64_t tokens = 0, bytes = 0;
    bool full = false;  // over all held-out text
};

struct SampleEvent {
    StepIndex step = 0;
    std::string prompt, text;  // text: the continuation alone
};

struct CheckpointEvent {
    StepIndex step = 0;  // steps done: training goes on with this one
    std::string path;    // relative to the run's folder
    std::int64_t bytes = 0;
    bool best = false;                    // by evaluation, of all so far: an earlier one is the best no longer
    std::vector<StepIndex> removed = {};  // checkpoints that gave way to it: their folders are gone
};

enum class LogLevel { Info, Warning, Error };
struct LogEvent {
    LogLevel level = LogLevel::Info;
    StepIndex step = -1;  // -1: before the first
    std::string text;
};

struct StateEvent {
    RunState state = RunState::Running;
    StepIndex step = 0;
    std::string explanation;  // why it stopped, failed or diverged, and what to do
    bool bitEqual = true;     // false: resumed with another thread count or kernel set; the run stays marked
};

struct ProgressEvent {  // before the first step: what is being prepared
    std::string what;   // "training the tokenizer", "reading data"
    double done = 0;    // 0..1, below 0: unknown
};

// Called on the trainer's thread; must return soon and must not throw.
class RunObserver {
public:
    virtual ~RunObserver() = default;
    virtual void onStep(const StepEvent&) {}
    virtual void onHealth(const HealthEvent&) {}
    virtual void onEvaluation(const EvaluationEvent&) {}
    virtual void onSample(const SampleEvent&) {}
    virtual void onCheckpoint(const CheckpointEvent&) {}
    virtual void onState(const StateEvent&) {}
    virtual void onLog(const LogEvent&) {}
    virtual void onProgress(const ProgressEvent&) {}
    // Before a checkpoint is published: returns when all that was reported so far is durable (or never can be). A run
    // that is killed and resumed from that checkpoint does not report those steps again.
    virtual void sync() {}
};

// What a person asks of a running trainer, from any process.
enum class RunCommand { Stop, Checkpoint, Snapshot };

// Where the trainer asks, between two micro-batches, what is wanted of it. The store implements it over its command
// table.
class CommandSource {
public:
    virtual ~CommandSource() = default;
    virtual std::vector<RunCommand> take() = 0;  // cheap when there is nothing
};

}  // namespace tritlab
