// The one source of every set of training kernels (train_kernels.h); see lanes.inl for how it is compiled.
#include "core/quant/kernels/lanes.inl"
#include "core/quant/kernels/train_kernels.h"

namespace tritlab::TRITLAB_KERNELS {

namespace {

// ---- quantizers

double absoluteSum(const float* w, std::int64_t n) {
    D8 total = {};
    std::int64_t i = 0;
    for (; i + 8 <= n; i += 8) {
        F8 v;
        __builtin_memcpy(&v, w + i, sizeof v);
        using U8 = std::uint32_t __attribute__((vector_size(32)));
        total += __builtin_convertvector((F8)((U8)v & 0x7fffffffU), D8);
    }
    double lane[8];
    __builtin_memcpy(lane, &total, sizeof total);
    for (; i < n; ++i) lane[i % 8] += __builtin_fabs(static_cast<double>(w[i]));
    return ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
}

void ternaryCodes(const float* w, std::int64_t n, float inverse, std::int8_t* codes) {
    for (std::int64_t i = 0; i < n; i += lanes) {
        const F16 v = minimum(maximum(load(w + i, n - i) * inverse, splat(-1.0F)), splat(1.0F));
        store(codes + i, roundEven(v), n - i);
    }
}

// max |x|: as bits, so that a NaN is the largest.
TRITLAB_INLINE float absoluteMaximum(const float* x, std::int64_t n) {
    U16 most = {};
    for (std::int64_t i = 0; i < n; i += lanes) {
        const U16 bits = absBits(load(x + i, n - i));
        const U16 larger = (U16)(bits > most);
        most = (larger & bits) | (~larger & most);
    }
    std::uint32_t a[lanes];
    __builtin_memcpy(a, &most, sizeof most);
    for (int i = 1; i < lanes; ++i) a[0] = a[i] > a[0] ? a[i] : a[0];
    float value;
    __builtin_memcpy(&value, a, sizeof value);
    return value < 1e-5F ? 1e-5F : value;
}

TRITLAB_INLINE F16 code(F16 x, float scale) {
    return roundEven(minimum(maximum(x * scale, splat(-128.0F)), splat(127.0F)));
}

float int8Codes(const float* x, std::int64_t n, std::int8_t* codes) {
    const float most = absoluteMaximum(x, n);
    const float scale = 127.0F / most;
    for (std::int64_t i = 0; i < n; i += lanes) store(codes + i, code(load(x + i, n - i), scale), n - i);
    return most / 127.0F;
}

// ---- prologue: activation, norm, quantization

TRITLAB_INLINE F16 sigmoid(F16 x) { return 1.0F / (exponential(-x) + 1.0F); }

template <typename T>
TRITLAB_INLINE F16 activated(const Prologue& kind, const T* x, std::int64_t width, std::int64_t i) {
    F16 a = load(x + i, width - i);
    if (kind.activation == Prologue::Activation::ReluSquared) {
        a = select(a < 0.0F, F16{}, a);  // NaN stays
        a = a * a;
    } else if (kind.activation == Prologue::Activation::Silu) {
        a = a * sigmoid(a);
    }
    return kind.gated ? a * load(x + width + i, width - i) : a;
}

template <typename T>
float* prologueRow(const PrologueRows<T>& rows, std::int64_t r, float* h) {
    const T* x = rows.x + r * rows.inputWidth();
    const std::int64_t width = rows.width;
    F16 squares = {};
    for (std::int64_t i = 0; i < width; i += lanes) {
        const F16 a = activated(rows.kind, x, width, i);
        squares += a * a;
        store(h + i, a, width - i);
    }
    if (rows.kind.norm) {
        const float rstd = 1.0F / __builtin_sqrtf(sum(squares) / static_cast<float>(width) + rows.kind.eps);
        rows.rstd[r] = rstd;
        for (std::int64_t i = 0; i < width; i += lanes)
            store(h + i, load(h + i, width - i) * rstd * load(rows.normWeight + i, width - i), width - i);
    }
    return h;
}

template <typename T>
void prologue(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float lambda, float* scratch, T* y) {
    const std::int64_t width = rows.width;
    for (std::int64_t r = begin; r < end; ++r) {
        const float* h = prologueRow(rows, r, scratch);
        T* out = y + r * width;
        if (lambda == 0.0F) {
            for (std::int64_t i = 0; i < width; i += lanes) store(out + i, load(h + i, width - i), width - i);
            continue;
        }
        const float most = absoluteMaximum(h, width);
        const float scale = 127.0F / most, inverse = most / 127.0F;
        for (std::int64_t i = 0; i < width; i += lanes) {
            const F16 v = load(h + i, width - i);
            store(out + i, v + lambda * (code(v, scale) * inverse - v), width - i);
        }
    }
}

template <typename T>
void prologueCodes(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch, std::int8_t* codes,
                   float* inverseScale) {
    for (std::int64_t r = begin; r < end; ++r)
        inverseScale[r] = int8Codes(prologueRow(rows, r, scratch), rows.width, codes + r * rows.width);
}

template <typename T>
TRITLAB_INLINE void activationBackward(const Prologue& kind, const T* x, std::int64_t width, std::int64_t i, F16 da, T* dx) {
    const std::int64_t n = width - i;
    const F16 g = load(x + i, n);
    F16 value = g, slope = splat(1.0F);
    if (kind.activation == Prologue::Activation::ReluSquared) {
        const F16 positive = select(g < 0.0F, F16{}, g);
        value = positive * positive;
        slope = 2.0F * positive;
    } else if (kind.activation == Prologue::Activation::Silu) {
        const F16 s = sigmoid(g);
        value = g * s;
        slope = s * (1.0F + g * (1.0F - s));
    }
    if (kind.gated) {
        store(dx + i, da * slope * load(x + width + i, n), n);
        store(dx + width + i, da * value, n);
    } else {
        store(dx + i, da * slope, n);
    }
}

template <typename T>
void prologueBackward(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, const T* dy, float factor, float* scratch,
                      float* normGradient, T* dx) {
    const std::int64_t width = rows.width;
    for (std::int64_t r = begin; r < end; ++r) {
        const T* x = rows.x + r * rows.inputWidth();
        const T* g = dy + r * width;
        T* out = dx + r * rows.inputWidth();
        if (!rows.kind.norm) {
            for (std::int64_t i = 0; i < width; i += lanes)
                activationBackward(rows.kind, x, width, i, load(g + i, width - i) * factor, out);
            continue;
        }
        // y = a rstd w: with n = a rstd, da = rstd (dy w - n mean(dy w n)), dw = dy n.
        const float rstd = rows.rstd[r];
        float* normed = scratch;
        float* weighted = scratch + width;
        F16 dot = {};
        for (std::int64_t i = 0; i < width; i += lanes) {
            const std::int64_t n = width - i;
            const F16 a = activated(rows.kind, x, width, i) * rstd;
            const F16 d = load(g + i, n) * factor;
            const F16 dw = d * load(rows.normWeight + i, n);
            store(normGradient + i, load(normGradient + i, n) + d * a, n);
            dot += dw * a;
            store(normed + i, a, n);
            store(weighted + i, dw, n);
        }
        const float mean = sum(dot) / static_cast<float>(width);
        for (std::int64_t i = 0; i < width; i += lanes) {
            const std::int64_t n = width - i;
            const F16 da = (load(weighted + i, n) - load(normed + i, n) * mean) * rstd;
            activationBackward(rows.kind, x, width, i, da, out);
        }
    }
}

// ---- passes around the products

template <typename T>
void add(const T* a, const T* b, std::int64_t n, T* total) {
    for (std::int64_t i = 0; i < n; i += lanes) store(total + i, load(a + i, n - i) + load(b + i, n - i), n - i);
}

template <typename T>
void scaleSums(const std::int32_t* sums, std::int64_t begin, std::int64_t end, std::int64_t columns, const float* rowScale,
               const float* columnScale, T* y) {
    for (std::int64_t r = begin; r < end; ++r)
        for (std::int64_t c = 0; c < columns; c += lanes) {
            const std::int64_t at = r * columns + c, n = columns - c;
            store(y + at, load(sums + at, n) * (load(columnScale + c, n) * rowScale[r]), n);
        }
}

template <typename T>
void scaleGradient(const T* g, std::int64_t begin, std::int64_t end, std::int64_t columns, const float* rowScale,
                   const float* columnScale, T* byRow, T* byColumn) {
    for (std::int64_t r = begin; r < end; ++r)
        for (std::int64_t c = 0; c < columns; c += lanes) {
            const std::int64_t at = r * columns + c, n = columns - c;
            const F16 v = load(g + at, n);
            if (byRow != nullptr) store(byRow + at, v * rowScale[r], n);
            if (byColumn != nullptr) store(byColumn + at, v * load(columnScale + c, n), n);
        }
}

template <typename T>
void fromCodes(const std::int8_t* codes, std::int64_t n, T* y) {
    for (std::int64_t i = 0; i < n; i += lanes) store(y + i, load(codes + i, n - i), n - i);
}

template <typename T>
void fromFloat(const float* x, std::int64_t n, T* y) {
    for (std::int64_t i = 0; i < n; i += lanes) store(y + i, load(x + i, n - i), n - i);
}

template <typename T>
void toFloat(const T* x, std::int64_t n, float* y) {
    for (std::int64_t i = 0; i < n; i += lanes) store(y + i, load(x + i, n - i), n - i);
}

template <typename T>
void addToFloat(const T* x, std::int64_t n, float factor, float* total) {
    for (std::int64_t i = 0; i < n; i += lanes) store(total + i, load(total + i, n - i) + load(x + i, n - i) * factor, n - i);
}

template <typename T>
void blendWeights(const float* w, const std::int8_t* codes, float absmean, float lambda, std::int64_t n, T* y) {
    for (std::int64_t i = 0; i < n; i += lanes) {
        const F16 v = load(w + i, n - i);
        store(y + i, v + lambda * (load(codes + i, n - i) * absmean - v), n - i);
    }
}

template <typename T>
void rotate(T* x, std::int64_t rowStride, std::int64_t begin, std::int64_t end, std::int64_t period, std::int64_t heads,
            std::int64_t headSize, const float* cosine, const float* sine, float direction) {
    const std::int64_t half = headSize / 2;
    for (std::int64_t r = begin; r < end; ++r) {
        const float* c = cosine + (r % period) * half;
        const float* s = sine + (r % period) * half;
        for (std::int64_t head = 0; head < heads; ++head) {
            T* first = x + r * rowStride + head * headSize;
            T* second = first + half;
            for (std::int64_t i = 0; i < half; i += lanes) {
                const std::int64_t n = half - i;
                const F16 a = load(first + i, n), b = load(second + i, n);
                const F16 cosines = load(c + i, n), sines = load(s + i, n) * direction;
                store(first + i, a * cosines - b * sines, n);
                store(second + i, b * cosines + a * sines, n);
            }
        }
    }
}

template <typename T>
float crossEntropy(T* logits, std::int64_t vocab, std::int64_t target, bool gradient) {
    const float lowest = -__builtin_inff();
    F16 most = splat(lowest);
    std::int64_t i = 0;
    for (; i + lanes <= vocab; i += lanes) most = maximum(load(logits + i), most);
    float top = maxOf(most);
    for (; i < vocab; ++i) {
        const F16 one = load(logits + i, 1);
        top = one[0] > top ? one[0] : top;
    }
    const F16 wanted = load(logits + target, 1);
    F16 total = {};
    for (i = 0; i + lanes <= vocab; i += lanes) total += exponential(load(logits + i) - top);
    float mass = sum(total);
    for (; i < vocab; ++i) mass += exponential(load(logits + i, 1) - top)[0];
    // log of the sum in float64: the loss keeps its digits whatever the vocabulary's size.
    const double loss = __builtin_log(static_cast<double>(mass)) + static_cast<double>(top) - static_cast<double>(wanted[0]);
    if (gradient) {
        const float inverse = 1.0F / mass;
        for (i = 0; i < vocab; i += lanes) {
            const std::int64_t n = vocab - i;
            F16 p = exponential(load(logits + i, n) - top) * inverse;
            if (target >= i && target < i + lanes) p[target - i] -= 1.0F;
            store(logits + i, p, n);
        }
    }
    return static_cast<float>(loss);
}

template <typename T>
constexpr RowKernels<T> rowKernelTable() {
    return {prologue<T>,  prologueCodes<T>, prologueBackward<T>, add<T>,          scaleSums<T>, scaleGradient<T>, fromCodes<T>,
            fromFloat<T>, toFloat<T>,       addToFloat<T>,       blendWeights<T>, rotate<T>,    crossEntropy<T>};
}

}  // namespace

extern const TrainKernels table;
constinit const TrainKernels table = {TRITLAB_KERNELS_NAME, absoluteSum,         ternaryCodes, int8Codes,
                            rowKernelTable<float>(), rowKernelTable<std::uint16_t>()};

}  // namespace tritlab::TRITLAB_KERNELS
