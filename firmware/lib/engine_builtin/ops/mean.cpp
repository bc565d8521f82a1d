#include "activation.h"
#include "op.h"
#include "ops/strided.h"
#include "quantization.h"

namespace harness {
namespace {

// `kept` visits the outputs in order, `reduced` the inputs of one of them; both give offsets into the input.
struct Loops {
  StridedLoop kept;
  StridedLoop reduced;
  int32_t reduced_elements = 1;
};

struct FloatParams {
  Loops loops;
  const float* input = nullptr;
  float* output = nullptr;
};

struct Int8Params {
  Loops loops;
  const int8_t* input = nullptr;
  int8_t* output = nullptr;
  int32_t sum_of_zero_points = 0;
  ScaleFactor factor;  // from sums to outputs
  Int8Output stage;
};

void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  float* output = params.output;
  params.loops.kept.run([&](int32_t start, int32_t) {
    float sum = 0;
    params.loops.reduced.run([&](int32_t offset, int32_t) { sum += params.input[start + offset]; });
    *output++ = sum / static_cast<float>(params.loops.reduced_elements);
  });
}

void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  int8_t* output = params.output;
  params.loops.kept.run([&](int32_t start, int32_t) {
    int32_t sum = 0;
    params.loops.reduced.run([&](int32_t offset, int32_t) { sum += params.input[start + offset]; });
    *output++ = params.stage.from(scale(sum - params.sum_of_zero_points, params.factor));
  });
}

// Sets reduced[d] for each axis that the second input names; an axis may be negative or named twice.
Status read_axes(const Op& op, bool* reduced) {
  const Tensor& axes = op.inputs[1].tensor;
  const int rank = op.inputs[0].tensor.shape.rank;
  if (axes.type != TensorType::kInt32) return op.not_supported("axes of another type than int32");
  if (axes.constant == nullptr) return op.not_supported("axes that are not constant");
  if (axes.elements > static_cast<uint32_t>(rank)) return op.malformed("more axes than dimensions");
  const int32_t* values = op.inputs[1].values<int32_t>();
  for (uint32_t i = 0; i < axes.elements; ++i) {
    const int64_t axis = values[i] < 0 ? int64_t{values[i]} + rank : values[i];
    if (axis < 0 || axis >= rank) return op.malformed("axis out of range");
    reduced[axis] = true;
  }
  return {};
}

Loops make_loops(const Op& op, const bool* reduced) {
  Loops loops;
  const Tensor& input = op.inputs[0].tensor;
  int32_t stride = static_cast<int32_t>(input.elements);
  for (int i = 0; i < input.shape.rank; ++i) {
    const int32_t extent = input.shape.dims[i];
    stride /= extent;
    (reduced[i] ? loops.reduced : loops.kept).add(extent, {stride, 0});
    if (reduced[i]) loops.reduced_elements *= extent;
  }
  return loops;
}

// The output's shape is the input's without the reduced axes, or with 1 in their place.
Status check_output_shape(const Op& op, const bool* reduced, int8_t keep_dims) {
  const Shape& input = op.inputs[0].tensor.shape;
  Shape expected;
  for (int i = 0; i < input.rank; ++i) {
    if (!reduced[i]) expected.dims[expected.rank++] = input.dims[i];
    if (reduced[i] && keep_dims != 0) expected.dims[expected.rank++] = 1;
  }
  return expected == op.output().tensor.shape ? Status{} : op.malformed("output shape does not follow from the axes");
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
  const int32_t elements = params->loops.reduced_elements;
  if (elements > kMaxElements) return op.not_supported("mean of more than 2^23 int8 values");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(int8_activation(op, Activation::kNone, output, &params->stage));
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
  bool reduced[kMaxRank] = {};
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kReducer));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(read_axes(op, reduced));
  HARNESS_RETURN_IF_ERROR(
      check_output_shape(op, reduced, option<int8_t>(model, op, schema::ReducerOptions::kKeepDims)));
  const Loops loops = make_loops(op, reduced);
  if (op.output().tensor.type == TensorType::kFloat32) {
    *step = make_step(run_float, FloatParams{loops, op.inputs[0].values<float>(), op.output_values<float>()}, arena);
    return {};
  }
  Int8Params params;
  params.loops = loops;
  params.input = op.inputs[0].values<int8_t>();
  params.output = op.output_values<int8_t>();
  HARNESS_RETURN_IF_ERROR(scale_int8(model, op, &params));
  *step = make_step(run_int8, params, arena);
  return {};
}

}  // namespace harness
