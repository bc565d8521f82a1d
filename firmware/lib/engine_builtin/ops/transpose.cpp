#include "ops/copy.h"

namespace harness {
namespace {

// Dimension d of the output is dimension axes[d] of the input.
Status make_loop(const Op& op, const int32_t* axes, StridedLoop* loop) {
  const Shape& input = op.inputs[0].tensor.shape;
  const Shape& output = op.output().tensor.shape;
  int32_t input_strides[kMaxRank];
  int32_t stride = 1;
  for (int i = input.rank - 1; i >= 0; --i) {
    input_strides[i] = stride;
    stride *= input.dims[i];
  }
  bool used[kMaxRank] = {};
  for (int i = 0; i < output.rank; ++i) {
    int axis = 0;
    HARNESS_RETURN_IF_ERROR(op.resolve_axis(axes[i], input.rank, &axis));
    if (used[axis] || input.dims[axis] != output.dims[i]) return op.malformed("output is not the input transposed");
    used[axis] = true;
    stride /= output.dims[i];
    loop->add(output.dims[i], {input_strides[axis], stride});
  }
  return {};
}

}  // namespace

Status prepare_transpose(ModelView&, const Op& op, Arena& arena, Step* step) {
  const int32_t* axes = nullptr;
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  const Tensor& input = op.inputs[0].tensor;
  if (input.shape.rank != op.output().tensor.shape.rank) return op.malformed("input and output differ in rank");
  HARNESS_RETURN_IF_ERROR(op.read_constants(1, static_cast<uint32_t>(input.shape.rank), &axes));
  HARNESS_RETURN_IF_ERROR(make_loop(op, axes, &loop));
  const uint8_t* from = op.inputs[0].values<uint8_t>();
  *step = make_copy_step(make_copy(loop, from, op.output_values<uint8_t>(), input.element_bytes()), arena);
  return {};
}

}  // namespace harness
