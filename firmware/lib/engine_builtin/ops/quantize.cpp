#include <cmath>

#include "activation.h"
#include "op.h"
#include "quantization.h"

namespace harness {
namespace {

struct Params {
  const void* input = nullptr;
  void* output = nullptr;
  uint32_t elements = 0;
  float scale = 0;  // of the output; for float32 inputs
  int32_t input_zero_point = 0;
  ScaleFactor factor;              // from input to output; for integer inputs
  QuantizedOutput<int32_t> stage;  // with the range of the output's type
};

int32_t steps_of(float value, const Params& params) {
  constexpr FloatRange kFarOutside = {-(1 << 24), 1 << 24};  // of int16, whatever the zero point
  const float steps = clamp(std::round(value / params.scale), kFarOutside);
  // A NaN has no integer; it becomes zero.
  return steps == steps ? static_cast<int32_t>(steps) : 0;
}

template <typename Integer>
int32_t steps_of(Integer value, const Params& params) {
  return scale(value - params.input_zero_point, params.factor);
}

template <typename From, typename To>
void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  const From* input = static_cast<const From*>(params.input);
  To* output = static_cast<To*>(params.output);
  for (uint32_t i = 0; i < params.elements; ++i) {
    output[i] = static_cast<To>(params.stage.from(steps_of(input[i], params)));
  }
}

using Run = void (*)(const void*);

struct Kernel {
  TensorType from;
  TensorType to;
  Run run;
};

constexpr Kernel kKernels[] = {
    {TensorType::kFloat32, TensorType::kInt8, run<float, int8_t>},
    {TensorType::kFloat32, TensorType::kInt16, run<float, int16_t>},
    {TensorType::kInt8, TensorType::kInt8, run<int8_t, int8_t>},
    {TensorType::kInt8, TensorType::kInt16, run<int8_t, int16_t>},
    {TensorType::kInt8, TensorType::kInt32, run<int8_t, int32_t>},
    {TensorType::kInt16, TensorType::kInt8, run<int16_t, int8_t>},
    {TensorType::kInt16, TensorType::kInt16, run<int16_t, int16_t>},
    {TensorType::kInt16, TensorType::kInt32, run<int16_t, int32_t>},
    {TensorType::kInt32, TensorType::kInt8, run<int32_t, int8_t>},
    {TensorType::kInt32, TensorType::kInt16, run<int32_t, int16_t>},
};

Run find_run(TensorType from, TensorType to) {
  for (const Kernel& kernel : kKernels) {
    if (kernel.from == from && kernel.to == to) return kernel.run;
  }
  return nullptr;
}

template <typename To>
QuantizedOutput<int32_t> range_of(Affine output) {
  const auto range = QuantizedOutput<To>::whole_range(output);
  return {range.zero_point, range.min, range.max};
}

QuantizedOutput<int32_t> range_of(TensorType type, Affine output) {
  switch (type) {
    case TensorType::kInt8:
      return range_of<int8_t>(output);
    case TensorType::kInt16:
      return range_of<int16_t>(output);
    default:
      return range_of<int32_t>(output);
  }
}

Status read_factor(ModelView& model, const Op& op, float output_scale, Params* params) {
  Affine input;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  params->input_zero_point = input.zero_point;
  const double factor = static_cast<double>(input.scale) / static_cast<double>(output_scale);
  return make_scale_factor(factor, &params->factor) ? Status{} : op.not_supported("scales too far apart");
}

}  // namespace

// float32 or integers to integers of another scale and zero point or of another type.
Status prepare_quantize(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_shape());
  Affine output;
  const Tensor& from = op.inputs[0].tensor;
  const Tensor& to = op.output().tensor;
  const Run run = find_run(from.type, to.type);
  if (run == nullptr) return op.not_supported("input and output types that do not go together");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, to, &output));
  Params params;
  if (from.type != TensorType::kFloat32) HARNESS_RETURN_IF_ERROR(read_factor(model, op, output.scale, &params));
  params.input = op.inputs[0].values<uint8_t>();
  params.output = op.output_values<uint8_t>();
  params.elements = to.elements;
  params.scale = output.scale;
  params.stage = range_of(to.type, output);
  *step = make_step(run, params, arena);
  return {};
}

}  // namespace harness
