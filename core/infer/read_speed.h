// How fast the weights of a model can be read at all: what decoding is measured against. The model's own pages are
// read, because where pages lie decides their speed (two blocks of one process were seen to differ by 1.7).
#pragma once

#include "core/infer/model_parts.h"
#include "core/infer/thread_pool.h"

namespace tritlab {

// Bytes a second, all threads reading what a decoded token reads: the median of `passes`, at least 1.
double readSpeed(const ModelParts& parts, ThreadPool& pool, int passes);

}  // namespace tritlab
