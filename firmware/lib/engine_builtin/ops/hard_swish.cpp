#include "activation.h"
#include "op.h"
#include "ops/elementwise.h"
#include "quantization.h"

namespace harness {
namespace {

// x * relu6(x + 3) / 6
struct FloatHardSwish {
  using Value = float;
  float operator()(float x) const { return x * clamp(x + 3, {0, 6}) / 6; }
};

// a * b / 2^15, rounded to nearest, halves up.
int32_t rounded_product(int32_t a, int32_t b) { return (a * b + (1 << 14)) >> 15; }

int32_t saturating_shift_left(int32_t x, int32_t bits) {
  const int64_t wide = int64_t{x} * (int64_t{1} << bits);
  return static_cast<int32_t>(std::min<int64_t>(std::max<int64_t>(wide, -(1 << 15)), (1 << 15) - 1));
}

// A ScaleFactor with 15 bits of multiplier.
struct ShortFactor {
  int32_t multiplier = 0;
  int32_t shift = 0;
};

// In 16 bits, as TensorFlow Lite computes it: the input has 7 fraction bits more than in the tensor, relu6(x + 3) / 6
// is brought to Q0.15 as (x / 3 + 1) / 2, saturated.
struct Int8HardSwish {
  using Value = int8_t;

  int32_t input_zero_point = 0;
  ShortFactor to_output;
  ShortFactor to_gate;  // to a third, Q0.15
  Int8Output stage;

  int8_t operator()(int8_t x) const {
    const int32_t fine = (x - input_zero_point) * (1 << 7);
    const int32_t product = gate(fine) * rounded_product(fine, to_output.multiplier) / (1 << 15);
    return stage.from(rounding_shift_right(product, -to_output.shift));
  }

 private:
  // Q0.15. The last bit of a left shift comes after the product, which keeps one more bit of it.
  int32_t gate(int32_t fine) const {
    const int32_t left = std::max(to_gate.shift, int32_t{0});
    const int32_t right = std::max(-to_gate.shift, int32_t{0});
    const int32_t last = std::min(left, int32_t{1});
    const int32_t third = rounded_product(saturating_shift_left(fine, left - last), to_gate.multiplier);
    return (rounding_shift_right(saturating_shift_left(third, last), right) + (1 << 15)) >> 1;
  }
};

// False where the shift is out of [-15, 31].
bool make_short_factor(float real, ShortFactor* factor) {
  constexpr int32_t kLargest = (1 << 15) - 1;
  ScaleFactor wide;
  if (!make_scale_factor(static_cast<double>(real), &wide) || wide.shift < -15) return false;
  *factor = {std::min((wide.multiplier >> 16) + ((wide.multiplier >> 15) & 1), kLargest), wide.shift};
  return true;
}

Status prepare_int8(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Affine input;
  Affine output;
  Int8HardSwish swish;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, Activation::kNone, output, &swish.stage));
  const float fine_scale = input.scale / (1 << 7);
  constexpr float kGateScale = 3.0F / (1 << 15);
  if (!make_short_factor(fine_scale / output.scale, &swish.to_output) || swish.to_output.shift > 0 ||
      !make_short_factor(fine_scale / kGateScale, &swish.to_gate)) {
    return op.not_supported("scales too far apart");
  }
  swish.input_zero_point = input.zero_point;
  *step = make_elementwise(op, swish, arena);
  return {};
}

}  // namespace

Status prepare_hard_swish(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kHardSwish));
  HARNESS_RETURN_IF_ERROR(expect_elementwise(op));
  if (op.output().tensor.type == TensorType::kInt8) return prepare_int8(model, op, arena, step);
  *step = make_elementwise(op, FloatHardSwish{}, arena);
  return {};
}

}  // namespace harness
