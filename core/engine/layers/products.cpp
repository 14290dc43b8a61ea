#include "core/engine/layers/products.h"

#include <ATen/ops/mm.h>

#include "core/base/profile.h"
#include "core/device/processor.h"

namespace tritlab {
namespace {

bool widened(const at::Tensor& a) { return a.is_cpu() && a.scalar_type() == at::kBFloat16 && !bf16ProductsAreFast(); }

at::Tensor wideProduct(const at::Tensor& a, const at::Tensor& b) { return at::mm(a.to(at::kFloat), b.to(at::kFloat)); }

}  // namespace

at::Tensor product(const at::Tensor& a, const at::Tensor& b) {
    const ProfileScope scope("products");
    return widened(a) ? wideProduct(a, b).to(at::kBFloat16) : at::mm(a, b);
}

void productInto(at::Tensor& out, const at::Tensor& a, const at::Tensor& b) {
    const ProfileScope scope("products");
    if (widened(a)) out.copy_(wideProduct(a, b));
    else at::mm_out(out, a, b);
}

}  // namespace tritlab
