#include "activation.h"
#include "op.h"
#include "ops/broadcast.h"
#include "quantization.h"

namespace harness {
namespace {

struct Sum {
  static constexpr schema::OptionsType kOptionsType = schema::OptionsType::kAdd;
  using Options = schema::AddOptions;

  template <typename T>
  static T of(T a, T b) {
    return a + b;
  }
};

struct Difference {
  static constexpr schema::OptionsType kOptionsType = schema::OptionsType::kSub;
  using Options = schema::SubOptions;

  template <typename T>
  static T of(T a, T b) {
    return a - b;
  }
};

struct FloatParams {
  StridedLoop loop;
  const float* a = nullptr;
  const float* b = nullptr;
  float* output = nullptr;
  FloatRange range;
};

// Inputs are shifted left by this before they are scaled, so that rounding costs nothing visible.
template <typename T>
constexpr int kInputShift = sizeof(T) == sizeof(int8_t) ? 20 : 15;

template <typename T>
struct Input {
  const T* values = nullptr;
  int32_t offset = 0;  // minus the zero point
  ScaleFactor factor;

  int32_t get(int32_t index) const { return scale((values[index] + offset) * (1 << kInputShift<T>), factor); }
};

template <typename T>
struct IntegerParams {
  StridedLoop loop;
  Input<T> a;
  Input<T> b;
  T* output = nullptr;
  ScaleFactor factor;
  QuantizedOutput<T> stage;
};

template <typename Combine>
void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  float* output = params.output;
  params.loop.run(
      [&](int32_t a, int32_t b) { *output++ = clamp(Combine::of(params.a[a], params.b[b]), params.range); });
}

template <typename Combine, typename T>
void run_integer(const void* untyped) {
  const IntegerParams<T>& params = *static_cast<const IntegerParams<T>*>(untyped);
  T* output = params.output;
  params.loop.run([&](int32_t a, int32_t b) {
    *output++ = params.stage.from(scale(Combine::of(params.a.get(a), params.b.get(b)), params.factor));
  });
}

// Both inputs are brought to twice the larger of their scales, which keeps their sum in 32 bits.
template <typename T>
Status scale_operands(ModelView& model, const Op& op, Activation activation, IntegerParams<T>* params) {
  CombinedAffines affines;
  HARNESS_RETURN_IF_ERROR(read_affines(model, op, &affines));
  const auto& [a, b, output] = affines;
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, activation, output, &params->stage));
  const double common_scale = 2 * static_cast<double>(std::max(a.scale, b.scale));
  const double output_factor = common_scale / ((1 << kInputShift<T>)*static_cast<double>(output.scale));
  if (output_factor >= 1) return op.not_supported("output scale far below the inputs'");
  make_scale_factor(static_cast<double>(a.scale) / common_scale, &params->a.factor);
  make_scale_factor(static_cast<double>(b.scale) / common_scale, &params->b.factor);
  make_scale_factor(output_factor, &params->factor);
  params->a.offset = -a.zero_point;
  params->b.offset = -b.zero_point;
  return {};
}

template <typename Combine>
Status prepare_float(const Op& op, const StridedLoop& loop, Activation activation, Arena& arena, Step* step) {
  FloatParams params{loop, op.inputs[0].values<float>(), op.inputs[1].values<float>(), op.output_values<float>(), {}};
  HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &params.range));
  *step = make_step(run_float<Combine>, params, arena);
  return {};
}

template <typename Combine, typename T>
Status prepare_integer(ModelView& model, const Op& op, const StridedLoop& loop, Activation activation, Arena& arena,
                       Step* step) {
  IntegerParams<T> params;
  params.loop = loop;
  params.a.values = op.inputs[0].values<T>();
  params.b.values = op.inputs[1].values<T>();
  params.output = op.output_values<T>();
  HARNESS_RETURN_IF_ERROR(scale_operands(model, op, activation, &params));
  *step = make_step(run_integer<Combine, T>, params, arena);
  return {};
}

template <typename Combine>
Status prepare(ModelView& model, const Op& op, Arena& arena, Step* step) {
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(op.expect_options(Combine::kOptionsType));
  HARNESS_RETURN_IF_ERROR(make_broadcast(op, &loop));
  const Activation activation = option<Activation>(model, op, Combine::Options::kActivation);
  const TensorType type = op.output().tensor.type;
  if (type == TensorType::kFloat32) return prepare_float<Combine>(op, loop, activation, arena, step);
  if (type == TensorType::kInt16) return prepare_integer<Combine, int16_t>(model, op, loop, activation, arena, step);
  return prepare_integer<Combine, int8_t>(model, op, loop, activation, arena, step);
}

}  // namespace

Status prepare_add(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Sum>(model, op, arena, step);
}

Status prepare_sub(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Difference>(model, op, arena, step);
}

}  // namespace harness
