#include "activation.h"
#include "op.h"
#include "ops/broadcast.h"
#include "quantization.h"

namespace harness {
namespace {

struct FloatProduct {
  using Value = float;

  FloatRange range;

  float operator()(float a, float b) const { return clamp(a * b, range); }
};

template <typename T>
struct QuantizedProduct {
  using Value = T;

  int32_t a_zero_point = 0;
  int32_t b_zero_point = 0;
  ScaleFactor factor;
  QuantizedOutput<T> stage;

  T operator()(T a, T b) const { return stage.from(scale((a - a_zero_point) * (b - b_zero_point), factor)); }
};

template <typename T>
Status prepare_quantized(ModelView& model, const Op& op, Activation activation, const StridedLoop& loop, Arena& arena,
                         Step* step) {
  CombinedAffines affines;
  HARNESS_RETURN_IF_ERROR(read_affines(model, op, &affines));
  const auto& [a, b, output] = affines;
  QuantizedProduct<T> product{a.zero_point, b.zero_point, {}, {}};
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, activation, output, &product.stage));
  const double product_scale = static_cast<double>(a.scale) * static_cast<double>(b.scale);
  if (!make_scale_factor(product_scale / static_cast<double>(output.scale), &product.factor)) {
    return op.not_supported("scales too far apart");
  }
  *step = make_combination(op, loop, product, arena);
  return {};
}

Status prepare_float(const Op& op, Activation activation, const StridedLoop& loop, Arena& arena, Step* step) {
  FloatProduct product;
  HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &product.range));
  *step = make_combination(op, loop, product, arena);
  return {};
}

}  // namespace

Status prepare_mul(ModelView& model, const Op& op, Arena& arena, Step* step) {
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kMul));
  HARNESS_RETURN_IF_ERROR(make_broadcast(op, &loop));
  const Activation activation = option<Activation>(model, op, schema::MulOptions::kActivation);
  switch (op.output().tensor.type) {
    case TensorType::kInt8:
      return prepare_quantized<int8_t>(model, op, activation, loop, arena, step);
    case TensorType::kInt16:
      return prepare_quantized<int16_t>(model, op, activation, loop, arena, step);
    default:
      return prepare_float(op, activation, loop, arena, step);
  }
}

}  // namespace harness
