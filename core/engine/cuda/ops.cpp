// The kernels behind the ops of core/engine/layers/tensor_ops.h, for CUDA tensors; schemas are registered there. int8
// products go through cuBLASLt, whose sums are int32 and are scaled by a kernel of ours: it has no bf16 output for int8
// operands.
#include <ATen/Functions.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>
#include <cublasLt.h>
#include <torch/library.h>
#include <memory>
#include <mutex>

#include "core/engine/cuda/kernels.h"

namespace tritlab::cuda {
namespace {

Stream currentStream() { return c10::cuda::getCurrentCUDAStream().stream(); }

template <typename T>
T* pointer(const at::Tensor& tensor) {
    return tensor.defined() ? static_cast<T*>(tensor.data_ptr()) : nullptr;
}

void require(const at::Tensor& tensor, at::ScalarType type, const char* name) {
    TORCH_CHECK(tensor.is_cuda() && tensor.is_contiguous() && tensor.scalar_type() == type, "tritlab: ", name,
                " has to be a contiguous CUDA tensor of ", type, ", and is ", tensor.toString());
}

void requireValues(const at::Tensor& tensor, const char* name) {
    if (tensor.scalar_type() != at::kBFloat16) require(tensor, at::kFloat, name);
    else require(tensor, at::kBFloat16, name);
}

// work.operator()<T>() for float or bf16.
template <typename Work>
void byType(at::ScalarType type, Work&& work) {
    if (type == at::kFloat) work.template operator()<float>();
    else work.template operator()<std::uint16_t>();
}

at::Tensor absmeanOp(const at::Tensor& w) {
    require(w, at::kFloat, "w");
    const c10::cuda::CUDAGuard guard(w.device());
    const at::Tensor mean = at::empty({}, w.options().requires_grad(false));
    const at::Tensor partial = at::empty({absmeanPartials}, mean.options().dtype(at::kDouble));
    absmean(pointer<const float>(w), w.numel(), pointer<double>(partial), pointer<float>(mean), currentStream());
    return mean;
}

at::Tensor ternaryCodesOp(const at::Tensor& w, const at::Tensor& mean) {
    require(w, at::kFloat, "w");
    require(mean, at::kFloat, "absmean");
    const c10::cuda::CUDAGuard guard(w.device());
    const at::Tensor codes = at::empty(w.sizes(), w.options().requires_grad(false).dtype(at::kChar));
    ternaryCodes(pointer<const float>(w), pointer<const float>(mean), w.numel(), pointer<std::int8_t>(codes),
                 currentStream());
    return codes;
}

at::Tensor blendWeightsOp(const at::Tensor& w, const at::Tensor& codes, const at::Tensor& mean, double lambda,
                          at::ScalarType type) {
    require(w, at::kFloat, "w");
    require(codes, at::kChar, "codes");
    require(mean, at::kFloat, "absmean");
    TORCH_CHECK(codes.sizes() == w.sizes(), "tritlab: codes are not of w's shape");
    TORCH_CHECK(type == at::kFloat || type == at::kBFloat16, "tritlab: blended weights are float or bfloat16");
    const c10::cuda::CUDAGuard guard(w.device());
    const at::Tensor y = at::empty(w.sizes(), w.options().requires_grad(false).dtype(type));
    byType(type, [&]<typename T>() {
        blendWeights<T>(pointer<const float>(w), pointer<const std::int8_t>(codes), pointer<const float>(mean),
                        static_cast<float>(lambda), w.numel(), pointer<T>(y), currentStream());
    });
    return y;
}

// Checked once for all three prologue ops. activation: Activation's number.
struct PrologueArguments {
    at::Tensor x, weight;
    Prologue kind;
    std::int64_t rows, width;

    PrologueArguments(const at::Tensor& input, const std::optional<at::Tensor>& normWeight, std::int64_t activation,
                      bool gated, double eps)
        : x(input), weight(normWeight.value_or(at::Tensor())), rows(0), width(0) {
        requireValues(x, "x");
        TORCH_CHECK(x.dim() == 2 && (!gated || x.size(1) % 2 == 0),
                    "tritlab: x is not [rows, width], or [rows, 2 width] with a gate");
        TORCH_CHECK(activation >= 0 && activation <= static_cast<std::int64_t>(lastActivation),
                    "tritlab: no activation ", activation);
        rows = x.size(0);
        width = gated ? x.size(1) / 2 : x.size(1);
        kind = {static_cast<Activation>(activation), gated, weight.defined(), static_cast<float>(eps)};
        if (!weight.defined()) return;
        require(weight, at::kFloat, "norm_weight");
        TORCH_CHECK(weight.numel() == width, "tritlab: norm_weight has ", weight.numel(), " values, and a row ", width);
    }
    template <typename T>
    [[nodiscard]] PrologueInput<T> input() const {
        return {kind, pointer<const T>(x), pointer<const float>(weight), rows, width};
    }
    [[nodiscard]] at::Tensor floats(at::IntArrayRef sizes) const {
        return at::empty(sizes, x.options().requires_grad(false).dtype(at::kFloat));
    }
    [[nodiscard]] at::Tensor rstd() const { return floats({kind.norm ? rows : 0}); }
};

std::tuple<at::Tensor, at::Tensor> prologueOp(const at::Tensor& x, const std::optional<at::Tensor>& normWeight,
                                              std::int64_t activation, bool gated, double eps, double lambda) {
    const PrologueArguments arguments(x, normWeight, activation, gated, eps);
    const c10::cuda::CUDAGuard guard(x.device());
    const at::Tensor rstd = arguments.rstd(),
                     y = at::empty({arguments.rows, arguments.width}, x.options().requires_grad(false));
    byType(x.scalar_type(), [&]<typename T>() {
        prologue<T>(arguments.input<T>(), static_cast<float>(lambda), pointer<float>(rstd), pointer<T>(y),
                    currentStream());
    });
    return {y, rstd};
}

std::tuple<at::Tensor, at::Tensor, at::Tensor> prologueCodesOp(const at::Tensor& x,
                                                               const std::optional<at::Tensor>& normWeight,
                                                               std::int64_t activation, bool gated, double eps) {
    const PrologueArguments arguments(x, normWeight, activation, gated, eps);
    const c10::cuda::CUDAGuard guard(x.device());
    const at::Tensor rstd = arguments.rstd(), inverseScale = arguments.floats({arguments.rows});
    const at::Tensor codes = at::empty({arguments.rows, arguments.width}, inverseScale.options().dtype(at::kChar));
    byType(x.scalar_type(), [&]<typename T>() {
        prologueCodes<T>(arguments.input<T>(), pointer<float>(rstd), pointer<std::int8_t>(codes),
                         pointer<float>(inverseScale), currentStream());
    });
    return {codes, inverseScale, rstd};
}

std::tuple<at::Tensor, at::Tensor> prologueBackwardOp(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& rstd,
                                                      const std::optional<at::Tensor>& normWeight,
                                                      std::int64_t activation, bool gated, double factor) {
    const PrologueArguments arguments(x, normWeight, activation, gated, 0);
    require(dy, x.scalar_type(), "dy");
    require(rstd, at::kFloat, "rstd");
    TORCH_CHECK(dy.dim() == 2 && dy.size(0) == arguments.rows && dy.size(1) == arguments.width,
                "tritlab: dy is not of the prologue's shape");
    TORCH_CHECK(rstd.numel() == (arguments.kind.norm ? arguments.rows : 0), "tritlab: rstd is not the forward's");
    const c10::cuda::CUDAGuard guard(x.device());
    const bool norm = arguments.kind.norm;
    const at::Tensor dx = at::empty_like(x), gradient = arguments.floats({norm ? arguments.width : 0});
    const at::Tensor partial = arguments.floats({norm ? prologuePartials * arguments.width : 0});
    byType(x.scalar_type(), [&]<typename T>() {
        prologueBackward<T>(arguments.input<T>(), pointer<const float>(rstd), pointer<const T>(dy),
                            static_cast<float>(factor), pointer<float>(partial), pointer<float>(gradient),
                            pointer<T>(dx), currentStream());
    });
    return {dx, gradient};
}

// ---- int8 products

void check(cublasStatus_t status, const char* what) {
    TORCH_CHECK(status == CUBLAS_STATUS_SUCCESS, "tritlab: cuBLASLt ", what, ": ", cublasLtGetStatusString(status));
}

template <auto Destroy>
struct Destroyer {
    template <typename Handle>
    void operator()(Handle* handle) const {
        Destroy(handle);
    }
};
using Layout = std::unique_ptr<std::remove_pointer_t<cublasLtMatrixLayout_t>, Destroyer<&cublasLtMatrixLayoutDestroy>>;
using Operation = std::unique_ptr<std::remove_pointer_t<cublasLtMatmulDesc_t>, Destroyer<&cublasLtMatmulDescDestroy>>;
using Preference =
    std::unique_ptr<std::remove_pointer_t<cublasLtMatmulPreference_t>, Destroyer<&cublasLtMatmulPreferenceDestroy>>;

Layout layout(cudaDataType_t type, std::int64_t rows, std::int64_t columns) {  // column-major, without gaps
    cublasLtMatrixLayout_t made = nullptr;
    check(cublasLtMatrixLayoutCreate(&made, type, static_cast<std::uint64_t>(rows), static_cast<std::uint64_t>(columns),
                                     rows),
          "layout");
    return Layout(made);
}

cublasLtHandle_t handle() {  // for the life of the process, as LibTorch's own are
    static std::once_flag once;
    static cublasLtHandle_t made = nullptr;
    std::call_once(once, [] { check(cublasLtCreate(&made), "handle"); });
    return made;
}

// sums [rows, out] = x [rows, in] times w [out, in] transposed; to cuBLASLt, which counts by columns, (w^T)^T x^T.
// False where it has no such product on this device.
bool integerProduct(const at::Tensor& x, const at::Tensor& w, const at::Tensor& sums) {
    const std::int64_t rows = x.size(0), in = x.size(1), out = w.size(0);
    cublasLtMatmulDesc_t made = nullptr;
    check(cublasLtMatmulDescCreate(&made, CUBLAS_COMPUTE_32I, CUDA_R_32I), "operation");
    const Operation operation(made);
    const cublasOperation_t transposed = CUBLAS_OP_T;
    check(cublasLtMatmulDescSetAttribute(made, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed),
          "transposition");
    const Layout a = layout(CUDA_R_8I, in, out), b = layout(CUDA_R_8I, in, rows), c = layout(CUDA_R_32I, out, rows);
    constexpr std::size_t workspaceBytes = std::size_t{32} << 20;
    const at::Tensor workspace = at::empty({static_cast<std::int64_t>(workspaceBytes)}, x.options().dtype(at::kByte));
    cublasLtMatmulPreference_t wanted = nullptr;
    check(cublasLtMatmulPreferenceCreate(&wanted), "preference");
    const Preference preference(wanted);
    check(cublasLtMatmulPreferenceSetAttribute(wanted, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspaceBytes,
                                               sizeof workspaceBytes),
          "workspace");
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    check(cublasLtMatmulAlgoGetHeuristic(handle(), made, a.get(), b.get(), c.get(), c.get(), wanted, 1, &found, &count),
          "choice of algorithm");
    if (count == 0) return false;
    const std::int32_t one = 1, zero = 0;
    check(cublasLtMatmul(handle(), made, &one, w.const_data_ptr(), a.get(), x.const_data_ptr(), b.get(), &zero,
                         sums.data_ptr(), c.get(), sums.data_ptr(), c.get(), &found.algo, workspace.data_ptr(),
                         workspaceBytes, static_cast<cudaStream_t>(currentStream())),
          "int8 product");
    return true;
}

at::Tensor integerSums(const at::Tensor& x, const at::Tensor& w) {
    // Tensor cores take int8 rows that start at multiples of 4 bytes.
    if (x.size(1) % 4 == 0 && w.size(0) % 4 == 0) {
        const at::Tensor sums = at::empty({x.size(0), w.size(0)}, x.options().dtype(at::kInt));
        if (integerProduct(x, w, sums)) return sums;
    }
    // In fp32 these sums are exact too: |sum| <= 128 in, which BitLinear keeps below 2^24, of codes that even TF32
    // holds.
    return at::mm(x.to(at::kFloat), w.to(at::kFloat).t()).to(at::kInt);
}

at::Tensor int8LinearOp(const at::Tensor& x, const at::Tensor& w, const at::Tensor& rowScale,
                        const at::Tensor& columnScale, at::ScalarType type) {
    require(x, at::kChar, "x");
    require(w, at::kChar, "w");
    require(rowScale, at::kFloat, "row_scale");
    require(columnScale, at::kFloat, "column_scale");
    TORCH_CHECK(x.dim() == 2 && w.dim() == 2 && x.size(1) == w.size(1),
                "tritlab: x [rows, in] and w [out, in] do not fit");
    TORCH_CHECK(rowScale.numel() == x.size(0) && columnScale.numel() == w.size(0),
                "tritlab: a scale for each row and column is wanted");
    TORCH_CHECK(type == at::kFloat || type == at::kBFloat16, "tritlab: int8 products give float or bfloat16");
    const c10::cuda::CUDAGuard guard(x.device());
    const at::Tensor y = at::empty({x.size(0), w.size(0)}, rowScale.options().dtype(type));
    if (y.numel() == 0) return y;
    const at::Tensor sums = integerSums(x, w);
    byType(type, [&]<typename T>() {
        scaleSums<T>(pointer<const std::int32_t>(sums), y.size(0), y.size(1), pointer<const float>(rowScale),
                     pointer<const float>(columnScale), pointer<T>(y), currentStream());
    });
    return y;
}

}  // namespace
}  // namespace tritlab::cuda

TORCH_LIBRARY_IMPL(tritlab, CUDA, library) {
    using namespace tritlab::cuda;
    library.impl("absmean", &absmeanOp);
    library.impl("ternary_codes", &ternaryCodesOp);
    library.impl("blend_weights", &blendWeightsOp);
    library.impl("prologue", &prologueOp);
    library.impl("prologue_codes", &prologueCodesOp);
    library.impl("prologue_backward", &prologueBackwardOp);
    library.impl("int8_linear", &int8LinearOp);
}
