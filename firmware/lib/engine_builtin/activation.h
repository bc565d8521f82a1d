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
// The same for an integer output of this quantization.
template <typename T>
Status quantized_activation(const Op& op, Activation activation, Affine quantization, QuantizedOutput<T>* output);

}  // namespace harness
