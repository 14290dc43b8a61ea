// Training kernels for machines with AVX512 (F, BW, DQ, VL); the flags are in CMakeLists.txt.
#define TRITLAB_KERNEL_NAMESPACE train_avx512
#define TRITLAB_KERNELS_NAME "avx512"
#include "core/kernels/train_kernels.inc"
