// The inner loop of convolution and fully connected layers: `count` products of neighbours in memory.
#pragma once

#include <cstdint>

namespace harness {

// sum + Σ product(input[i], filter[i]), in order: float sums depend on it.
template <typename Weights>
typename Weights::Sum dot(const Weights& weights, typename Weights::Sum sum, const typename Weights::Value* input,
                          const typename Weights::Value* filter, int32_t count) {
#pragma GCC unroll 4
  for (int32_t i = 0; i < count; ++i) sum += weights.product(input[i], filter[i]);
  return sum;
}

}  // namespace harness
