// What the kernels share: launching, one row a block, sums and maxima over a block, values of T as float.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>
#include <cstdint>
#include <stdexcept>
#include <string>

namespace tritlab::cuda {

constexpr int threads = 256, warpSize32 = 32;

inline cudaStream_t native(void* stream) { return static_cast<cudaStream_t>(stream); }

inline void checkLaunch(const char* kernel) {
    const cudaError_t code = cudaGetLastError();
    if (code != cudaSuccess) throw std::runtime_error(std::string(kernel) + ": " + cudaGetErrorString(code));
}

// As many blocks as elementwise work of n values has use for.
inline unsigned gridFor(std::int64_t n) {
    constexpr std::int64_t max = 65536;
    const std::int64_t blocks = (n + threads - 1) / threads;
    return static_cast<unsigned>(blocks < max ? blocks : max);
}

__device__ inline float toFloat(float x) { return x; }
__device__ inline float toFloat(std::uint16_t x) { return __uint_as_float(static_cast<unsigned>(x) << 16); }

template <typename T>
__device__ inline T fromFloat(float x);
template <>
__device__ inline float fromFloat<float>(float x) {
    return x;
}
template <>
__device__ inline std::uint16_t fromFloat<std::uint16_t>(float x) {
    return __bfloat16_as_ushort(__float2bfloat16_rn(x));
}

// Over a block of `threads`, the result in every thread; in an order that is the same each time.
template <typename V, typename Combine>
__device__ V overBlock(V value, Combine combine) {
    __shared__ V parts[threads / warpSize32];
    for (int offset = warpSize32 / 2; offset > 0; offset /= 2)
        value = combine(value, __shfl_xor_sync(0xffffffffU, value, offset));
    __syncthreads();  // the parts of an earlier call have been read
    if (threadIdx.x % warpSize32 == 0) parts[threadIdx.x / warpSize32] = value;
    __syncthreads();
    value = parts[0];
    for (int i = 1; i < threads / warpSize32; ++i) value = combine(value, parts[i]);
    return value;
}

struct Sum {
    template <typename V>
    __device__ V operator()(V a, V b) const {
        return a + b;
    }
};
// Of magnitudes as bits, so that a NaN is the largest.
struct LargestBits {
    __device__ unsigned operator()(unsigned a, unsigned b) const { return a > b ? a : b; }
};

// NaN stays NaN: it must reach the loss.
__device__ inline float atLeast(float value, float min) { return value < min ? min : value; }

__device__ inline float int8Code(float x, float scale) { return rintf(fminf(fmaxf(x * scale, -128.0F), 127.0F)); }

}  // namespace tritlab::cuda
