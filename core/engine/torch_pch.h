// What every file of tritlab_torch includes, precompiled once. Narrower than torch/torch.h, which costs each file 30 s.
#pragma once

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/variable.h>
