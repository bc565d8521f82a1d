// The kernels of the ops that exist for several cores.
#pragma once

#include "ops/portable/convolution.h"
#include "ops/portable/depthwise.h"

namespace harness {
namespace kernels = portable;
}  // namespace harness
