#include "activation.h"
#include "op.h"
#include "ops/broadcast.h"
#include "quantization.h"

namespace harness {
namespace {

// Inputs are shifted left by this before they are scaled, so that rounding costs nothing visible.
constexpr int kInputShift = 20;

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

struct Int8Input {
  const int8_t* values = nullptr;
  int32_t offset = 0;  // minus the zero point
  ScaleFactor factor;

  int32_t get(int32_t index) const { return scale((values[index] + offset) * (1 << kInputShift), factor); }
};

struct Int8Params {
  StridedLoop loop;
  Int8Input a;
  Int8Input b;
  int8_t* output = nullptr;
  ScaleFactor factor;
  Int8Output stage;
};

template <typename Combine>
void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  float* output = params.output;
  params.loop.run(
      [&](int32_t a, int32_t b) { *output++ = clamp(Combine::of(params.a[a], params.b[b]), params.range); });
}

template <typename Combine>
void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  int8_t* output = params.output;
  params.loop.run([&](int32_t a, int32_t b) {
    *output++ = params.stage.from(scale(Combine::of(params.a.get(a), params.b.get(b)), params.factor));
  });
}

// Both inputs are brought to twice the larger of their scales, which keeps their sum in 32 bits.
Status scale_int8(ModelView& model, const Op& op, Activation activation, Int8Params* params) {
  Affine a;
  Affine b;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &a));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[1].tensor, &b));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, activation, output, &params->stage));
  const double common_scale = 2 * static_cast<double>(std::max(a.scale, b.scale));
  const double output_factor = common_scale / ((1 << kInputShift) * static_cast<double>(output.scale));
  if (output_factor >= 1) return op.not_supported("output scale far below the inputs'");
  make_scale_factor(static_cast<double>(a.scale) / common_scale, &params->a.factor);
  make_scale_factor(static_cast<double>(b.scale) / common_scale, &params->b.factor);
  make_scale_factor(output_factor, &params->factor);
  params->a.offset = -a.zero_point;
  params->b.offset = -b.zero_point;
  return {};
}

template <typename Combine>
Status prepare(ModelView& model, const Op& op, Arena& arena, Step* step) {
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(op.expect_options(Combine::kOptionsType));
  HARNESS_RETURN_IF_ERROR(make_broadcast(op, &loop));
  const Activation activation = option<Activation>(model, op, Combine::Options::kActivation);
  if (op.output().tensor.type == TensorType::kFloat32) {
    FloatParams params{loop, op.inputs[0].values<float>(), op.inputs[1].values<float>(), op.output_values<float>(), {}};
    HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &params.range));
    *step = make_step(run_float<Combine>, params, arena);
    return {};
  }
  Int8Params params;
  params.loop = loop;
  params.a.values = op.inputs[0].values<int8_t>();
  params.b.values = op.inputs[1].values<int8_t>();
  params.output = op.output_values<int8_t>();
  HARNESS_RETURN_IF_ERROR(scale_int8(model, op, activation, &params));
  *step = make_step(run_int8<Combine>, params, arena);
  return {};
}

}  // namespace

Status prepare_add(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Sum>(model, op, arena, step);
}

Status prepare_sub(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare<Difference>(model, op, arena, step);
}

}  // namespace harness
