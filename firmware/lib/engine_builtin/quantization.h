// Integer arithmetic of the int8 and int16 kernels. Results are those of TensorFlow Lite Micro, which rounds twice:
// once after the multiplication and once after the shift, as gemmlowp does (https://github.com/google/gemmlowp,
// doc/quantization.md).
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

#include "op.h"

namespace harness {

constexpr int32_t kInt8Min = -128;
constexpr int32_t kInt8Max = 127;

// A real factor as multiplier * 2^(shift - 31), multiplier in [2^30, 2^31) or 0, shift in [-31, 31].
struct ScaleFactor {
  int32_t multiplier = 0;
  int32_t shift = 0;
};

// False where `factor` is negative, not finite or 2^31 or more.
bool make_scale_factor(double factor, ScaleFactor* result);

// a * b / 2^31, rounded to nearest, halves up. Not for a == b == INT32_MIN, which no caller has.
inline int32_t doubling_high_product(int32_t a, int32_t b) {
  return static_cast<int32_t>((int64_t{a} * b + (int64_t{1} << 30)) >> 31);
}

// x / 2^exponent, rounded to nearest, halves away from zero; exponent in [0, 31].
inline int32_t rounding_shift_right(int32_t x, int32_t exponent) {
  const int32_t mask = static_cast<int32_t>((uint32_t{1} << exponent) - 1);
  const int32_t threshold = (mask >> 1) + (x < 0 ? 1 : 0);
  return (x >> exponent) + ((x & mask) > threshold ? 1 : 0);
}

inline int32_t wrapping_add(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
inline int64_t wrapping_add(int64_t a, int64_t b) {
  return static_cast<int64_t>(static_cast<uint64_t>(a) + static_cast<uint64_t>(b));
}

// x * factor. A product that does not fit in 32 bits wraps.
inline int32_t scale(int32_t x, ScaleFactor factor) {
  const int32_t left = std::max(factor.shift, int32_t{0});
  const int32_t right = std::max(-factor.shift, int32_t{0});
  const int32_t shifted = static_cast<int32_t>(static_cast<uint32_t>(x) << left);
  return rounding_shift_right(doubling_high_product(shifted, factor.multiplier), right);
}

// The same for a sum of int16x8 products, which needs 64 bits: it rounds the multiplier to 16 bits and the product
// once. Not for a shift over kMaxWideShift. A result that does not fit in 32 bits wraps.
constexpr int32_t kMaxWideShift = 7;
inline int32_t scale_wide(int64_t x, ScaleFactor factor) {
  constexpr int32_t kLargest = (1 << 15) - 1;
  const int32_t multiplier = std::min((factor.multiplier >> 16) + ((factor.multiplier >> 15) & 1), kLargest);
  const int32_t right = 15 - factor.shift;
  const uint64_t product = static_cast<uint64_t>(x) * static_cast<uint64_t>(multiplier);
  return static_cast<int32_t>(static_cast<int64_t>(product + (uint64_t{1} << (right - 1))) >> right);
}

// The last step of an integer kernel: clamp to the activation's range, add the zero point. Clamping comes first, so
// that the sum cannot overflow.
template <typename T>
struct QuantizedOutput {
  int32_t zero_point = 0;
  int32_t min = std::numeric_limits<T>::min();  // both relative to the zero point
  int32_t max = std::numeric_limits<T>::max();

  // Of an output without activation.
  static QuantizedOutput whole_range(Affine output) {
    const QuantizedOutput type;
    return {output.zero_point, type.min - output.zero_point, type.max - output.zero_point};
  }

  T from(int32_t scaled) const { return static_cast<T>(std::min(std::max(scaled, min), max) + zero_point); }
};

using Int8Output = QuantizedOutput<int8_t>;

// The scale and zero point of a tensor that has one of each, the scale finite and positive. The zero point is in the
// range of int8, and 0 in all other types.
Status read_affine(ModelView& model, const Op& op, const Tensor& tensor, Affine* affine);

// Checks that two tensors of integers mean the same by their values, for ops that pass them on unscaled. Converters
// leave a last bit of difference between scales; TensorFlow Lite Micro lets 1e-6 pass, and so does this.
Status check_same_quantization(const Op& op, Affine a, Affine b);

// The scales of an int8 filter: one for all or one for each of `channels` along `axis`. Zero points must be 0.
class FilterScales {
 public:
  Status open(ModelView& model, const Op& op, const Tensor& filter, int32_t axis, int32_t channels);
  bool per_channel() const { return scales_.size > 1; }
  float get(ModelView& model, int32_t channel) const {
    return scales_.get<float>(model.reader(), per_channel() ? static_cast<uint32_t>(channel) : 0);
  }

 private:
  FlatVector scales_;
};

}  // namespace harness
