#include <cmath>

#include "activation.h"
#include "op.h"
#include "quantization.h"

namespace harness {
namespace {

struct FloatParams {
  const float* input = nullptr;
  int8_t* output = nullptr;
  uint32_t elements = 0;
  float scale = 0;
  Int8Output stage;
};

struct Int8Params {
  const int8_t* input = nullptr;
  int8_t* output = nullptr;
  uint32_t elements = 0;
  int32_t input_zero_point = 0;
  ScaleFactor factor;
  Int8Output stage;
};

void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  constexpr FloatRange kFarOutside = {-1024, 1024};  // of int8, whatever the zero point
  for (uint32_t i = 0; i < params.elements; ++i) {
    const float steps = clamp(std::round(params.input[i] / params.scale), kFarOutside);
    // A NaN has no integer; it becomes zero.
    params.output[i] = params.stage.from(steps == steps ? static_cast<int32_t>(steps) : 0);
  }
}

void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  for (uint32_t i = 0; i < params.elements; ++i) {
    params.output[i] = params.stage.from(scale(params.input[i] - params.input_zero_point, params.factor));
  }
}

}  // namespace

// float32 to int8, or int8 to int8 of another scale and zero point.
Status prepare_quantize(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Affine input;
  Affine output;
  Int8Output stage;
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_shape());
  if (op.output().tensor.type != TensorType::kInt8) return op.not_supported("output type other than int8");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, Activation::kNone, output, &stage));
  const Tensor& tensor = op.inputs[0].tensor;
  int8_t* values = op.output_values<int8_t>();
  if (tensor.type == TensorType::kFloat32) {
    const FloatParams params{op.inputs[0].values<float>(), values, tensor.elements, output.scale, stage};
    *step = make_step(run_float, params, arena);
    return {};
  }
  if (tensor.type != TensorType::kInt8) return op.not_supported("input type other than float32, int8");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, tensor, &input));
  Int8Params params{op.inputs[0].values<int8_t>(), values, tensor.elements, input.zero_point, {}, stage};
  if (!make_scale_factor(static_cast<double>(input.scale) / static_cast<double>(output.scale), &params.factor)) {
    return op.not_supported("scales too far apart");
  }
  *step = make_step(run_int8, params, arena);
  return {};
}

}  // namespace harness
