// The CUDA plugin's ops against the CPU's kernels, on a device, and training there against training on the CPU. Where
// there is none each of those cases says 'skipped: no CUDA device'; that the plugin can be loaded and registers its ops
// is tried wherever it was built.
#include <ATen/ATen.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <QTest>
#include <cmath>
#include <torch/csrc/distributed/c10d/HashStore.hpp>

#include "core/base/error.h"
#include "core/device/plugin.h"
#include "core/engine/distributed/nccl.h"
#include "core/engine/layers/host_tensor.h"
#include "core/engine/layers/prologue_node.h"
#include "core/engine/layers/tensor_ops.h"
#include "core/engine/loop/health_tracker.h"
#include "core/kernels/quantizers.h"
#include "tests/core/engine/loop/tiny_training.h"

using namespace tritlab;
using namespace tritlab::test;

namespace {

using ops::Optional;

at::Tensor onDevice(const at::Tensor& tensor) { return tensor.to(at::Device(at::kCUDA)); }
at::Tensor back(const at::Tensor& tensor) { return tensor.to(at::Device(at::kCPU)); }
Optional maybeOnDevice(const at::Tensor& tensor) {
    return tensor.defined() ? Optional(onDevice(tensor)) : std::nullopt;
}

double largestDifference(const at::Tensor& left, const at::Tensor& right) {
    return (left.to(at::kDouble) - right.to(at::kDouble)).abs().max().item<double>();
}
// How far a few roundings in another order may carry: of the largest value.
double allowed(const at::Tensor& reference) {
    const double max = reference.to(at::kDouble).abs().max().item<double>();
    return (reference.scalar_type() == at::kFloat ? 2e-6 : 8e-3) * std::max(max, 1e-3);
}

struct Case {
    const char* name;
    Prologue kind;
    at::ScalarType type;
};
std::vector<Case> prologues() {
    using A = Activation;
    std::vector<Case> cases;
    for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
        cases.push_back({"plain", {}, type});
        cases.push_back({"norm", {.norm = true}, type});
        cases.push_back({"relu2", {.activation = A::ReluSquared}, type});
        cases.push_back({"relu2 gated norm", {.activation = A::ReluSquared, .gated = true, .norm = true}, type});
        cases.push_back({"silu gated", {.activation = A::Silu, .gated = true}, type});
        cases.push_back({"silu norm", {.activation = A::Silu, .norm = true}, type});
    }
    return cases;
}

constexpr std::int64_t rows = 37, width = 300;  // no multiple of a warp or a block

at::Tensor inputOf(const Case& c) { return randomTensor({rows, c.kind.gated ? 2 * width : width}, 7, 1.5).to(c.type); }
at::Tensor normOf(const Case& c) { return c.kind.norm ? randomTensor({width}, 8, 0.3) + 1 : at::Tensor(); }

}  // namespace

class TestCudaOps : public QObject {
    Q_OBJECT
    std::string missing_ = cudaState().missing;

#define NEEDS_DEVICE()                                                              \
    if (!missing_.empty()) QSKIP(("skipped: no CUDA device: " + missing_).c_str()); \
    loadCudaPlugin()

private Q_SLOTS:
    void registersItsOps() {
        if (!std::filesystem::exists(cudaPluginPath())) {
            QVERIFY_THROWS_EXCEPTION(Error, loadCudaPlugin());
            QSKIP("skipped: the CUDA plugin was not built (./start --cuda builds it)");
        }
        loadCudaPlugin();
        for (const char* name : {"absmean", "ternary_codes", "blend_weights", "prologue", "prologue_codes",
                                 "prologue_backward", "int8_linear"}) {
            const auto found = c10::Dispatcher::singleton().findSchema({std::string("tritlab::") + name, ""});
            QVERIFY2(found && found->hasKernelForDispatchKey(c10::DispatchKey::CUDA), name);
            QVERIFY2(found->hasKernelForDispatchKey(c10::DispatchKey::CPU), name);
        }
        QVERIFY(cudaPluginSymbol(cuda::makeNcclName) != nullptr);
        QVERIFY(cudaPluginSymbol("noSuchThing") == nullptr);
    }

    // A group of one: what ranks on devices of their own ask of NCCL. (`--processes 2` on a machine with two devices is
    // the whole of it.)
    void ncclMovesWhatLiesOnADevice() {
        NEEDS_DEVICE();
        const auto make = reinterpret_cast<cuda::MakeNccl>(cudaPluginSymbol(cuda::makeNcclName));
        QVERIFY(make != nullptr);
        const auto store = c10::make_intrusive<c10d::HashStore>();
        const auto nccl = c10::intrusive_ptr<c10d::Backend>::reclaim(make(store, 0, 1, std::chrono::minutes(1)));
        const at::Tensor values = randomTensor({1000}, 5, 1);
        std::vector<at::Tensor> one{onDevice(values)};
        const auto finished = [](const c10::intrusive_ptr<c10d::Work>& work) {
            for (int i = 0; i < 10000 && !work->isCompleted(); ++i) QTest::qSleep(1);
            return work->isCompleted() && work->wait();
        };
        QVERIFY(finished(nccl->allreduce(one)));
        QVERIFY(finished(nccl->broadcast(one)));
        QVERIFY(at::equal(back(one[0]), values));
    }

    void weights() {
        NEEDS_DEVICE();
        for (const std::int64_t count : {std::int64_t{1}, std::int64_t{300}, std::int64_t{70001}}) {
            const at::Tensor w = randomTensor({count}, 3, 0.05), device = onDevice(w);
            const at::Tensor mean = ops::absmean(device);
            const std::span<const float> values(w.const_data_ptr<float>(), static_cast<std::size_t>(count));
            const float expected = absmean(values);
            QVERIFY(std::abs(back(mean).item<float>() - expected) <= 1e-6F * expected);
            const at::Tensor codes = at::empty({count}, at::kChar), same = onDevice(at::full({}, expected, at::kFloat));
            ternaryCodes(values, expected, {codes.data_ptr<std::int8_t>(), static_cast<std::size_t>(count)});
            const at::Tensor found = ops::ternaryCodes(device, same);
            QVERIFY(at::equal(back(found), codes));
            for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
                const at::Tensor blend = ops::blendWeights(device, found, same, 0.25, type);
                const at::Tensor reference = (w + 0.25 * (codes.to(at::kFloat) * expected - w)).to(type);
                QVERIFY(largestDifference(back(blend), reference) <= allowed(reference));
            }
        }
    }

    void prologueForwards() {
        NEEDS_DEVICE();
        for (const Case& c : prologues()) {
            const at::Tensor x = inputOf(c), norm = normOf(c);
            PrologueState state = prologueState(x, c.kind, norm);
            for (const double lambda : {0.0, 0.5}) {
                const at::Tensor reference = prologueForward(state, lambda);
                const auto [y, rstd] = ops::prologue(onDevice(x), maybeOnDevice(norm), c.kind, lambda);
                // Blended: a value on the edge between two codes may fall to either side, a step of lambda * inverse
                // scale away.
                const at::Tensor far = (back(y).to(at::kDouble) - reference.to(at::kDouble)).abs() > allowed(reference);
                QVERIFY2(far.sum().item<std::int64_t>() <= (lambda > 0 ? 3 : 0), c.name);
                if (c.kind.norm) QVERIFY2(largestDifference(back(rstd), state.rstd) <= allowed(state.rstd), c.name);
            }
            at::Tensor codes, inverse;
            prologueForwardCodes(state, codes, inverse);
            const auto [deviceCodes, deviceInverse, deviceRstd] =
                ops::prologueCodes(onDevice(x), maybeOnDevice(norm), c.kind);
            const at::Tensor off = (back(deviceCodes).to(at::kInt) - codes.to(at::kInt)).abs();
            QVERIFY2(off.max().item<std::int32_t>() <= 1 && off.sum().item<std::int64_t>() <= 3, c.name);
            QVERIFY2(largestDifference(back(deviceInverse), inverse) <= allowed(inverse), c.name);
        }
    }

    void prologueBackwards() {
        NEEDS_DEVICE();
        for (const Case& c : prologues()) {
            const at::Tensor x = inputOf(c), norm = normOf(c), dy = randomTensor({rows, width}, 9, 1).to(c.type);
            PrologueState state = prologueState(x, c.kind, norm);
            prologueForward(state, 0);
            at::Tensor expectedNorm;
            const at::Tensor expected = prologueBackward(state, dy, 0.7F, expectedNorm);
            const at::Tensor rstd = c.kind.norm ? state.rstd : at::empty({0}, at::kFloat);
            const auto [dx, normGradient] =
                ops::prologueBackward(onDevice(dy), onDevice(x), onDevice(rstd), maybeOnDevice(norm), c.kind, 0.7F);
            QVERIFY2(largestDifference(back(dx), expected) <= allowed(expected), c.name);
            if (c.kind.norm)
                QVERIFY2(largestDifference(back(normGradient), expectedNorm) <=
                             1e-5 * expectedNorm.abs().max().item<double>(),
                         c.name);
        }
    }

    // Integer sums are exact: only the scaling rounds, in the same order.
    void int8Products() {
        NEEDS_DEVICE();
        for (const auto& [n, in, out] :
             {std::array<std::int64_t, 3>{5, 64, 12}, {128, 768, 2048}, {33, 100, 36}, {9, 37, 19}}) {
            const at::Tensor x = at::randint(-128, 128, {n, in}, at::kChar),
                             w = at::randint(-1, 2, {out, in}, at::kChar);
            const at::Tensor rowScale = at::rand({n}), columnScale = at::rand({out});
            const at::Tensor sums = at::mm(x.to(at::kDouble), w.to(at::kDouble).t()).to(at::kFloat);
            for (const at::ScalarType type : {at::kFloat, at::kBFloat16}) {
                const at::Tensor y =
                    ops::int8Linear(onDevice(x), onDevice(w), onDevice(rowScale), onDevice(columnScale), type);
                const at::Tensor reference = (sums * (columnScale.unsqueeze(0) * rowScale.unsqueeze(1))).to(type);
                QVERIFY(at::equal(back(y), reference));
            }
        }
    }

    // Twenty steps there, beside the same on the CPU (tests/core/engine/loop/test_device_path.cpp has the same with the
    // ops' plain forms).
    void trainsAsTheCpu() {
        NEEDS_DEVICE();
        for (const TinyCase& c : tinyCases()) {
            const ModelConfig config = tinyConfig(c.block2b4t);
            const Trained reference = trainTiny(config, c.precision, c.lambda, 20);
            const Trained found = trainTiny(config, c.precision, c.lambda, 20, at::kCUDA);
            const std::string name = c.name();
            QVERIFY2(at::equal(found.codes, reference.codes), name.c_str());
            const Apart apart(found, reference);
            qInfo("%s: gradients within %.2g, losses within %.2g", name.c_str(), apart.gradients, apart.losses);
            QVERIFY2(apart.gradients <= c.gradients() && apart.losses <= c.losses(), name.c_str());
        }
    }

    // Initial weights are those of the CPU to the bit, and so is what health sees of them.
    void weightsComeAndGo() {
        NEEDS_DEVICE();
        const ModelConfig config = tinyConfig(true);
        LanguageModel here(config, Precision::Bf16), there(config, Precision::Bf16, at::kCUDA);
        here.initialize(Initialization::Normal, 0.05, 7);
        there.initialize(Initialization::Normal, 0.05, 7);
        for (std::size_t i = 0; i < here.parameters().size(); ++i)
            QVERIFY2(sameBits(onHost(there.parameters()[i].value), here.parameters()[i].value.detach()),
                     here.parameters()[i].name.c_str());
        HealthTracker cpu(here, 0.1), device(there, 0.1);
        const HealthEvent expected = cpu.snapshot(0), found = device.snapshot(0);
        for (std::size_t layer = 0; layer < expected.layers.size(); ++layer)
            QVERIFY(found.layers[layer].zero == expected.layers[layer].zero);
    }
};

QTEST_APPLESS_MAIN(TestCudaOps)
#include "test_cuda_ops.moc"
