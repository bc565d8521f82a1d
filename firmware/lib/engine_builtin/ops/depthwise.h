// Depthwise convolutions: each output channel reads one input channel.
#pragma once

#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {

// The filter is (1, height, width, output channels); output channel c reads input channel c / depth_multiplier.
struct DepthwiseGeometry {
  Window window;
  int32_t depth_multiplier = 0;
};

template <typename Weights>
struct DepthwiseConvolution {
  DepthwiseGeometry geometry;
  Weights weights;
  typename Weights::Value* output = nullptr;
};

}  // namespace harness
