// The inner loop of convolution and fully connected layers: `count` products of neighbours in memory.
#pragma once

#include <cstdint>

namespace harness {

// sum + Σ (input[i] + input_offset) * filter[i]
inline int32_t dot(int32_t sum, const int8_t* input, int32_t input_offset, const int8_t* filter, int32_t count) {
  for (int32_t i = 0; i < count; ++i) sum += (input[i] + input_offset) * filter[i];
  return sum;
}

// In order, one after the other: float sums depend on it.
inline float dot(float sum, const float* input, const float* filter, int32_t count) {
  for (int32_t i = 0; i < count; ++i) sum += input[i] * filter[i];
  return sum;
}

}  // namespace harness
