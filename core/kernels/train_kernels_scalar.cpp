// Training kernels for any x86-64; the flags are in CMakeLists.txt.
#define TRITLAB_KERNEL_NAMESPACE train_scalar
#define TRITLAB_KERNELS_NAME "scalar"
#include "core/kernels/train_kernels.inc"
