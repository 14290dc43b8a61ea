// Training kernels for machines with AVX2; the flags are in CMakeLists.txt.
#define TRITLAB_KERNEL_NAMESPACE train_avx2
#define TRITLAB_KERNELS_NAME "avx2"
#include "core/kernels/train_kernels.inc"
