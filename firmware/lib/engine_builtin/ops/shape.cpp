#include <algorithm>

#include "op.h"

namespace harness {
namespace {

struct Params {
  Shape shape;
  int32_t* output = nullptr;
};

void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  std::copy_n(params.shape.dims, params.shape.rank, params.output);
}

}  // namespace

// The shape is known before the inference; only the output's place is not constant.
Status prepare_shape(ModelView&, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  const Shape& shape = op.inputs[0].tensor.shape;
  const Tensor& output = op.output().tensor;
  if (output.type != TensorType::kInt32) return op.not_supported("shape of another type than int32");
  if (output.elements != static_cast<uint32_t>(shape.rank)) return op.malformed("output is not one size per dimension");
  *step = make_step(run, Params{shape, op.output_values<int32_t>()}, arena);
  return {};
}

}  // namespace harness
