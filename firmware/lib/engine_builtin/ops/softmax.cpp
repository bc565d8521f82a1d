#include <cmath>
#include <limits>

#include "op.h"
#include "ops/fixed_point.h"
#include "quantization.h"

namespace harness {
namespace {

constexpr int kDiffIntegerBits = 5;  // exp() takes Q5.26
constexpr int kSumIntegerBits = 12;  // sums are Q12.19
// So many terms of at most 1 fit into a sum.
constexpr int32_t kMaxInt8Depth = (1 << kSumIntegerBits) - 1;

struct FloatParams {
  const float* input = nullptr;
  float* output = nullptr;
  int32_t rows = 0;
  int32_t depth = 0;
  float beta = 0;
};

struct Int8Params {
  const int8_t* input = nullptr;
  int8_t* output = nullptr;
  int32_t rows = 0;
  int32_t depth = 0;
  ScaleFactor factor;    // from differences of inputs to Q5.26
  int32_t min_diff = 0;  // what is further below the maximum counts as exp() = 0
};

void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  for (int32_t row = 0; row < params.rows; ++row) {
    const float* input = params.input + row * params.depth;
    float* output = params.output + row * params.depth;
    const float max = *std::max_element(input, input + params.depth);
    float sum = 0;
    for (int32_t i = 0; i < params.depth; ++i) {
      output[i] = std::exp((input[i] - max) * params.beta);
      sum += output[i];
    }
    for (int32_t i = 0; i < params.depth; ++i) output[i] /= sum;
  }
}

int leading_zeros(int32_t positive) { return __builtin_clz(static_cast<unsigned>(positive)); }

void run_int8_row(const Int8Params& params, const int8_t* input, int8_t* output) {
  const int32_t max = *std::max_element(input, input + params.depth);
  int32_t sum = 0;
  for (int32_t i = 0; i < params.depth; ++i) {
    const int32_t diff = input[i] - max;
    if (diff < params.min_diff) continue;
    sum += rounding_shift_right(exp_of_negative(scale(diff, params.factor)), kSumIntegerBits);
  }
  // sum = 2^(kSumIntegerBits - zeros) * (1 + fraction)
  const int zeros = leading_zeros(sum);
  const int32_t fraction = static_cast<int32_t>((static_cast<uint32_t>(sum) << zeros) - (uint32_t{1} << 31));
  const int32_t reciprocal = reciprocal_of_one_plus(fraction);
  constexpr int kOutputBits = 8;
  const int32_t exponent = kSumIntegerBits - zeros + 31 - kOutputBits;
  for (int32_t i = 0; i < params.depth; ++i) {
    const int32_t diff = input[i] - max;
    if (diff < params.min_diff || exponent > 31) {  // rounds to 0
      output[i] = kInt8Min;
      continue;
    }
    const int32_t product = doubling_high_product(reciprocal, exp_of_negative(scale(diff, params.factor)));
    const int32_t steps = rounding_shift_right(product, exponent);
    output[i] = static_cast<int8_t>(std::min(steps + kInt8Min, kInt8Max));
  }
}

void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  for (int32_t row = 0; row < params.rows; ++row) {
    run_int8_row(params, params.input + row * params.depth, params.output + row * params.depth);
  }
}

Status scale_inputs(const Op& op, float beta, Affine input, Int8Params* params) {
  constexpr double kLargest = std::numeric_limits<int32_t>::max();
  constexpr double kOne = 1 << (31 - kDiffIntegerBits);
  const double factor = static_cast<double>(beta) * static_cast<double>(input.scale) * kOne;
  if (!(factor > 1)) return op.not_supported("beta times input scale is not positive, or too small");
  make_scale_factor(std::min(factor, kLargest), &params->factor);
  const int64_t largest_diff = ((int64_t{1} << kDiffIntegerBits) - 1) << (31 - kDiffIntegerBits);
  params->min_diff = -static_cast<int32_t>(largest_diff >> params->factor.shift);
  return {};
}

Status prepare_int8(ModelView& model, const Op& op, float beta, Int8Params* params) {
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  if (output.scale != 1.0F / 256 || output.zero_point != kInt8Min) {
    return op.not_supported("int8 output with another scale than 1/256 or another zero point than -128");
  }
  if (params->depth > kMaxInt8Depth) return op.not_supported("more than 4095 int8 values to a row");
  return scale_inputs(op, beta, input, params);
}

}  // namespace

Status prepare_softmax(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kSoftmax));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(op.expect_same_shape());
  const float beta = option<float>(model, op, schema::SoftmaxOptions::kBeta);
  const int32_t depth = op.output().tensor.shape.last();
  const int32_t rows = static_cast<int32_t>(op.output().tensor.elements) / depth;
  if (op.output().tensor.type == TensorType::kFloat32) {
    *step = make_step(run_float,
                      FloatParams{op.inputs[0].values<float>(), op.output_values<float>(), rows, depth, beta}, arena);
    return {};
  }
  Int8Params params{op.inputs[0].values<int8_t>(), op.output_values<int8_t>(), rows, depth, {}, 0};
  HARNESS_RETURN_IF_ERROR(prepare_int8(model, op, beta, &params));
  *step = make_step(run_int8, params, arena);
  return {};
}

}  // namespace harness
