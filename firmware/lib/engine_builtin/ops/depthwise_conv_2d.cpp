#include "ops/depthwise.h"
#include "ops/kernels.h"

namespace harness {
namespace {

template <typename Weights>
void run(const void* params) {
  kernels::convolve_depthwise(*static_cast<const DepthwiseConvolution<Weights>*>(params));
}

Status make_geometry(ModelView& model, const Op& op, DepthwiseGeometry* geometry) {
  using Options = schema::DepthwiseConv2DOptions;
  const Shape& filter = op.inputs[1].tensor.shape;
  if (filter.rank != 4 || filter.dims[0] != 1) return op.malformed("filter that is not 1 by height by width by depth");
  Window& window = geometry->window;
  HARNESS_RETURN_IF_ERROR(make_window(op, read_filter_options<Options>(model, op, filter), &window));
  geometry->depth_multiplier = option<int32_t>(model, op, Options::kDepthMultiplier);
  if (filter.dims[3] != window.output_depth) return op.malformed("output and filter differ in channels");
  if (int64_t{geometry->depth_multiplier} * window.input_depth != window.output_depth) {
    return op.malformed("output channels are not input channels times depth multiplier");
  }
  return {};
}

template <typename Weights>
Status prepare(ModelView& model, const Op& op, const DepthwiseGeometry& geometry, const WeightsOptions& options,
               Arena& arena, Step* step) {
  DepthwiseConvolution<Weights> params{geometry, {}, op.output_values<typename Weights::Value>()};
  HARNESS_RETURN_IF_ERROR(make_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Weights>, params, arena);
  return {};
}

}  // namespace

Status prepare_depthwise_conv_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  DepthwiseGeometry geometry;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kDepthwiseConv2D));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  HARNESS_RETURN_IF_ERROR(make_geometry(model, op, &geometry));
  const Window& window = geometry.window;
  const WeightsOptions options{option<Activation>(model, op, schema::DepthwiseConv2DOptions::kActivation), 3,
                               window.output_depth, int64_t{window.y.filter} * window.x.filter};
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, options));
  const TensorType type = op.output().tensor.type;
  auto* prepare_type = prepare<kernels::Int8Weights>;
  if (type == TensorType::kFloat32) prepare_type = prepare<FloatWeights>;
  if (type == TensorType::kInt16) {
    if (has_narrow_sums(op, options)) return op.not_supported("int32 bias of int16 values");
    prepare_type = prepare<Int16Weights>;
  }
  return prepare_type(model, op, geometry, options, arena, step);
}

}  // namespace harness
