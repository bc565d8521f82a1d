#include "ops/broadcast.h"

#include <algorithm>

namespace harness {
namespace {

// A shape's dimension counted from the last; 1 where it has fewer.
int32_t dim_from_last(const Shape& shape, int place) {
  return place < shape.rank ? shape.dims[shape.rank - 1 - place] : 1;
}

// A tensor's steps along the output's dimensions, from the last; 0 where its only element there is repeated.
Status broadcast_strides(const Op& op, const Shape& shape, int32_t* strides) {
  const Shape& output = op.output().tensor.shape;
  if (shape.rank > output.rank) return op.malformed("output of fewer dimensions than an input");
  int32_t elements = 1;
  for (int place = 0; place < output.rank; ++place) {
    const int32_t dim = dim_from_last(shape, place);
    if (dim != 1 && dim != dim_from_last(output, place)) return op.malformed("input does not broadcast to the output");
    strides[place] = dim == 1 ? 0 : elements;
    elements *= dim;
  }
  return {};
}

}  // namespace

Status make_broadcast(const Op& op, StridedLoop* loop) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  if (op.inputs[1].tensor.type != op.output().tensor.type) return op.not_supported("inputs of different types");
  const Shape& a = op.inputs[0].tensor.shape;
  const Shape& b = op.inputs[1].tensor.shape;
  const Shape& output = op.output().tensor.shape;
  int32_t a_strides[kMaxRank];
  int32_t b_strides[kMaxRank];
  HARNESS_RETURN_IF_ERROR(broadcast_strides(op, a, a_strides));
  HARNESS_RETURN_IF_ERROR(broadcast_strides(op, b, b_strides));
  for (int place = output.rank - 1; place >= 0; --place) {
    const int32_t extent = dim_from_last(output, place);
    if (extent != std::max(dim_from_last(a, place), dim_from_last(b, place))) {
      return op.malformed("output larger than both inputs");
    }
    loop->add(extent, {a_strides[place], b_strides[place]});
  }
  return {};
}

Status read_affines(ModelView& model, const Op& op, CombinedAffines* affines) {
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &affines->a));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[1].tensor, &affines->b));
  return read_affine(model, op, op.output().tensor, &affines->output);
}

}  // namespace harness
