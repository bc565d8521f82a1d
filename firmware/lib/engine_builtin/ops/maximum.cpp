#include "op.h"
#include "ops/broadcast.h"
#include "quantization.h"

namespace harness {
namespace {

template <typename T>
struct Larger {
  using Value = T;
  T operator()(T a, T b) const { return a > b ? a : b; }
};

template <typename T>
struct Smaller {
  using Value = T;
  T operator()(T a, T b) const { return a < b ? a : b; }
};

// Integers are compared as they are.
Status expect_same_quantization(ModelView& model, const Op& op) {
  CombinedAffines affines;
  HARNESS_RETURN_IF_ERROR(read_affines(model, op, &affines));
  const auto& [a, b, output] = affines;
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, a, output));
  return check_same_quantization(op, b, output);
}

template <template <typename> class Choice>
Status prepare(ModelView& model, const Op& op, Arena& arena, Step* step) {
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kMaximumMinimum));
  HARNESS_RETURN_IF_ERROR(make_broadcast(op, &loop));
  const TensorType type = op.output().tensor.type;
  if (type == TensorType::kFloat32) {
    *step = make_combination(op, loop, Choice<float>{}, arena);
    return {};
  }
  HARNESS_RETURN_IF_ERROR(expect_same_quantization(model, op));
  *step = type == TensorType::kInt8 ? make_combination(op, loop, Choice<int8_t>{}, arena)
                                    : make_combination(op, loop, Choice<int16_t>{}, arena);
  return {};
}

}  // namespace

Status prepare_maximum(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Larger>(model, op, arena, step);
}

Status prepare_minimum(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Smaller>(model, op, arena, step);
}

}  // namespace harness
