// The training engine's inner loops over plain arrays: quantizers, and the row-wise passes that surround each product
// (RMS norm, activations, RoPE, cross-entropy) fused so that each reads and writes its rows once. One set a kind of
// machine, chosen at run time; all sets give the same bits. bf16 is std::uint16_t here. Rows are independent: callers
// split them among threads.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/kernels/prologue.h"

namespace tritlab {

// What a prologue is given for rows of a matrix of T (float or bf16). width: values after the activation (its gated
// input has twice as many: gate first, then up). normWeight null: no norm.
template <typename T>
struct PrologueRows {
    Prologue kind;
    const T* x = nullptr;               // [rows, inputWidth]
    const float* normWeight = nullptr;  // [width]
    float* rstd = nullptr;              // [rows]: written by the forward, read by the backward
    std::int64_t width = 0;
    [[nodiscard]] std::int64_t inputWidth() const { return kind.gated ? 2 * width : width; }
};

template <typename T>
struct RowKernels {
    // y = prologue(x), blended with its own int8 quantization where lambda > 0: h + lambda (Q(h) - h).
    void (*prologue)(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float lambda, float* scratch,
                     T* y);
    // The same quantized: codes [rows, width], inverseScale [rows].
    void (*prologueCodes)(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch,
                          std::int8_t* codes, float* inverseScale);
    // The codes of prologueCodes as values of T: what the backward multiplies with when the codes were not kept.
    void (*prologueCodeValues)(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, float* scratch, T* y);
    // dx from dy (times `factor`); adds to normGradient [width] where there is a norm. scratch: 2 width floats.
    void (*prologueBackward)(const PrologueRows<T>& rows, std::int64_t begin, std::int64_t end, const T* dy,
                             float factor, float* scratch, float* normGradient, T* dx);
    // sum = a + b, rounded to T.
    void (*add)(const T* a, const T* b, std::int64_t n, T* sum);
    // y[r, c] = acc[r, c] * (rowScale[r] * columnScale[c]): integer sums to values. acc: int32 or float holding
    // integers.
    void (*scaleSums)(const std::int32_t* sums, std::int64_t begin, std::int64_t end, std::int64_t columns,
                      const float* rowScale, const float* columnScale, T* y);
    // byRow[r, c] = g[r, c] * rowScale[r]; byColumn[r, c] = g[r, c] * columnScale[c]; either output may be null.
    void (*scaleGradient)(const T* g, std::int64_t begin, std::int64_t end, std::int64_t columns, const float* rowScale,
                          const float* columnScale, T* byRow, T* byColumn);
    void (*fromCodes)(const std::int8_t* codes, std::int64_t n, T* y);
    void (*fromFloat)(const float* x, std::int64_t n, T* y);
    void (*toFloat)(const T* x, std::int64_t n, float* y);
    void (*addToFloat)(const T* x, std::int64_t n, float factor, float* sum);  // sum += factor * x
    // w + lambda (codes * absmean - w)
    void (*blendWeights)(const float* w, const std::int8_t* codes, float absmean, float lambda, std::int64_t n, T* y);
    // Rotates heads of headSize in place, rotate-half: row r holds `heads` heads of stride headSize at x + r *
    // rowStride, position position0 + r - begin; cosine and sine: [positions, headSize / 2]. direction +1 forward, -1
    // backward.
    void (*rotate)(T* x, std::int64_t rowStride, std::int64_t begin, std::int64_t end, std::int64_t period,
                   std::int64_t heads, std::int64_t headSize, const float* cosine, const float* sine, float direction);
    // One row of logits [vocab]: gives the loss in nats and, where wanted, replaces the row by softmax -
    // onehot(target).
    float (*crossEntropy)(T* logits, std::int64_t vocab, std::int64_t target, bool gradient);
};

struct TrainKernels {
    std::string_view name;
    double (*absoluteSum)(const float* w, std::int64_t n);  // one block, eight float64 lanes
    void (*ternaryCodes)(const float* w, std::int64_t n, float inverseAbsmean, std::int8_t* codes);
    float (*int8Codes)(const float* x, std::int64_t n, std::int8_t* codes);
    RowKernels<float> f32;
    RowKernels<std::uint16_t> bf16;
};

// The best set that this machine runs and TRITLAB_KERNELS allows: "avx512", "avx2" or "scalar".
const TrainKernels& trainKernels();
// nullptr where this machine cannot run it or there is none of that name.
const TrainKernels* trainKernels(std::string_view name);
// For tests: forces a set; "" chooses by machine again. Throws Error where this machine cannot run it.
void forceTrainKernels(std::string_view name);

template <typename T>
const RowKernels<T>& rowKernels() {
    if constexpr (sizeof(T) == 4) return trainKernels().f32;
    else return trainKernels().bf16;
}

}  // namespace tritlab
