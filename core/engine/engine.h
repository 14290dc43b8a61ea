// The training engine behind a LibTorch-free door. loadEngine() opens libtritlab_torch at first use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/base/stop_token.h"
#include "core/base/types.h"
#include "core/base/workspace.h"
#include "core/config/run_config.h"
#include "core/run/calibration.h"
#include "core/run/eval_result.h"
#include "core/run/events.h"
#include "core/run/ranks.h"

namespace tritlab {

struct TrainRequest {
    std::string runId;
    RunConfig config;  // frozen
    Workspace workspace;
    // from the run's last good checkpoint; from the start where none was written yet
    bool resume = false;
    std::vector<RunObserver*> observers;  // alive until train() returns; called in order
    CommandSource* commands = nullptr;    // may be null
    StopToken stop;
    Ranks ranks = {};  // rank 0 of them, where there are many: the others follow() it
};

// A rank that is not the first: what to train comes from rank 0, which alone writes the store and the checkpoints.
struct FollowRequest {
    Ranks ranks;
    Workspace workspace;  // for the token cache
    StopToken stop;       // asked of any rank, all stop
};

struct TrainResult {
    RunState state = RunState::Finished;  // Finished, Stopped, Diverged or Failed
    StepIndex steps = 0;                  // done in all
    std::int64_t tokens = 0;
    double finalLoss = 0;                       // of the last step
    std::optional<EvaluationEvent> evaluation;  // the last full one
    std::string explanation;
    SkipReport skips;  // of all sources
};

struct BenchRequest {
    std::string shape;  // tiny, small, 125m: as shared with the PyTorch baseline
    std::string mode;   // bitnet, dense, reference
    int steps = 5, threads = 0;
    bool activationCheckpointing = false;
    ComputeDevice device = ComputeDevice::Auto;  // the mode reference runs on the CPU
};
struct BenchPart {
    std::string name;
    double seconds = 0, share = 0;
};
struct BenchResult {
    double tokensPerSecond = 0, peakMemoryBytes = 0, medianStepSeconds = 0, loss = 0;
    // The step's products (three a weight and token) per second of the whole step, and as a share of what LibTorch's
    // bf16 product of large matrices reaches here. Int8 products are faster than bf16 ones, so more than 1 is possible.
    double productFlops = 0, machineFlops = 0, gemmShare = 0;
    std::int64_t parameters = 0;
    std::string device;        // its name; empty for the CPU. Peak memory and machine speed are its own
    double healthSeconds = 0;  // one look at the health of all ternary weights; 0 without any
    int threads = 0;           // that took part, counted in a parallel loop of the library
    std::vector<BenchPart> parts;
};

struct KernelBenchRequest {
    std::int64_t rows = 512, width = 512;  // tokens and hidden size
    int repeats = 5, threads = 0;
    StopToken stop;
};
struct KernelTiming {
    std::string kernel, variant;
    double seconds = 0, speedup = 0;  // the median call; against the kernel's first variant, its reference
};

struct CurveRequest {
    RunConfig config;  // of the notebook's block; documents are not kept apart, and a step is one micro-batch
    Workspace workspace;
    std::vector<std::int64_t> seeds;
    std::function<void(std::int64_t seed, bool reference, StepIndex step, double loss)> progress;  // may be empty
    StopToken stop;
};
struct LossCurves {
    std::int64_t seed = 0;
    std::vector<double> fast, reference;  // of each step; shorter where it was stopped
};

// All LibTorch work of a process runs on the engine's one compute thread; these calls block until it is done.
class Engine {
public:
    virtual ~Engine() = default;
    // Never throws for what happens inside a run: the result's state and the StateEvent tell. Throws Error where the
    // run cannot start (bad data, bad tokenizer, only damaged checkpoints to resume), after a StateEvent Failed that
    // says the same.
    virtual TrainResult train(const TrainRequest& request) = 0;
    // Logits of the last position, [vocab], from the training model in fp32 at lambda 1 (0 for dense models).
    virtual std::vector<float> logits(const std::filesystem::path& modelFolder, std::span<const TokenId> tokens) = 0;
    // Perplexity of the text file (or JSONL) `data` by the training model (windows of the training length;
    // docs/formats-and-formulas.md, Loss and evaluation).
    virtual EvalResult perplexity(const std::filesystem::path& modelFolder, const std::filesystem::path& data,
                                  std::int64_t windowLength, const StopToken& stop) = 0;
    virtual BenchResult bench(const BenchRequest& request) = 0;
    // A few steps of the config, timed; nothing is stored. Nothing where it was stopped. Throws Error where the memory
    // would not do.
    virtual std::optional<Calibration> calibrate(const CalibrationRequest& request) = 0;
    virtual std::vector<KernelTiming> benchKernels(const KernelBenchRequest& request) = 0;
    virtual std::vector<LossCurves> compareCurves(const CurveRequest& request) = 0;
    // The training model's logits at every position of each text, [tokens, vocab], at lambda 1 (0 for dense models), in
    // the precision asked for: fp32, or bf16 as most runs train. `each` is called on the compute thread, text after
    // text; `stop` is looked at between two texts.
    virtual void logitsOfTexts(const std::filesystem::path& modelFolder, std::span<const std::vector<TokenId>> texts,
                               Precision precision,
                               const std::function<void(std::size_t text, std::span<const float> logits)>& each,
                               const StopToken& stop) = 0;
    // As train(), with rank 0's request.
    virtual TrainResult follow(const FollowRequest& request) = 0;
};

// Throws Error where the library cannot be loaded.
Engine& loadEngine();

}  // namespace tritlab
