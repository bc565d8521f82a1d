// Fused activations: all are a clamp.
#pragma once

#include "quantization.h"

namespace harness {

struct FloatRange {
  float min = 0;
  float max = 0;
};

inline float clamp(float value, FloatRange range) { return std::min(std::max(value, range.min), range.max); }

Status float_activation_range(const Op& op, Activation activation, FloatRange* range);
// The same for an int8 output of this quantization.
Status int8_activation(const Op& op, Activation activation, Affine quantization, Int8Output* output);

}  // namespace harness
