#include "op.h"
#include "quantization.h"

namespace harness {
namespace {

template <typename T>
struct Params {
  const T* input = nullptr;
  float* output = nullptr;
  uint32_t elements = 0;
  Affine quantization;
};

template <typename T>
void run(const void* untyped) {
  const Params<T>& params = *static_cast<const Params<T>*>(untyped);
  for (uint32_t i = 0; i < params.elements; ++i) {
    const int32_t steps = params.input[i] - params.quantization.zero_point;
    params.output[i] = params.quantization.scale * static_cast<float>(steps);
  }
}

template <typename T>
Status prepare(ModelView& model, const Op& op, Arena& arena, Step* step) {
  const Operand& input = op.inputs[0];
  Params<T> params{input.values<T>(), op.output_values<float>(), input.tensor.elements, {}};
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, input.tensor, &params.quantization));
  *step = make_step(run<T>, params, arena);
  return {};
}

}  // namespace

// int8 or int16 to float32.
Status prepare_dequantize(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_shape());
  if (op.output().tensor.type != TensorType::kFloat32) return op.not_supported("output type other than float32");
  switch (op.inputs[0].tensor.type) {
    case TensorType::kInt8:
      return prepare<int8_t>(model, op, arena, step);
    case TensorType::kInt16:
      return prepare<int16_t>(model, op, arena, step);
    default:
      return op.not_supported("input type other than int8, int16");
  }
}

}  // namespace harness
