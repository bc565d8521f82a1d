#include <algorithm>

#include "ops/copy.h"
#include "quantization.h"

namespace harness {
namespace {

// The output is filled with the value of padding, then the input is copied into it.
struct Params {
  Copy copy;
  void* output = nullptr;
  uint32_t output_elements = 0;
  const void* value = nullptr;  // null: `default_value`
  int32_t default_value = 0;
};

template <typename T>
void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  T* output = static_cast<T*>(params.output);
  const T value = params.value != nullptr ? *static_cast<const T*>(params.value) : static_cast<T>(params.default_value);
  std::fill(output, output + params.output_elements, value);
  params.copy.run();
}

using Run = void (*)(const void*);

Run find_run(TensorType type) {
  switch (type) {
    case TensorType::kInt8:
      return run<int8_t>;
    case TensorType::kInt16:
      return run<int16_t>;
    default:
      return run<float>;
  }
}

// `paddings` has for each dimension the elements before and after.
Status place_input(const Op& op, const int32_t* paddings, Copy* copy) {
  const Tensor& input = op.inputs[0].tensor;
  const Shape& output = op.output().tensor.shape;
  if (input.shape.rank != output.rank) return op.malformed("input and output differ in number of dimensions");
  int32_t input_stride = static_cast<int32_t>(input.elements);
  int32_t output_stride = static_cast<int32_t>(op.output().tensor.elements);
  int32_t start = 0;  // element of the output where the input's first goes
  StridedLoop elements;
  for (int i = 0; i < output.rank; ++i) {
    const int32_t extent = input.shape.dims[i];
    const int32_t before = paddings[2 * i];
    const int32_t after = paddings[2 * i + 1];
    if (before < 0 || after < 0) return op.malformed("negative padding");
    if (int64_t{extent} + before + after != output.dims[i]) return op.malformed("output is not the input padded");
    input_stride /= extent;
    output_stride /= output.dims[i];
    start += before * output_stride;
    elements.add(extent, {input_stride, output_stride});
  }
  uint8_t* to = op.output_values<uint8_t>();
  if (to != nullptr) to += static_cast<uint32_t>(start) * input.element_bytes();
  *copy = make_copy(elements, op.inputs[0].values<uint8_t>(), to, input.element_bytes());
  return {};
}

Status prepare(const Op& op, Params* params, Arena& arena, Step* step) {
  const int32_t* paddings = nullptr;
  const uint32_t rank = static_cast<uint32_t>(op.output().tensor.shape.rank);
  HARNESS_RETURN_IF_ERROR(op.read_constants(1, 2 * rank, &paddings));
  HARNESS_RETURN_IF_ERROR(place_input(op, paddings, &params->copy));
  params->output = op.output_values<uint8_t>();
  params->output_elements = op.output().tensor.elements;
  *step = make_step(find_run(op.output().tensor.type), *params, arena);
  return {};
}

// Padding is real zero, as the output writes it.
Status use_zero(ModelView& model, const Op& op, Params* params) {
  if (op.output().tensor.type == TensorType::kFloat32) return {};
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  params->default_value = output.zero_point;
  return {};
}

// Padding is the third input, a scalar quantized as the output is.
Status use_third_input(ModelView& model, const Op& op, Params* params) {
  const Tensor& value = op.inputs[2].tensor;
  if (value.type != op.output().tensor.type) return op.not_supported("padding value of another type");
  if (value.elements != 1) return op.malformed("more than one padding value");
  params->value = op.inputs[2].values<uint8_t>();
  if (value.type == TensorType::kFloat32) return {};
  Affine padding;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, value, &padding));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  return check_same_quantization(op, padding, output);
}

}  // namespace

Status prepare_pad(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Params params;
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(use_zero(model, op, &params));
  return prepare(op, &params, arena, step);
}

Status prepare_padv2(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Params params;
  HARNESS_RETURN_IF_ERROR(op.expect_operands(3, 3));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(use_third_input(model, op, &params));
  return prepare(op, &params, arena, step);
}

}  // namespace harness
