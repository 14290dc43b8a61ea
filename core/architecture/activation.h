// The activations that a feed-forward can have. An enum alone: kernels include it, whose files may see no inline
// function of the standard library. What each is called is in activations.h.
#pragma once

#include <cstdint>

namespace tritlab {

// None is no choice of a model's: the input of a linear that follows no activation. The numbers are the ops' arguments.
// Whoever computes with it switches over it without a default, so that one that lacks an activation does not compile.
enum class Activation : std::uint8_t { None = 0, ReluSquared = 1, Silu = 2, GeluTanh = 3 };
inline constexpr Activation lastActivation = Activation::GeluTanh;

}  // namespace tritlab
