#include "op.h"
#include "ops/reduction.h"
#include "quantization.h"

namespace harness {
namespace {

struct FloatParams {
  Reduction reduction;
  const float* input = nullptr;
  float* output = nullptr;
};

template <typename T>
struct IntegerParams {
  Reduction reduction;
  const T* input = nullptr;
  T* output = nullptr;
  int32_t sum_of_zero_points = 0;
  ScaleFactor factor;  // from sums to outputs
  QuantizedOutput<T> stage;
};

void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  float* output = params.output;
  params.reduction.kept.run([&](int32_t start, int32_t) {
    float sum = 0;
    params.reduction.reduced.run([&](int32_t offset, int32_t) { sum += params.input[start + offset]; });
    *output++ = sum / static_cast<float>(params.reduction.reduced_elements);
  });
}

template <typename T>
void run_integer(const void* untyped) {
  const IntegerParams<T>& params = *static_cast<const IntegerParams<T>*>(untyped);
  T* output = params.output;
  params.reduction.kept.run([&](int32_t start, int32_t) {
    int32_t sum = 0;
    params.reduction.reduced.run([&](int32_t offset, int32_t) { sum += params.input[start + offset]; });
    *output++ = params.stage.from(scale(sum - params.sum_of_zero_points, params.factor));
  });
}

// 1/n goes into the factor: the multiplier is divided by n after a shift that leaves it at least 2^30, unless the
// factor is so small that the shift would leave the range of scale().
ScaleFactor divide(ScaleFactor factor, int32_t n) {
  const int32_t bits = 31 - __builtin_clz(static_cast<unsigned>(n));
  const int32_t shift = std::min(bits, 31 + factor.shift);
  return {static_cast<int32_t>((int64_t{factor.multiplier} << shift) / n), factor.shift - shift};
}

template <typename T>
Status scale_sums(ModelView& model, const Op& op, IntegerParams<T>* params) {
  constexpr int64_t kMaxElements = (int64_t{1} << 31) >> (8 * sizeof(T));  // of which a sum fits in 32 bits
  Affine input;
  Affine output;
  const int32_t elements = params->reduction.reduced_elements;
  if (elements > kMaxElements) return op.not_supported("mean of more values than a sum has room for");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  ScaleFactor factor;
  if (!make_scale_factor(static_cast<double>(input.scale) / static_cast<double>(output.scale), &factor)) {
    return op.not_supported("scales too far apart");
  }
  params->factor = divide(factor, elements);
  params->stage = QuantizedOutput<T>::whole_range(output);
  params->sum_of_zero_points = input.zero_point * elements;
  return {};
}

template <typename T>
Status prepare_integer(ModelView& model, const Op& op, const Reduction& reduction, Arena& arena, Step* step) {
  IntegerParams<T> params;
  params.reduction = reduction;
  params.input = op.inputs[0].values<T>();
  params.output = op.output_values<T>();
  HARNESS_RETURN_IF_ERROR(scale_sums(model, op, &params));
  *step = make_step(run_integer<T>, params, arena);
  return {};
}

}  // namespace

Status prepare_mean(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Reduction reduction;
  HARNESS_RETURN_IF_ERROR(make_reduction(model, op, &reduction));
  const TensorType type = op.output().tensor.type;
  if (type == TensorType::kInt8) return prepare_integer<int8_t>(model, op, reduction, arena, step);
  if (type == TensorType::kInt16) return prepare_integer<int16_t>(model, op, reduction, arena, step);
  *step = make_step(run_float, FloatParams{reduction, op.inputs[0].values<float>(), op.output_values<float>()}, arena);
  return {};
}

}  // namespace harness
