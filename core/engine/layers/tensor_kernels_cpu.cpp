// The CPU's set: rows shared among threads, the inner loops from the kernel set of this machine.
#include <ATen/ops/_int_mm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <vector>

#include "core/engine/layers/autograd_node.h"
#include "core/engine/layers/tensor_kernels.h"
#include "core/kernels/quantizers.h"

namespace tritlab {

namespace {

template <typename T>
PrologueRows<T> rowsOf(const PrologueState& state) {
    return {state.kind, pointer<T>(state.x), pointer<float>(state.normWeight), pointer<float>(state.rstd),
            state.width()};
}

// pass(kernels' rows, begin, end, scratch of `width` floats) over all rows of x, of its type; for passes whose rows are
// independent.
template <typename Pass>
void overRows(const PrologueState& state, const Pass& pass) {
    const std::int64_t width = state.width();
    byPrecision(state.x.scalar_type(), [&]<typename T>() {
        const auto rows = rowsOf<T>(state);
        forRows(state.x.size(0), width, [&](std::int64_t begin, std::int64_t end) {
            std::vector<float> scratch(static_cast<std::size_t>(width));
            pass.template operator()<T>(rows, begin, end, scratch.data());
        });
    });
}

std::int64_t rowsOfAll(const std::vector<at::Tensor>& weights) {
    std::int64_t rows = 0;
    for (const at::Tensor& weight : weights) rows += weight.size(0);
    return rows;
}

// fill.operator()<T>(weight's number, its first value, that of the whole, count, where to) for parts of all weights.
template <typename Fill>
at::Tensor concatenated(const std::vector<at::Tensor>& weights, at::ScalarType type, const Fill& fill) {
    const std::int64_t in = weights[0].size(1);
    at::Tensor all = at::empty({rowsOfAll(weights), in}, weights[0].options().dtype(type).requires_grad(false));
    std::int64_t first = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        const std::int64_t out = weights[i].size(0);
        byPrecision(type, [&]<typename T>() {
            forRows(out, in, [&](std::int64_t begin, std::int64_t end) {
                fill.template operator()<T>(i, begin * in, (first + begin) * in, (end - begin) * in,
                                            pointer<T>(all) + (first + begin) * in);
            });
        });
        first += out;
    }
    return all;
}

// Quantizes by the absmean of the whole weight, which it gives.
float absmeanCodes(const at::Tensor& weight, std::int8_t* codes) {
    constexpr auto block = static_cast<std::int64_t>(absmeanBlock);
    const TrainKernels& kernels = trainKernels();
    const auto* w = pointer<float>(weight);
    const std::int64_t n = weight.numel(), blocks = (n + block - 1) / block;
    std::vector<double> sums(static_cast<std::size_t>(blocks));
    at::parallel_for(0, blocks, 16, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t b = begin; b < end; ++b)
            sums[static_cast<std::size_t>(b)] = kernels.absoluteSum(w + b * block, std::min(block, n - b * block));
    });
    const float mean = absmeanOfBlocks(sums, static_cast<std::size_t>(n));
    at::parallel_for(0, blocks, 16, [&](std::int64_t begin, std::int64_t end) {
        kernels.ternaryCodes(w + begin * block, std::min(end * block, n) - begin * block, 1.0F / mean,
                             codes + begin * block);
    });
    return mean;
}

class CpuTensorKernels final : public TensorKernels {
public:
    at::Tensor prologue(PrologueState& state, double lambda) const override {
        at::Tensor y = at::empty({state.x.size(0), state.width()}, state.x.options());
        overRows(state,
                 [&]<typename T>(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch) {
                     rowKernels<T>().prologue(rows, begin, end, static_cast<float>(lambda), scratch, pointer<T>(y));
                 });
        return y;
    }

    void prologueCodes(PrologueState& state, at::Tensor& codes, at::Tensor& inverseScale) const override {
        codes = at::empty({state.x.size(0), state.width()}, state.x.options().dtype(at::kChar));
        inverseScale = at::empty({state.x.size(0)}, state.x.options().dtype(at::kFloat));
        overRows(state,
                 [&]<typename T>(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch) {
                     rowKernels<T>().prologueCodes(rows, begin, end, scratch, pointer<std::int8_t>(codes),
                                                   pointer<float>(inverseScale));
                 });
    }

    at::Tensor prologueCodeValues(PrologueState& state) const override {
        at::Tensor y = at::empty({state.x.size(0), state.width()}, state.x.options());
        overRows(state,
                 [&]<typename T>(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch) {
                     rowKernels<T>().prologueCodeValues(rows, begin, end, scratch, pointer<T>(y));
                 });
        return y;
    }

    at::Tensor prologueBackward(const PrologueState& state, const at::Tensor& dy, float factor,
                                at::Tensor& normGradient) const override {
        const std::int64_t n = state.x.size(0), width = state.width();
        at::Tensor dx = at::empty_like(state.x);
        // The norm's gradient sums over rows: per chunk of rows, chunks in order, so that no thread count alters it.
        const std::int64_t chunk = std::max<std::int64_t>(32, (n + 63) / 64), chunks = (n + chunk - 1) / chunk;
        std::vector<float> partial(state.kind.norm ? static_cast<std::size_t>(chunks * width) : 0);
        byPrecision(state.x.scalar_type(), [&]<typename T>() {
            const auto rows = rowsOf<T>(state);
            at::parallel_for(0, chunks, 1, [&](std::int64_t first, std::int64_t last) {
                std::vector<float> scratch(static_cast<std::size_t>(2 * width));
                for (std::int64_t c = first; c < last; ++c)
                    rowKernels<T>().prologueBackward(
                        rows, c * chunk, std::min(n, (c + 1) * chunk), pointer<T>(dy), factor, scratch.data(),
                        partial.empty() ? nullptr : partial.data() + c * width, pointer<T>(dx));
            });
        });
        if (state.kind.norm) {
            normGradient = at::zeros({width}, state.normWeight.options());
            auto* total = pointer<float>(normGradient);
            for (std::int64_t c = 0; c < chunks; ++c)
                rowKernels<float>().addToFloat(partial.data() + c * width, width, 1.0F, total);
        }
        return dx;
    }

    void quantize(const std::vector<at::Tensor>& weights, const WeightQuantizer& quantizer,
                  TernaryCodes& into) const override {
        requireTensorScale(quantizer);
        const std::int64_t out = rowsOfAll(weights), in = weights[0].size(1);
        const auto options = weights[0].options().requires_grad(false);
        into.codes = at::empty({out, in}, options.dtype(at::kChar));
        into.columnScale = at::empty({out}, options);
        into.scales.clear();
        auto* target = pointer<std::int8_t>(into.codes);
        auto* scale = pointer<float>(into.columnScale);
        for (const at::Tensor& weight : weights) {
            switch (quantizer.kind) {
                case WeightQuantizer::Kind::Absmean: into.scales.push_back(absmeanCodes(weight, target));
            }
            target += weight.numel();
            scale = std::fill_n(scale, weight.size(0), into.scales.back());
        }
        if (int8ProductHas(KernelSet::Avx2)) into.packed.pack(pointer<std::int8_t>(into.codes), out, in);
    }

    at::Tensor dense(const std::vector<at::Tensor>& weights, at::ScalarType type) const override {
        return concatenated(weights, type,
                            [&]<typename T>(std::size_t i, std::int64_t from, std::int64_t, std::int64_t n, T* to) {
                                rowKernels<T>().fromFloat(pointer<float>(weights[i]) + from, n, to);
                            });
    }

    at::Tensor blended(const std::vector<at::Tensor>& weights, const TernaryCodes& codes, double lambda,
                       at::ScalarType type) const override {
        return concatenated(
            weights, type, [&]<typename T>(std::size_t i, std::int64_t from, std::int64_t at, std::int64_t n, T* to) {
                rowKernels<T>().blendWeights(pointer<float>(weights[i]) + from, pointer<std::int8_t>(codes.codes) + at,
                                             codes.scales[i], static_cast<float>(lambda), n, to);
            });
    }

    at::Tensor integerProduct(const at::Tensor& x, const at::Tensor& inverseScale, const TernaryCodes& codes,
                              at::ScalarType type) const override {
        const std::int64_t rows = x.size(0), out = codes.codes.size(0);
        at::Tensor y = at::empty({rows, out}, codes.columnScale.options().dtype(type));
        const auto* rowScale = pointer<float>(inverseScale);
        const auto* columnScale = pointer<float>(codes.columnScale);
        const bool fast = int8ProductHas(KernelSet::Avx2);
        const at::Tensor sums = fast ? at::Tensor() : at::_int_mm(x, codes.codes.t());
        byPrecision(type, [&]<typename T>() {
            if (fast) {
                at::parallel_for(0, rows, 32, [&](std::int64_t begin, std::int64_t end) {
                    int8Product(codes.packed, {pointer<std::int8_t>(x), rowScale, columnScale}, begin, end,
                                pointer<T>(y), out);
                });
            } else {
                forRows(rows, out, [&](std::int64_t begin, std::int64_t end) {
                    rowKernels<T>().scaleSums(pointer<std::int32_t>(sums), begin, end, out, rowScale, columnScale,
                                              pointer<T>(y));
                });
            }
        });
        return y;
    }

    at::Tensor valuesOfCodes(const at::Tensor& codes, at::ScalarType type) const override {
        at::Tensor values = at::empty(codes.sizes(), codes.options().dtype(type));
        const std::int64_t columns = codes.size(1);
        byPrecision(type, [&]<typename T>() {
            forRows(codes.size(0), columns, [&](std::int64_t begin, std::int64_t end) {
                rowKernels<T>().fromCodes(pointer<std::int8_t>(codes) + begin * columns, (end - begin) * columns,
                                          pointer<T>(values) + begin * columns);
            });
        });
        return values;
    }

    void scaleGradient(const at::Tensor& g, const at::Tensor& rowScale, const at::Tensor& columnScale,
                       at::Tensor& byRow, at::Tensor* byColumn) const override {
        byRow = at::empty_like(g);
        if (byColumn != nullptr) *byColumn = at::empty_like(g);
        byPrecision(g.scalar_type(), [&]<typename T>() {
            forRows(g.size(0), g.size(1), [&](std::int64_t begin, std::int64_t end) {
                rowKernels<T>().scaleGradient(pointer<T>(g), begin, end, g.size(1), pointer<float>(rowScale),
                                              pointer<float>(columnScale), pointer<T>(byRow),
                                              byColumn != nullptr ? pointer<T>(*byColumn) : nullptr);
            });
        });
    }

    // Per chunk of rows, chunks in order, so that no thread count alters it.
    at::Tensor rowSum(const at::Tensor& g) const override {
        const std::int64_t n = g.size(0), columns = g.size(1);
        const std::int64_t chunk = std::max<std::int64_t>(32, (n + 63) / 64), chunks = (n + chunk - 1) / chunk;
        const at::Tensor partial = at::zeros({chunks, columns}, g.options().dtype(at::kFloat));
        auto* sums = pointer<float>(partial);
        byPrecision(g.scalar_type(), [&]<typename T>() {
            at::parallel_for(0, chunks, 1, [&](std::int64_t first, std::int64_t last) {
                for (std::int64_t c = first; c < last; ++c)
                    for (std::int64_t row = c * chunk; row < std::min(n, (c + 1) * chunk); ++row)
                        rowKernels<T>().addToFloat(pointer<T>(g) + row * columns, columns, 1.0F, sums + c * columns);
            });
        });
        at::Tensor total = at::zeros({columns}, partial.options());
        for (std::int64_t c = 0; c < chunks; ++c)
            rowKernels<float>().addToFloat(sums + c * columns, columns, 1.0F, pointer<float>(total));
        return total;
    }

    at::Tensor toFloat(const at::Tensor& rows) const override {
        at::Tensor floats = at::empty(rows.sizes(), rows.options().dtype(at::kFloat));
        const std::int64_t columns = rows.size(1);
        byPrecision(rows.scalar_type(), [&]<typename T>() {
            forRows(rows.size(0), columns, [&](std::int64_t begin, std::int64_t end) {
                rowKernels<T>().toFloat(pointer<T>(rows) + begin * columns, (end - begin) * columns,
                                        pointer<float>(floats) + begin * columns);
            });
        });
        return floats;
    }
};

}  // namespace

const TensorKernels& cpuTensorKernels() {
    static const CpuTensorKernels kernels;
    return kernels;
}

}  // namespace tritlab
