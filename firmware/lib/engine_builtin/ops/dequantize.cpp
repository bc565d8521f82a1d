#include "op.h"
#include "quantization.h"

namespace harness {
namespace {

struct Params {
  const int8_t* input = nullptr;
  float* output = nullptr;
  uint32_t elements = 0;
  Affine quantization;
};

void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  for (uint32_t i = 0; i < params.elements; ++i) {
    const int32_t steps = params.input[i] - params.quantization.zero_point;
    params.output[i] = params.quantization.scale * static_cast<float>(steps);
  }
}

}  // namespace

Status prepare_dequantize(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_shape());
  const Tensor& input = op.inputs[0].tensor;
  if (input.type != TensorType::kInt8) return op.not_supported("input type other than int8");
  if (op.output().tensor.type != TensorType::kFloat32) return op.not_supported("output type other than float32");
  Params params{op.inputs[0].values<int8_t>(), op.output_values<float>(), input.elements, {}};
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, input, &params.quantization));
  *step = make_step(run, params, arena);
  return {};
}

}  // namespace harness
