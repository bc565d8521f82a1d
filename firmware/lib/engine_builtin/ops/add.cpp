#include "activation.h"
#include "op.h"
#include "ops/strided.h"
#include "quantization.h"

namespace harness {
namespace {

// Inputs are shifted left by this before they are scaled, so that rounding costs nothing visible.
constexpr int kInputShift = 20;

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

void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  float* output = params.output;
  params.loop.run([&](int32_t a, int32_t b) { *output++ = clamp(params.a[a] + params.b[b], params.range); });
}

void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  int8_t* output = params.output;
  params.loop.run([&](int32_t a, int32_t b) {
    *output++ = params.stage.from(scale(params.a.get(a) + params.b.get(b), params.factor));
  });
}

// A shape's dimension counted from the last; 1 where it has fewer.
int32_t dim_from_last(const Shape& shape, int place) {
  return place < shape.rank ? shape.dims[shape.rank - 1 - place] : 1;
}

// A tensor's steps along the output's dimensions, from the last; 0 where its only element there is repeated.
Status broadcast_strides(const Op& op, const Shape& shape, int32_t* strides) {
  const Shape& output = op.output().tensor.shape;
  if (shape.rank > output.rank) return op.malformed("output of fewer dimensions than an input");
  int32_t elements = 1;
  for (int place = 0; place < output.rank; ++place) {
    const int32_t dim = dim_from_last(shape, place);
    if (dim != 1 && dim != dim_from_last(output, place)) return op.malformed("input does not broadcast to the output");
    strides[place] = dim == 1 ? 0 : elements;
    elements *= dim;
  }
  return {};
}

Status make_loop(const Op& op, StridedLoop* loop) {
  const Shape& a = op.inputs[0].tensor.shape;
  const Shape& b = op.inputs[1].tensor.shape;
  const Shape& output = op.output().tensor.shape;
  int32_t a_strides[kMaxRank];
  int32_t b_strides[kMaxRank];
  HARNESS_RETURN_IF_ERROR(broadcast_strides(op, a, a_strides));
  HARNESS_RETURN_IF_ERROR(broadcast_strides(op, b, b_strides));
  for (int place = output.rank - 1; place >= 0; --place) {
    const int32_t extent = dim_from_last(output, place);
    if (extent != std::max(dim_from_last(a, place), dim_from_last(b, place))) {
      return op.malformed("output larger than both inputs");
    }
    loop->add(extent, {a_strides[place], b_strides[place]});
  }
  return {};
}

// Both inputs are brought to twice the larger of their scales, which keeps their sum in 32 bits.
Status scale_int8(ModelView& model, const Op& op, Activation activation, Int8Params* params) {
  Affine a;
  Affine b;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &a));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[1].tensor, &b));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(int8_activation(op, activation, output, &params->stage));
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

}  // namespace

Status prepare_add(ModelView& model, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kAdd));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  if (op.inputs[1].tensor.type != op.output().tensor.type) return op.not_supported("inputs of different types");
  const Activation activation = option<Activation>(model, op, schema::AddOptions::kActivation);
  StridedLoop loop;
  HARNESS_RETURN_IF_ERROR(make_loop(op, &loop));
  if (op.output().tensor.type == TensorType::kFloat32) {
    FloatParams params{loop, op.inputs[0].values<float>(), op.inputs[1].values<float>(), op.output_values<float>(), {}};
    HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &params.range));
    *step = make_step(run_float, params, arena);
    return {};
  }
  Int8Params params;
  params.loop = loop;
  params.a.values = op.inputs[0].values<int8_t>();
  params.b.values = op.inputs[1].values<int8_t>();
  params.output = op.output_values<int8_t>();
  HARNESS_RETURN_IF_ERROR(scale_int8(model, op, activation, &params));
  *step = make_step(run_int8, params, arena);
  return {};
}

}  // namespace harness
