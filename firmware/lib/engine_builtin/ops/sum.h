// What ADD and SUB compute on integers, for the kernels of every core.
#pragma once

#include "quantization.h"

namespace harness {

struct Sum {
  template <typename T>
  static T of(T a, T b) {
    return a + b;
  }
};

struct Difference {
  template <typename T>
  static T of(T a, T b) {
    return a - b;
  }
};

// Inputs are shifted left by this before they are scaled, so that rounding costs nothing visible.
template <typename T>
constexpr int kInputShift = sizeof(T) == sizeof(int8_t) ? 20 : 15;

template <typename T>
struct SumTerm {
  int32_t offset = 0;  // minus the zero point
  ScaleFactor factor;  // to twice the larger of both inputs' scales: at most 1/2

  int32_t of(T value) const { return scale((value + offset) * (1 << kInputShift<T>), factor); }
};

template <typename Combine, typename T>
struct QuantizedSum {
  using Value = T;

  SumTerm<T> a;
  SumTerm<T> b;
  ScaleFactor factor;  // from there to the output's scale: less than 1
  QuantizedOutput<T> stage;

  T operator()(T a_value, T b_value) const {
    return stage.from(scale(Combine::of(a.of(a_value), b.of(b_value)), factor));
  }
};

}  // namespace harness
