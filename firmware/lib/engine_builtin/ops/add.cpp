#include "activation.h"
#include "ops/kernels.h"

namespace harness {
namespace {

template <typename Combine>
struct FloatSum {
  using Value = float;

  FloatRange range;

  float operator()(float a, float b) const { return clamp(Combine::of(a, b), range); }
};

// Both inputs are brought to twice the larger of their scales, which keeps their sum in 32 bits.
template <typename Combine, typename T>
Status scale_terms(ModelView& model, const Op& op, Activation activation, QuantizedSum<Combine, T>* sum) {
  CombinedAffines affines;
  HARNESS_RETURN_IF_ERROR(read_affines(model, op, &affines));
  const auto& [a, b, output] = affines;
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, activation, output, &sum->stage));
  const double common_scale = 2 * static_cast<double>(std::max(a.scale, b.scale));
  const double output_factor = common_scale / ((1 << kInputShift<T>)*static_cast<double>(output.scale));
  if (output_factor >= 1) return op.not_supported("output scale far below the inputs'");
  make_scale_factor(static_cast<double>(a.scale) / common_scale, &sum->a.factor);
  make_scale_factor(static_cast<double>(b.scale) / common_scale, &sum->b.factor);
  make_scale_factor(output_factor, &sum->factor);
  sum->a.offset = -a.zero_point;
  sum->b.offset = -b.zero_point;
  return {};
}

template <typename Combine>
Status prepare_float(const Op& op, Activation activation, const StridedLoop& loop, Arena& arena, Step* step) {
  FloatSum<Combine> sum;
  HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &sum.range));
  *step = make_combination(op, loop, sum, arena);
  return {};
}

template <typename Combine, typename T>
Status prepare_integer(ModelView& model, const Op& op, Activation activation, const StridedLoop& loop, Arena& arena,
                       Step* step) {
  QuantizedSum<Combine, T> sum;
  HARNESS_RETURN_IF_ERROR(scale_terms(model, op, activation, &sum));
  *step = kernels::make_sum(op, loop, sum, arena);
  return {};
}

template <typename Combine>
Status prepare(ModelView& model, const Op& op, Activation activation, Arena& arena, Step* step) {
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(make_broadcast(op, &loop));
  const TensorType type = op.output().tensor.type;
  if (type == TensorType::kFloat32) return prepare_float<Combine>(op, activation, loop, arena, step);
  if (type == TensorType::kInt16) return prepare_integer<Combine, int16_t>(model, op, activation, loop, arena, step);
  return prepare_integer<Combine, int8_t>(model, op, activation, loop, arena, step);
}

}  // namespace

Status prepare_add(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kAdd));
  return prepare<Sum>(model, op, option<Activation>(model, op, schema::AddOptions::kActivation), arena, step);
}

Status prepare_sub(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kSub));
  return prepare<Difference>(model, op, option<Activation>(model, op, schema::SubOptions::kActivation), arena, step);
}

}  // namespace harness
