#include "activation.h"
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

struct Int8Params {
  Reduction reduction;
  const int8_t* input = nullptr;
  int8_t* output = nullptr;
  int32_t sum_of_zero_points = 0;
  ScaleFactor factor;  // from sums to outputs
  Int8Output stage;
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

void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  int8_t* output = params.output;
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

Status scale_int8(ModelView& model, const Op& op, Int8Params* params) {
  constexpr int32_t kMaxElements = 1 << 23;  // of which a sum fits in 32 bits
  Affine input;
  Affine output;
  const int32_t elements = params->reduction.reduced_elements;
  if (elements > kMaxElements) return op.not_supported("mean of more than 2^23 int8 values");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, Activation::kNone, output, &params->stage));
  ScaleFactor factor;
  if (!make_scale_factor(static_cast<double>(input.scale) / static_cast<double>(output.scale), &factor)) {
    return op.not_supported("scales too far apart");
  }
  params->factor = divide(factor, elements);
  params->sum_of_zero_points = input.zero_point * elements;
  return {};
}

}  // namespace

Status prepare_mean(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Reduction reduction;
  HARNESS_RETURN_IF_ERROR(make_reduction(model, op, &reduction));
  if (op.output().tensor.type == TensorType::kFloat32) {
    *step =
        make_step(run_float, FloatParams{reduction, op.inputs[0].values<float>(), op.output_values<float>()}, arena);
    return {};
  }
  Int8Params params;
  params.reduction = reduction;
  params.input = op.inputs[0].values<int8_t>();
  params.output = op.output_values<int8_t>();
  HARNESS_RETURN_IF_ERROR(scale_int8(model, op, &params));
  *step = make_step(run_int8, params, arena);
  return {};
}

}  // namespace harness
