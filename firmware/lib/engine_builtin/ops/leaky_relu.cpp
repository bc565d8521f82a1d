#include <cmath>

#include "activation.h"
#include "op.h"
#include "ops/elementwise.h"
#include "quantization.h"

namespace harness {
namespace {

struct FloatLeakyRelu {
  using Value = float;

  float alpha = 0;

  float operator()(float x) const { return x > 0 ? x : x * alpha; }
};

template <typename T>
struct QuantizedLeakyRelu {
  using Value = T;

  int32_t input_zero_point = 0;
  ScaleFactor positive;
  ScaleFactor negative;       // by its magnitude
  int32_t negative_sign = 1;  // of alpha: 1 or -1
  QuantizedOutput<T> stage;

  T operator()(T x) const {
    const int32_t steps = x - input_zero_point;
    return stage.from(steps >= 0 ? scale(steps, positive) : scale(steps, negative) * negative_sign);
  }
};

template <typename T>
Status prepare_quantized(ModelView& model, const Op& op, float alpha, Arena& arena, Step* step) {
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  QuantizedLeakyRelu<T> leaky{input.zero_point, {}, {}, alpha < 0 ? -1 : 1, {}};
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, Activation::kNone, output, &leaky.stage));
  const double input_scale = static_cast<double>(input.scale);
  const double output_scale = static_cast<double>(output.scale);
  const double slope = std::abs(static_cast<double>(alpha));
  if (!make_scale_factor(input_scale / output_scale, &leaky.positive) ||
      !make_scale_factor(input_scale * slope / output_scale, &leaky.negative)) {
    return op.not_supported("scales too far apart, or alpha is not finite");
  }
  *step = make_elementwise(op, leaky, arena);
  return {};
}

}  // namespace

Status prepare_leaky_relu(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kLeakyRelu));
  HARNESS_RETURN_IF_ERROR(expect_elementwise(op));
  const float alpha = option<float>(model, op, schema::LeakyReluOptions::kAlpha);
  switch (op.output().tensor.type) {
    case TensorType::kInt8:
      return prepare_quantized<int8_t>(model, op, alpha, arena, step);
    case TensorType::kInt16:
      return prepare_quantized<int16_t>(model, op, alpha, arena, step);
    default:
      *step = make_elementwise(op, FloatLeakyRelu{alpha}, arena);
      return {};
  }
}

}  // namespace harness
