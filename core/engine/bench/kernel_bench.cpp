#include "core/engine/bench/kernel_bench.h"

#include <ATen/Functions.h>
#include <algorithm>
#include <chrono>
#include <functional>

#include "core/base/error.h"
#include "core/base/measure.h"
#include "core/engine/layers/attention.h"
#include "core/engine/layers/autograd_node.h"
#include "core/engine/loop/compute_thread.h"
#include "core/kernels/int8_product.h"

namespace tritlab {
namespace {

using Work = std::function<void()>;

class Timings {
public:
    explicit Timings(const KernelBenchRequest& request) : request_(request) {}
    // The first variant of a kernel is its reference.
    void add(const std::string& kernel, const std::string& variant, const Work& work) {
        using Clock = std::chrono::steady_clock;
        if (request_.stop.stopRequested()) return;
        work();  // warm-up
        std::vector<double> times;
        for (int i = 0; i < request_.repeats; ++i) {
            const auto start = Clock::now();
            work();
            times.push_back(secondsSince(start));
        }
        const double seconds = median(times);
        if (all_.empty() || all_.back().kernel != kernel) reference_ = seconds;
        all_.push_back({kernel, variant, seconds, reference_ / seconds});
    }
    [[nodiscard]] std::vector<KernelTiming> take() { return std::move(all_); }

private:
    const KernelBenchRequest& request_;
    std::vector<KernelTiming> all_;
    double reference_ = 0;
};

at::Tensor noise(std::int64_t rows, std::int64_t columns, at::ScalarType type) {
    at::Tensor values = at::randn({rows, columns}, at::detail::createCPUGenerator(1), at::kFloat);
    return values.to(type);
}

// Int8 codes times ternary codes, scaled and stored as bf16.
void addProduct(Timings& timings, const KernelBenchRequest& r, std::int64_t out, std::int64_t in) {
    const at::Tensor x = at::randint(-127, 128, {r.rows, in}, at::kChar),
                     weight = at::randint(-1, 2, {out, in}, at::kChar);
    const at::Tensor rowScale = at::ones({r.rows}), columnScale = at::ones({out}),
                     y = at::empty({r.rows, out}, at::kBFloat16);
    PackedCodes packed;
    packed.pack(pointer<std::int8_t>(weight), out, in);
    const Int8Rows rows{pointer<std::int8_t>(x), pointer<float>(rowScale), pointer<float>(columnScale)};
    const auto split = [&](auto kernel) {
        return [&, kernel] {
            at::parallel_for(0, r.rows, 32, [&](std::int64_t begin, std::int64_t end) {
                kernel(packed, rows, begin, end, pointer<std::uint16_t>(y), out);
            });
        };
    };
    const std::string name = "int8 product " + std::to_string(in) + " -> " + std::to_string(out);
    using Kernel =
        void (*)(const PackedCodes&, const Int8Rows&, std::int64_t, std::int64_t, std::uint16_t*, std::int64_t);
    timings.add(name, "scalar", split(static_cast<Kernel>(int8_scalar::product)));
    const at::Tensor a = x.to(at::kBFloat16), b = weight.to(at::kBFloat16).t();
    timings.add(name, "LibTorch, bf16", [&] { (void)at::mm(a, b); });
    timings.add(name, "LibTorch, int8", [&] { (void)at::_int_mm(x, weight.t()); });
    if (int8ProductHas(KernelSet::Avx2)) timings.add(name, "avx2", split(static_cast<Kernel>(int8_avx2::product)));
    if (int8ProductHas(KernelSet::Avx512Vnni))
        timings.add(name, "avx512vnni", split(static_cast<Kernel>(int8_avx512vnni::product)));
    if (int8ProductHas(KernelSet::Amx))
        timings.add(name, "amx and avx512vnni", split(static_cast<Kernel>(int8Product)));
}

// Each pass of bf16 rows by each set of kernels that this machine runs.
void addRowPasses(Timings& timings, const KernelBenchRequest& r) {
    const std::int64_t width = r.width;
    const at::Tensor x = noise(r.rows, width, at::kBFloat16), dy = noise(r.rows, width, at::kBFloat16);
    const at::Tensor weight = at::ones({width}), rstd = at::empty({r.rows}), inverse = at::empty({r.rows}),
                     columnScale = at::ones({width});
    const at::Tensor codes = at::empty({r.rows, width}, at::kChar), y = at::empty_like(x), other = at::empty_like(x);
    const at::Tensor logits = noise(r.rows, width, at::kBFloat16), shadow = noise(width, width, at::kFloat);
    const at::Tensor ternary = at::empty({width, width}, at::kChar);
    using Rows = std::function<void(const TrainKernels&, std::int64_t, std::int64_t, float*)>;
    const PrologueRows<std::uint16_t> rows{{.activation = Activation::ReluSquared, .norm = true},
                                           pointer<std::uint16_t>(x),
                                           pointer<float>(weight),
                                           pointer<float>(rstd),
                                           width};
    const auto* g = pointer<std::uint16_t>(dy);
    const auto halves = [](const at::Tensor& t) { return pointer<std::uint16_t>(t); };
    const std::vector<std::pair<std::string, Rows>> passes = {
        {"squared ReLU + RMS norm + int8 codes",
         [&](const TrainKernels& k, std::int64_t begin, std::int64_t end, float* scratch) {
             k.bf16.prologueCodes(rows, begin, end, scratch, pointer<std::int8_t>(codes), pointer<float>(inverse));
         }},
        {"their backward",
         [&](const TrainKernels& k, std::int64_t begin, std::int64_t end, float* scratch) {
             std::vector<float> dw(static_cast<std::size_t>(width));
             k.bf16.prologueBackward(rows, begin, end, g, 0.5F, scratch, dw.data(), halves(y));
         }},
        {"gradient times token and weight scales",
         [&](const TrainKernels& k, std::int64_t begin, std::int64_t end, float*) {
             k.bf16.scaleGradient(g, begin, end, width, pointer<float>(inverse), pointer<float>(columnScale), halves(y),
                                  halves(other));
         }},
        {"cross-entropy and its gradient", [&](const TrainKernels& k, std::int64_t begin, std::int64_t end, float*) {
             for (std::int64_t row = begin; row < end; ++row)
                 (void)k.bf16.crossEntropy(halves(logits) + row * width, width, row % width, true);
         }}};
    const auto sets = [](const std::function<void(const TrainKernels&)>& use) {
        for (const char* name : {"scalar", "avx2", "avx512"})
            if (const TrainKernels* kernels = trainKernels(name)) use(*kernels);
    };
    for (const auto& [name, pass] : passes)
        sets([&](const TrainKernels& kernels) {
            timings.add(name, std::string(kernels.name), [&] {
                forRows(r.rows, width, [&](std::int64_t begin, std::int64_t end) {
                    std::vector<float> scratch(static_cast<std::size_t>(2 * width));
                    pass(kernels, begin, end, scratch.data());
                });
            });
        });
    sets([&](const TrainKernels& kernels) {
        timings.add("absmean and ternary codes of a weight", std::string(kernels.name), [&] {
            const double sum = kernels.absoluteSum(pointer<float>(shadow), shadow.numel());
            kernels.ternaryCodes(pointer<float>(shadow), shadow.numel(),
                                 static_cast<float>(static_cast<double>(shadow.numel()) / sum),
                                 pointer<std::int8_t>(ternary));
        });
    });
}

// Ours on packed rows with the rotation inside, against LibTorch's flash attention on heads that are rotated already.
void addAttention(Timings& timings, const KernelBenchRequest& r) {
    constexpr std::int64_t headSize = 64, length = 256;
    const std::int64_t heads = std::max<std::int64_t>(1, r.width / headSize),
                       batch = std::max<std::int64_t>(1, r.rows / length);
    const QkvShape shape{batch, length, heads, heads, headSize};
    const RopeTable rope = ropeTable(length, ropeFrequencies(headSize, 10000));
    const at::Tensor qkv = noise(batch * length, shape.width(), at::kBFloat16).requires_grad_();
    const at::Tensor g = noise(batch * length, heads * headSize, at::kBFloat16);
    const at::Tensor split = qkv.detach().view({batch, length, 3 * heads, headSize}).transpose(1, 2).contiguous();
    const at::Tensor q = split.narrow(1, 0, heads).contiguous().requires_grad_(),
                     k = split.narrow(1, heads, heads).contiguous().requires_grad_();
    const at::Tensor v = split.narrow(1, 2 * heads, heads).contiguous().requires_grad_();
    const at::Tensor gHeads = g.view({batch, length, heads, headSize}).transpose(1, 2).contiguous();
    const auto theirs = [&] { return at::scaled_dot_product_attention(q, k, v, {}, 0.0, true); };
    const auto ours = [&] { return attention(qkv, shape, rope, {}); };
    {
        const at::NoGradGuard guard;
        timings.add("attention forward", "LibTorch", [&] { (void)theirs(); });
        timings.add("attention forward", "fused", [&] { (void)ours(); });
    }
    timings.add("attention forward and backward", "LibTorch", [&] { theirs().backward(gHeads); });
    timings.add("attention forward and backward", "fused", [&] { ours().backward(g); });
}

}  // namespace

std::vector<KernelTiming> benchKernelSets(const KernelBenchRequest& request) {
    if (request.rows < 1 || request.width < 16 || request.repeats < 1)
        throw Error("there is nothing to measure", "bench", "Ask for at least one row, a width of 16 and one repeat.");
    ComputeThread::setThreads(request.threads);
    Timings timings(request);
    addProduct(timings, request, request.width, request.width);
    addProduct(timings, request, 4 * request.width, request.width);
    addRowPasses(timings, request);
    addAttention(timings, request);
    return timings.take();
}

}  // namespace tritlab
