// LOGISTIC and TANH.
#include <cmath>
#include <cstdlib>
#include <limits>

#include "op.h"
#include "ops/elementwise.h"
#include "ops/fixed_point.h"
#include "ops/sigmoid.h"
#include "quantization.h"

namespace harness {
namespace {

constexpr int32_t kOne = std::numeric_limits<int32_t>::max();  // Q0.31
constexpr int kIntegerBits = 4;                                // of int8 inputs, which are brought to Q4.27

struct Logistic {
  static constexpr Affine kInt8Output = {1.0F / 256, kInt8Min};
  static constexpr int kOctavesOfPowers = 1;

  static float of(float x) { return 1 / (1 + std::exp(-x)); }

  static int8_t int8_of(int32_t x) {
    if (x == 0) return 0;
    const int32_t upper = reciprocal_of_one_plus(exp_of_negative(-std::abs(x), kIntegerBits));
    const int32_t steps = rounding_shift_right(x > 0 ? upper : kOne - upper, 31 - 8);
    return static_cast<int8_t>(std::min(steps + kInt8Min, kInt8Max));
  }

  // The table has 25 fraction bits here, the output 15.
  static int16_t int16_of(int32_t x) {
    constexpr uint32_t kLargest = 0x7FFF << 10;
    const uint32_t upper = std::min(sigmoid(static_cast<uint32_t>(std::abs(x)), 9), kLargest);
    const uint32_t result = x >= 0 ? upper + (1 << 9) : (1 << 25) - upper + (1 << 9) - 1;
    return static_cast<int16_t>(result >> 10);
  }
};

// tanh(x) = 2 sigmoid(2x) - 1
struct Tanh {
  static constexpr Affine kInt8Output = {1.0F / 128, 0};
  static constexpr int kOctavesOfPowers = 2;

  static float of(float x) { return std::tanh(x); }

  static int8_t int8_of(int32_t x) {
    if (x == 0) return 0;
    const int32_t magnitude = one_minus_over_one_plus(exp_of_negative(-std::abs(x), kIntegerBits + 1));
    const int32_t steps = rounding_shift_right(x > 0 ? magnitude : -magnitude, 31 - 7);
    return static_cast<int8_t>(std::min(std::max(steps, kInt8Min), kInt8Max));
  }

  // The table has 24 fraction bits here, the output 15.
  static int16_t int16_of(int32_t x) {
    const int32_t magnitude = static_cast<int32_t>(sigmoid(static_cast<uint32_t>(std::abs(x)), 8)) - (1 << 23);
    const int32_t result = x >= 0 ? magnitude + (1 << 7) : -magnitude + (1 << 7) - 1;
    return static_cast<int16_t>(result >> 8);
  }
};

template <typename Curve>
struct FloatCurve {
  using Value = float;
  float operator()(float x) const { return Curve::of(x); }
};

template <typename Curve>
struct Int8Curve {
  using Value = int8_t;

  int32_t zero_point = 0;
  int32_t radius = 0;  // what is this far from the zero point, or further, gives the smallest or largest output
  ScaleFactor factor;  // to Q4.27

  int8_t operator()(int8_t x) const {
    const int32_t steps = x - zero_point;
    if (steps <= -radius) return kInt8Min;
    if (steps >= radius) return kInt8Max;
    return Curve::int8_of(scale(steps, factor));
  }
};

template <typename Curve>
struct Int16Curve {
  using Value = int16_t;

  // To units of 2^-12 / 3.
  int32_t multiplier = 0;
  int32_t shift = 0;  // right
  int32_t half = 0;

  int16_t operator()(int16_t x) const { return Curve::int16_of((x * multiplier + half) >> shift); }
};

template <typename Curve>
Status prepare_int8(ModelView& model, const Op& op, Arena& arena, Step* step) {
  constexpr int32_t kFarOutside = 256;  // of int8, whatever the zero point
  Affine input;
  Affine output;
  Int8Curve<Curve> curve;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, output, Curve::kInt8Output));
  const double units = static_cast<double>(input.scale) * (1 << (31 - kIntegerBits));
  if (!make_scale_factor(units, &curve.factor)) return op.not_supported("input scale of 16 or more");
  const int64_t largest = int64_t{(1 << kIntegerBits) - 1} << (31 - kIntegerBits);
  const int64_t radius = largest >> std::max(curve.factor.shift, int32_t{0});
  curve.radius = static_cast<int32_t>(std::min(radius, int64_t{kFarOutside}));
  curve.zero_point = input.zero_point;
  *step = make_elementwise(op, curve, arena);
  return {};
}

// TensorFlow Lite takes a scale within a thousandth of an octave of a power of two for that power.
bool is_about(float scale, float power) {
  constexpr float kThousandthOctave = 1.00069339F;
  return scale < power * kThousandthOctave && power < scale * kThousandthOctave;
}

template <typename Curve>
Status prepare_int16(ModelView& model, const Op& op, Arena& arena, Step* step) {
  constexpr int32_t kLargestMultiplier = std::numeric_limits<int16_t>::max();
  Affine input;
  Affine output;
  Int16Curve<Curve> curve;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  if (!is_about(output.scale, 1.0F / (1 << 15))) return op.not_supported("int16 output with another scale than 2^-15");
  for (int octave = 0; octave < Curve::kOctavesOfPowers; ++octave) {
    const float power = 1.0F / (1 << (12 - octave));
    if (is_about(input.scale, power)) input.scale = power;
  }
  double multiplier = static_cast<double>(input.scale) * 3 * (1 << 12);
  if (multiplier > kLargestMultiplier) return op.not_supported("input scale over 2.6");
  for (; multiplier <= kLargestMultiplier / 2.0 && curve.shift <= 30; ++curve.shift) multiplier *= 2;
  curve.multiplier = static_cast<int32_t>(multiplier);
  curve.half = curve.shift == 0 ? 0 : 1 << (curve.shift - 1);
  *step = make_elementwise(op, curve, arena);
  return {};
}

template <typename Curve>
Status prepare(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(expect_elementwise(op));
  switch (op.output().tensor.type) {
    case TensorType::kInt8:
      return prepare_int8<Curve>(model, op, arena, step);
    case TensorType::kInt16:
      return prepare_int16<Curve>(model, op, arena, step);
    default:
      *step = make_elementwise(op, FloatCurve<Curve>{}, arena);
      return {};
  }
}

}  // namespace

Status prepare_logistic(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Logistic>(model, op, arena, step);
}

Status prepare_tanh(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Tanh>(model, op, arena, step);
}

}  // namespace harness
