#include <cmath>
#include <limits>

#include "op.h"
#include "ops/fixed_point.h"
#include "ops/int16_table.h"
#include "quantization.h"

namespace harness {
namespace {

constexpr int kDiffIntegerBits = 5;  // exp() takes Q5.26
constexpr int kSumIntegerBits = 12;  // sums are Q12.19
// So many terms of at most 1 fit into a sum.
constexpr int32_t kMaxInt8Depth = (1 << kSumIntegerBits) - 1;

// int16: exp() and the reciprocal of a sum come from tables, in Q0.15.
constexpr int kInt16Bits = 15;
constexpr int32_t kInt16One = (1 << kInt16Bits) - 1;
constexpr int32_t kInt16Steps = (1 << 16) - 1;
constexpr int32_t kMaxInt16Depth = 1 << 16;  // exponentials of at most kInt16One fit into a sum

struct Exp {
  // In [-10, 0] by its series, of which 48 terms are exact to double's precision.
  static constexpr float of(float x) {
    double power = 1;
    double sum = 1;
    for (int i = 1; i < 48; ++i) {
      power *= -static_cast<double>(x) / i;
      sum += power;
    }
    return static_cast<float>(1 / sum);
  }
};

struct ReciprocalOfOnePlus {
  static constexpr float of(float x) { return 1.0F / (1.0F + x); }
};

// int16 from lowest to highest is -10 to 0, and 0 to 1.
constexpr float kExpRange = 10.0F;
constexpr Int16Table kExp = make_int16_table<Exp>({kExpRange / kInt16Steps, kInt16One, 2.0F / kInt16Steps});
constexpr Int16Table kReciprocal =
    make_int16_table<ReciprocalOfOnePlus>({1.0F / kInt16Steps, -kInt16One - 1, 2.0F / kInt16Steps});

template <typename T>
struct Rows {
  const T* input = nullptr;
  T* output = nullptr;
  int32_t count = 0;
  int32_t depth = 0;
};

struct FloatParams {
  Rows<float> rows;
  float beta = 0;
};

struct Int8Params {
  Rows<int8_t> rows;
  ScaleFactor factor;    // from differences of inputs to Q5.26
  int32_t min_diff = 0;  // what is further below the maximum counts as exp() = 0
};

struct Int16Params {
  Rows<int16_t> rows;
  ScaleFactor factor;  // from differences of inputs to steps of kExp
};

template <typename T>
Rows<T> rows_of(const Op& op) {
  const Tensor& output = op.output().tensor;
  const int32_t depth = output.shape.last();
  return {op.inputs[0].values<T>(), op.output_values<T>(), static_cast<int32_t>(output.elements) / depth, depth};
}

void run_row(const FloatParams& params, const float* input, float* output) {
  const int32_t depth = params.rows.depth;
  const float max = *std::max_element(input, input + depth);
  float sum = 0;
  for (int32_t i = 0; i < depth; ++i) {
    output[i] = std::exp((input[i] - max) * params.beta);
    sum += output[i];
  }
  for (int32_t i = 0; i < depth; ++i) output[i] /= sum;
}

int leading_zeros(int32_t positive) { return __builtin_clz(static_cast<unsigned>(positive)); }

void run_row(const Int8Params& params, const int8_t* input, int8_t* output) {
  const int32_t depth = params.rows.depth;
  const int32_t max = *std::max_element(input, input + depth);
  int32_t sum = 0;
  for (int32_t i = 0; i < depth; ++i) {
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
  for (int32_t i = 0; i < depth; ++i) {
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

void run_row(const Int16Params& params, const int16_t* input, int16_t* output) {
  const int32_t depth = params.rows.depth;
  const int32_t max = *std::max_element(input, input + depth);
  int32_t sum = 0;
  for (int32_t i = 0; i < depth; ++i) {
    const int32_t steps = scale(input[i] - max, params.factor);
    const int32_t exp = kExp.at(std::min(std::max(steps, -kInt16Steps), int32_t{0}) + kInt16One);
    output[i] = static_cast<int16_t>(exp);
    sum += exp;
  }
  // sum = 2^shift / 2^15 * (1 + fraction), the fraction rounded to 16 bits
  const int shift = 31 - leading_zeros(sum);
  const uint32_t normal = (static_cast<uint32_t>(sum) << (30 - shift)) + (1 << 13);
  const int32_t fraction = static_cast<int32_t>(normal >> 14) - (1 << 16);
  const int32_t reciprocal = kReciprocal.at(std::min(fraction - (1 << 15), kInt16One));
  for (int32_t i = 0; i < depth; ++i) {
    const int32_t quotient = (output[i] * reciprocal + (1 << (shift - 1))) >> shift;
    output[i] = static_cast<int16_t>(std::min(std::max(quotient, int32_t{0}), kInt16One));
  }
}

template <typename Params>
void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  for (int32_t row = 0; row < params.rows.count; ++row) {
    const int32_t start = row * params.rows.depth;
    run_row(params, params.rows.input + start, params.rows.output + start);
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

Status finish(ModelView& model, const Op& op, float beta, Int8Params* params) {
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  if (output.scale != 1.0F / 256 || output.zero_point != kInt8Min) {
    return op.not_supported("int8 output with another scale than 1/256 or another zero point than -128");
  }
  if (params->rows.depth > kMaxInt8Depth) return op.not_supported("more than 4095 int8 values to a row");
  return scale_inputs(op, beta, input, params);
}

Status finish(ModelView& model, const Op& op, float beta, Int16Params* params) {
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  if (std::abs(output.scale * (1 << kInt16Bits) - 1) > 0.001F) {
    return op.not_supported("int16 output with another scale than 1/32768");
  }
  if (params->rows.depth > kMaxInt16Depth) return op.not_supported("more than 65536 int16 values to a row");
  constexpr double kExpStep = 10.0 / kInt16Steps;
  const double factor = static_cast<double>(input.scale) * static_cast<double>(beta) / kExpStep;
  const bool made = make_scale_factor(factor, &params->factor);
  return made ? Status{} : op.not_supported("beta times input scale is negative or too large");
}

Status finish(ModelView&, const Op&, float beta, FloatParams* params) {
  params->beta = beta;
  return {};
}

template <typename Params>
Status prepare(ModelView& model, const Op& op, Params params, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(finish(model, op, option<float>(model, op, schema::SoftmaxOptions::kBeta), &params));
  *step = make_step(run<Params>, params, arena);
  return {};
}

}  // namespace

Status prepare_softmax(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kSoftmax));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(op.expect_same_shape());
  const TensorType type = op.output().tensor.type;
  if (type == TensorType::kInt8) return prepare(model, op, Int8Params{rows_of<int8_t>(op), {}, 0}, arena, step);
  if (type == TensorType::kInt16) return prepare(model, op, Int16Params{rows_of<int16_t>(op), {}}, arena, step);
  return prepare(model, op, FloatParams{rows_of<float>(op), 0}, arena, step);
}

}  // namespace harness
