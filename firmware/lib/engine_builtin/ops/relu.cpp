#include "activation.h"
#include "op.h"
#include "ops/elementwise.h"
#include "quantization.h"

namespace harness {
namespace {

struct FloatRelu {
  using Value = float;
  float operator()(float x) const { return x < 0 ? 0 : x; }
};

struct FloatRelu6 {
  using Value = float;
  float operator()(float x) const { return clamp(x, {0, 6}); }
};

template <typename T>
struct QuantizedRelu {
  using Value = T;

  int32_t input_zero_point = 0;
  ScaleFactor factor;
  QuantizedOutput<T> stage;

  T operator()(T x) const { return stage.from(scale(x - input_zero_point, factor)); }
};

template <typename T>
Status prepare_quantized(ModelView& model, const Op& op, Activation activation, Arena& arena, Step* step) {
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  if (activation == Activation::kRelu6) {  // TensorFlow Lite Micro's does not scale: it is wrong where it would have to
    HARNESS_RETURN_IF_ERROR(check_same_quantization(op, input, output));
    output = input;
  }
  QuantizedRelu<T> relu{input.zero_point, {}, {}};
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, activation, output, &relu.stage));
  if (!make_scale_factor(static_cast<double>(input.scale) / static_cast<double>(output.scale), &relu.factor)) {
    return op.not_supported("scales too far apart");
  }
  *step = make_elementwise(op, relu, arena);
  return {};
}

template <typename Float>
Status prepare(ModelView& model, const Op& op, Activation activation, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(expect_elementwise(op));
  switch (op.output().tensor.type) {
    case TensorType::kInt8:
      return prepare_quantized<int8_t>(model, op, activation, arena, step);
    case TensorType::kInt16:
      return prepare_quantized<int16_t>(model, op, activation, arena, step);
    default:
      *step = make_elementwise(op, Float{}, arena);
      return {};
  }
}

}  // namespace

Status prepare_relu(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<FloatRelu>(model, op, Activation::kRelu, arena, step);
}

Status prepare_relu6(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<FloatRelu6>(model, op, Activation::kRelu6, arena, step);
}

}  // namespace harness
