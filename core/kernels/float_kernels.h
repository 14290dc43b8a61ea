// The fp32 functions of a kernel table, written once over `Lanes`. Each table's file includes its own lanes and then
// this, so that the code is compiled with that file's flags; everything is internal to that file, and no library
// template is used here: the linker would otherwise keep one copy for all, perhaps one that the processor cannot run.
#pragma once

#include <cstdint>

#include "core/kernels/kernels.h"

namespace tritlab {
namespace {

// e^x to about two units in the last place: x = n ln 2 + r, a polynomial in r (Cephes' expf), times 2^n. Its steps are
// those of training's (lanes.inc), so that SiLU is the same to the bit.
inline Lanes exponential(Lanes x) {
    x = Lanes::min(Lanes::max(x, Lanes::all(-87.f)), Lanes::all(88.f));
    const Lanes n = (x * Lanes::all(1.44269504088896341f)).rounded();
    const Lanes r = (x - n * Lanes::all(0.693359375f)) - n * Lanes::all(-2.12194440e-4f);
    constexpr float rest[] = {1.3981999507e-3f, 8.3334519073e-3f, 4.1665795894e-2f, 1.6666665459e-1f, 5.0000001201e-1f};
    Lanes p = Lanes::all(1.9875691500e-4f);
    for (const float coefficient : rest) p = p * r + Lanes::all(coefficient);
    return ((p * (r * r) + r) + Lanes::all(1.f)).timesPowerOfTwo(n);
}

void rmsNorm(const float* x, const float* weight, std::int64_t n, std::int64_t width, float eps, float* out) {
    // one sum, in training's order: another rounding, and an int8 code falls the other way
    Lanes squares = Lanes::all(0.f);
    for (std::int64_t i = 0; i < n; i += 16) {
        const Lanes v = Lanes::load(x + i);
        squares = squares + v * v;
    }
    const float inverse = 1.f / __builtin_sqrtf(squares.sum() / static_cast<float>(width) + eps);
    for (std::int64_t i = 0; i < n; i += 16)
        (Lanes::load(x + i) * Lanes::all(inverse) * Lanes::load(weight + i)).store(out + i);
}

float quantize(const float* x, std::int64_t n, std::int8_t* codes, std::int32_t* sum) {
    Lanes largest = Lanes::all(0.f);
    for (std::int64_t i = 0; i < n; i += 16) largest = Lanes::max(Lanes::load(x + i).abs(), largest);
    const float top = largest.largest();
    const float max = top > 1e-5f ? top : 1e-5f;
    const Lanes scale = Lanes::all(127.f / max);
    for (std::int64_t i = 0; i < n; i += 16) (Lanes::load(x + i) * scale).storeInt8(codes + i);
    *sum = Lanes::sumInt8(codes, n);
    return max / 127.f;
}

void multiply(const float* a, const float* b, std::int64_t n, float* out) {
    for (std::int64_t i = 0; i < n; i += 16) (Lanes::load(a + i) * Lanes::load(b + i)).store(out + i);
}

void add(const float* a, const float* b, std::int64_t n, float* out) {
    for (std::int64_t i = 0; i < n; i += 16) (Lanes::load(a + i) + Lanes::load(b + i)).store(out + i);
}

inline Lanes reluSquaredOf(Lanes x) {
    const Lanes positive = Lanes::max(x, Lanes::all(0.f));
    return positive * positive;
}

inline Lanes sigmoidOf(Lanes x) { return Lanes::all(1.f) / (exponential(Lanes::all(0.f) - x) + Lanes::all(1.f)); }
inline Lanes siluOf(Lanes x) { return x * sigmoidOf(x); }
// By tanh, as x sigmoid(2 sqrt(2 / pi) (x + 0.044715 x^3)).
inline Lanes geluOf(Lanes x) {
    return x * sigmoidOf(x * (Lanes::all(1.5957691216f) + Lanes::all(0.0713548163f) * (x * x)));
}

// work(f) with the function of Lanes that an activation is.
template <class Work>
inline void withActivation(Activation activation, const Work& work) {
    switch (activation) {
        case Activation::None: return work([](Lanes x) { return x; });
        case Activation::ReluSquared: return work(reluSquaredOf);
        case Activation::Silu: return work(siluOf);
        case Activation::GeluTanh: return work(geluOf);
    }
}

void activate(Activation activation, const float* x, std::int64_t n, float* out) {
    withActivation(activation, [=](const auto& f) {
        for (std::int64_t i = 0; i < n; i += 16) f(Lanes::load(x + i)).store(out + i);
    });
}

void activateGate(Activation activation, const float* gate, const float* up, std::int64_t n, float* out) {
    withActivation(activation, [=](const auto& f) {
        for (std::int64_t i = 0; i < n; i += 16) (f(Lanes::load(gate + i)) * Lanes::load(up + i)).store(out + i);
    });
}

void toBf16(const float* x, std::int64_t n, std::uint16_t* out) {
    for (std::int64_t i = 0; i < n; i += 16) Lanes::load(x + i).storeBf16(out + i);
}

struct RowsF32 {
    using Value = float;
    static constexpr bool scaled = false;
    static Lanes load(const Value* p) { return Lanes::load(p); }
};
struct RowsBf16 {
    using Value = std::uint16_t;
    static constexpr bool scaled = false;
    static Lanes load(const Value* p) { return Lanes::loadBf16(p); }
};
struct RowsInt8 {
    using Value = std::int8_t;
    static constexpr bool scaled = true;
    static Lanes load(const Value* p) { return Lanes::loadInt8(p); }
};

// Scores of G queries against P positions from `position` on: a key is read once for all queries, and G * P sums that
// do not wait for each other run side by side. Each sum's order is the same whatever G and P.
template <class Rows, int G, int P>
inline void scorePositions(const AttentionTask& task, std::int64_t firstQuery, std::int64_t position) {
    const auto* keys = static_cast<const typename Rows::Value*>(task.keys) + position * task.stride;
    const float* queries[G];
    for (int g = 0; g < G; ++g) queries[g] = task.queries + task.place(firstQuery + g);
    Lanes sums[P][G];
    for (auto& ofPosition : sums)
        for (Lanes& sum : ofPosition) sum = Lanes::all(0.f);
    for (std::int64_t i = 0; i < task.stride; i += 16) {
        Lanes query[G];
        for (int g = 0; g < G; ++g) query[g] = Lanes::load(queries[g] + i);
        for (int p = 0; p < P; ++p) {
            const Lanes key = Rows::load(keys + p * task.stride + i);
            for (int g = 0; g < G; ++g) sums[p][g] = Lanes::fma(query[g], key, sums[p][g]);
        }
    }
    for (int p = 0; p < P; ++p) {
        float scale = task.scale;
        if constexpr (Rows::scaled) scale *= task.keyScales[position + p];
        for (int g = 0; g < G; ++g)
            task.scores[(firstQuery + g) * task.scoreStride() + position + p] = sums[p][g].sum() * scale;
    }
}

template <class Rows, int G>
void scoreQueries(const AttentionTask& task, std::int64_t firstQuery, std::int64_t first, std::int64_t last) {
    constexpr int together = G == 1 ? 8 : 4;
    std::int64_t position = first;
    for (; position + together <= last; position += together)
        scorePositions<Rows, G, together>(task, firstQuery, position);
    for (; position < last; ++position) scorePositions<Rows, G, 1>(task, firstQuery, position);
}

// In place; what lies beyond `positions` becomes 0. logSumExp may be null.
inline void softmax(float* scores, std::int64_t positions, std::int64_t padded, float* logSumExp) {
    for (std::int64_t i = positions; i < padded; ++i) scores[i] = -__builtin_inff();
    Lanes largest = Lanes::load(scores);
    for (std::int64_t i = 16; i < padded; i += 16) largest = Lanes::max(Lanes::load(scores + i), largest);
    const float max = largest.largest();
    const Lanes top = Lanes::all(max);
    Lanes total = Lanes::all(0.f);
    for (std::int64_t i = 0; i < padded; i += 16) {
        exponential(Lanes::load(scores + i) - top).store(scores + i);
        if (i + 16 > positions)
            for (std::int64_t j = positions; j < padded; ++j) scores[j] = 0.f;
        total = total + Lanes::load(scores + i);
    }
    const float mass = total.sum();
    const Lanes inverse = Lanes::all(1.f / mass);
    for (std::int64_t i = 0; i < padded; i += 16) (Lanes::load(scores + i) * inverse).store(scores + i);
    if (logSumExp != nullptr) *logSumExp = max + __builtin_logf(mass);
}

// Adds positions first..last of the values, weighed by each query's scores, to 16 * N numbers of out from i on.
// Positions in order, whatever the blocks.
template <class Rows, int G, int N>
inline void addValueLanes(const AttentionTask& task, std::int64_t firstQuery, std::int64_t first, std::int64_t last,
                          std::int64_t i) {
    const auto* values = static_cast<const typename Rows::Value*>(task.values) + i;
    const float* scores = task.scores + firstQuery * task.scoreStride();
    const std::int64_t scoreStride = task.scoreStride();
    float* out[G];
    for (int g = 0; g < G; ++g) out[g] = task.out + task.place(firstQuery + g) + i;
    Lanes sums[N][G];
    for (int n = 0; n < N; ++n)
        for (int g = 0; g < G; ++g) sums[n][g] = Lanes::load(out[g] + 16 * n);
    for (std::int64_t position = first; position < last; ++position) {
        Lanes score[G];
        for (int g = 0; g < G; ++g) score[g] = Lanes::all(scores[g * scoreStride + position]);
        for (int n = 0; n < N; ++n) {
            Lanes v = Rows::load(values + position * task.stride + 16 * n);
            if constexpr (Rows::scaled) v = v * Lanes::all(task.valueScales[position]);
            for (int g = 0; g < G; ++g) sums[n][g] = Lanes::fma(score[g], v, sums[n][g]);
        }
    }
    for (int n = 0; n < N; ++n)
        for (int g = 0; g < G; ++g) sums[n][g].store(out[g] + 16 * n);
}

template <class Rows, int G>
void addValues(const AttentionTask& task, std::int64_t firstQuery, std::int64_t first, std::int64_t last) {
    constexpr std::int64_t block = 64;  // values of a block stay in the first cache for all lanes
    constexpr int together = 4;
    for (; first < last; first += block) {
        const std::int64_t end = first + block < last ? first + block : last;
        std::int64_t i = 0;
        for (; i + 16 * together <= task.stride; i += 16 * together)
            addValueLanes<Rows, G, together>(task, firstQuery, first, end, i);
        for (; i < task.stride; i += 16) addValueLanes<Rows, G, 1>(task, firstQuery, first, end, i);
    }
}

// The positions that all G queries see are read once for all; the few more that later rows see, by each alone.
template <class Rows, int G>
void attendQueries(const AttentionTask& task, std::int64_t firstQuery) {
    const std::int64_t shared = task.positionsOf(firstQuery), scoreStride = task.scoreStride();
    scoreQueries<Rows, G>(task, firstQuery, 0, shared);
    for (int g = 0; g < G; ++g) {
        const std::int64_t query = firstQuery + g, seen = task.positionsOf(query);
        scoreQueries<Rows, 1>(task, query, shared, seen);
        softmax(task.scores + query * scoreStride, seen, roundUp(seen, 16),
                task.logSumExp != nullptr ? task.logSumExp + query : nullptr);
        float* out = task.out + task.place(query);
        for (std::int64_t i = 0; i < task.stride; ++i) out[i] = 0.f;
    }
    addValues<Rows, G>(task, firstQuery, 0, shared);
    for (int g = 0; g < G; ++g) addValues<Rows, 1>(task, firstQuery + g, shared, task.positionsOf(firstQuery + g));
}

template <class Rows>
void attention(const AttentionTask& task) {
    std::int64_t query = 0;
    for (; query + 4 <= task.queryCount(); query += 4) attendQueries<Rows, 4>(task, query);
    switch (task.queryCount() - query) {
        case 3: attendQueries<Rows, 3>(task, query); break;
        case 2: attendQueries<Rows, 2>(task, query); break;
        case 1: attendQueries<Rows, 1>(task, query); break;
        default: break;
    }
}

}  // namespace
}  // namespace tritlab

// The fp32 part of a table, in Kernels' order.
#define TRITLAB_FLOAT_KERNELS                                           \
    rmsNorm, quantize, multiply, add, activate, activateGate, toBf16, { \
        attention<RowsF32>, attention<RowsBf16>, attention<RowsInt8>    \
    }
