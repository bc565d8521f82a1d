// What MAX_POOL_2D and AVERAGE_POOL_2D compute, for the kernels of every core.
#pragma once

#include <limits>
#include <type_traits>

#include "activation.h"
#include "ops/window.h"

namespace harness {

// How a pooled value is clamped: to a FloatRange, or to an integer output's range.
template <typename T>
struct PoolingStage {
  QuantizedOutput<T> output;

  T clamp(int32_t value) const { return output.from(value - output.zero_point); }
};

template <>
struct PoolingStage<float> {
  FloatRange output;

  float clamp(float value) const { return harness::clamp(value, output); }
};

template <typename T>
struct Pooling {
  Window window;
  const T* input = nullptr;
  T* output = nullptr;
  PoolingStage<T> stage;
};

struct Max {
  template <typename T>
  static T first() {
    return std::numeric_limits<T>::lowest();
  }

  template <typename T>
  static T combine(T a, T b) {
    return std::max(a, b);
  }

  template <typename T>
  static T finish(T max, int32_t) {
    return max;
  }
};

struct Average {
  template <typename T>
  using Sum = std::conditional_t<std::is_same_v<T, float>, float, int32_t>;

  template <typename T>
  static Sum<T> first() {
    return 0;
  }

  template <typename Sum, typename T>
  static Sum combine(Sum sum, T value) {
    return sum + value;
  }

  // Rounds to nearest, halves away from zero.
  static int32_t finish(int32_t sum, int32_t count) {
    const int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return (sum + half) / count;
  }

  static float finish(float sum, int32_t count) { return sum / static_cast<float>(count); }
};

}  // namespace harness
