#include "core/engine/bench/bench.h"

#include <ATen/ATen.h>
#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/base/profile.h"
#include "core/device/processor.h"
#include "core/engine/bench/op_profile.h"
#include "core/engine/bench/random_steps.h"
#include "core/engine/layers/products.h"
#include "core/engine/loop/compute_thread.h"
#include "core/engine/loop/health_tracker.h"
#include "core/engine/loop/training_device.h"

namespace tritlab {
namespace {

constexpr double learningRate = 1e-3, clip = 1.0;

struct Shape {
    const char* name;
    std::int64_t hidden, layers, heads, vocab, length, rows;
};
// As the PyTorch baseline's.
constexpr Shape shapes[] = {
    {"tiny", 256, 6, 4, 4096, 256, 16}, {"small", 512, 8, 8, 8192, 512, 8}, {"125m", 768, 12, 12, 32000, 512, 8}};

const Shape& shapeNamed(const std::string& name) {
    for (const Shape& shape : shapes)
        if (name == shape.name) return shape;
    throw Error("there is no shape '" + name + "'", "shape", "The shapes are tiny, small and 125m");
}

ModelConfig notebookConfig(const Shape& shape, bool ternary) {
    ModelConfig config;
    config.vocabSize = shape.vocab;
    config.hiddenSize = shape.hidden;
    config.layers = shape.layers;
    config.heads = config.kvHeads = shape.heads;
    config.headSize = shape.hidden / shape.heads;
    config.ffnSize = 4 * shape.hidden;
    config.contextLength = shape.length;
    config.normEps = 1e-6;
    config.normPlacement = NormPlacement::Post;
    config.gatedFfn = config.subNorms = false;
    config.ternaryLinears = ternary;
    return config;
}

// Of a step: a product forward and two backward with each linear's weight and with the head's, two operations a
// multiply-add.
double productFlops(const Shape& shape, const ModelConfig& config) {
    const std::int64_t linears =
        config.layers * (4 * config.hiddenSize * config.hiddenSize + 2 * config.hiddenSize * config.ffnSize);
    return 3.0 * 2.0 *
           static_cast<double>((linears + config.vocabSize * config.hiddenSize) * shape.rows * shape.length);
}

// Operations a second of LibTorch's product of two large matrices, bf16 unless that is slow here: the best of a few,
// after one that warms up.
double machineFlops(at::Device device) {
    using Clock = std::chrono::steady_clock;
    const std::int64_t size = device.is_cpu() ? 2048 : 8192;
    const at::ScalarType type = device.is_cpu() && !bf16ProductsAreFast() ? at::kFloat : at::kBFloat16;
    const at::Tensor a = at::ones({size, size}, at::TensorOptions(device).dtype(type)), b = at::ones_like(a);
    at::Tensor c = at::mm(a, b);
    finishWork(device);
    double best = std::numeric_limits<double>::infinity();
    for (int i = 0; i < 5; ++i) {
        const auto start = Clock::now();
        at::mm_out(c, a, b);
        finishWork(device);
        best = std::min(best, secondsSince(start));
    }
    return 2.0 * std::pow(static_cast<double>(size), 3) / best;
}

std::vector<BenchPart> partsOf(const Profile& profile, double total) {
    std::vector<BenchPart> parts;
    for (const auto& [name, part] : profile.parts()) parts.push_back({name, part.seconds, part.seconds / total});
    std::sort(parts.begin(), parts.end(),
              [](const auto& left, const auto& right) { return left.seconds > right.seconds; });
    return parts;
}

}  // namespace

BenchResult benchTraining(const BenchRequest& request) {
    const Shape& shape = shapeNamed(request.shape);
    if (request.mode != "bitnet" && request.mode != "dense" && request.mode != "reference") {
        throw Error("there is no mode '" + request.mode + "'", "mode", "The modes are bitnet, dense and reference");
    }
    if (request.steps < 1) throw Error("at least one step has to be timed", "steps", "Ask for 1 or more");
    const bool slow = request.mode == "reference", ternary = request.mode != "dense";
    if (slow && request.device == ComputeDevice::Cuda)
        throw Error("the reference runs on the CPU alone", "device",
                    "Ask for --device cpu, or for the mode bitnet or dense");
    const auto [device, name, remark] = slow ? TrainingDevice{} : trainingDevice(request.device, {});
    ComputeThread::setThreads(request.threads);
    BenchResult result;
    result.device = name;
    result.threads = ComputeThread::threadsAtWork();
    forgetPeak(device);
    RandomStepsSetup setup;
    setup.model = notebookConfig(shape, ternary);
    setup.precision = slow ? Precision::Fp32 : Precision::Bf16;
    setup.rows = shape.rows;
    setup.length = shape.length;
    setup.recompute = request.activationCheckpointing;
    setup.reference = slow;
    setup.device = device;
    RandomSteps steps(setup);
    const auto step = [&] {
        const double seconds = steps.micro(ternary ? 1.0 : 0.0);
        return seconds + steps.update(learningRate, 0.0, clip);
    };
    step();  // warm-up
    std::vector<double> times;
    for (int i = 0; i < request.steps; ++i) times.push_back(step());
    result.medianStepSeconds = median(times);
    result.tokensPerSecond = static_cast<double>(shape.rows * shape.length) / result.medianStepSeconds;
    result.peakMemoryBytes = static_cast<double>(peakBytes(device));
    result.parameters = parameterCount(steps.model().config());

    // One more step with the profile on, outside the timing.
    Profile profile;
    const OpProfile operations;
    const double profiled = step();
    result.loss = steps.loss();
    result.parts = partsOf(profile, profiled);
    if (ternary) {
        HealthTracker health(steps.model(), RunConfig{}.deadZoneWidth);
        (void)health.snapshot(0);  // makes its memory
        const auto start = std::chrono::steady_clock::now();
        (void)health.snapshot(1);
        result.healthSeconds = secondsSince(start);
    }
    result.productFlops = productFlops(shape, steps.model().config()) / result.medianStepSeconds;
    result.machineFlops = machineFlops(device);
    result.gemmShare = result.productFlops / result.machineFlops;
    return result;
}

}  // namespace tritlab
