#include <limits>

#include "op.h"
#include "ops/reduction.h"
#include "quantization.h"

namespace harness {
namespace {

template <typename T>
struct Params {
  Reduction reduction;
  const T* input = nullptr;
  T* output = nullptr;
};

template <typename T>
void run(const void* untyped) {
  const Params<T>& params = *static_cast<const Params<T>*>(untyped);
  T* output = params.output;
  params.reduction.kept.run([&](int32_t start, int32_t) {
    T largest = std::numeric_limits<T>::lowest();
    params.reduction.reduced.run([&](int32_t offset, int32_t) {
      const T value = params.input[start + offset];
      if (value > largest) largest = value;
    });
    *output++ = largest;
  });
}

template <typename T>
Step make_reduce_max(const Op& op, const Reduction& reduction, Arena& arena) {
  return make_step(run<T>, Params<T>{reduction, op.inputs[0].values<T>(), op.output_values<T>()}, arena);
}

}  // namespace

Status prepare_reduce_max(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Reduction reduction;
  HARNESS_RETURN_IF_ERROR(make_reduction(model, op, &reduction));
  if (op.output().tensor.type == TensorType::kFloat32) {
    *step = make_reduce_max<float>(op, reduction, arena);
    return {};
  }
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, input, output));
  *step = make_reduce_max<int8_t>(op, reduction, arena);
  return {};
}

}  // namespace harness
