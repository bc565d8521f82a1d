#include "ops/reduction.h"

namespace harness {
namespace {

// Sets reduced[d] for each axis that the second input names; an axis may be negative or named twice.
Status read_axes(const Op& op, bool* reduced) {
  const Tensor& axes = op.inputs[1].tensor;
  const int rank = op.inputs[0].tensor.shape.rank;
  if (axes.type != TensorType::kInt32) return op.not_supported("axes of another type than int32");
  if (axes.constant == nullptr) return op.not_supported("axes that are not constant");
  if (axes.elements > static_cast<uint32_t>(rank)) return op.malformed("more axes than dimensions");
  const int32_t* values = op.inputs[1].values<int32_t>();
  for (uint32_t i = 0; i < axes.elements; ++i) {
    int axis = 0;
    HARNESS_RETURN_IF_ERROR(op.resolve_axis(values[i], rank, &axis));
    reduced[axis] = true;
  }
  return {};
}

Reduction make_loops(const Op& op, const bool* reduced) {
  Reduction reduction;
  const Tensor& input = op.inputs[0].tensor;
  int32_t stride = static_cast<int32_t>(input.elements);
  for (int i = 0; i < input.shape.rank; ++i) {
    const int32_t extent = input.shape.dims[i];
    stride /= extent;
    (reduced[i] ? reduction.reduced : reduction.kept).add(extent, {stride, 0});
    if (reduced[i]) reduction.reduced_elements *= extent;
  }
  return reduction;
}

// The output's shape is the input's without the reduced axes, or with 1 in their place.
Status check_output_shape(const Op& op, const bool* reduced, int8_t keep_dims) {
  const Shape& input = op.inputs[0].tensor.shape;
  Shape expected;
  for (int i = 0; i < input.rank; ++i) {
    if (!reduced[i]) expected.dims[expected.rank++] = input.dims[i];
    if (reduced[i] && keep_dims != 0) expected.dims[expected.rank++] = 1;
  }
  return expected == op.output().tensor.shape ? Status{} : op.malformed("output shape does not follow from the axes");
}

}  // namespace

Status make_reduction(ModelView& model, const Op& op, Reduction* reduction) {
  bool reduced[kMaxRank] = {};
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kReducer));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(read_axes(op, reduced));
  const int8_t keep_dims = option<int8_t>(model, op, schema::ReducerOptions::kKeepDims);
  HARNESS_RETURN_IF_ERROR(check_output_shape(op, reduced, keep_dims));
  *reduction = make_loops(op, reduced);
  return {};
}

}  // namespace harness
