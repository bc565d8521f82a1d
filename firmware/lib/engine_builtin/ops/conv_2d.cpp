#include "ops/convolution.h"

namespace harness {
namespace {

Status make_geometry(ModelView& model, const Op& op, ConvolutionGeometry* geometry) {
  const Shape& filter = op.inputs[1].tensor.shape;
  if (filter.rank != 4) return op.malformed("filter that does not have 4 dimensions");
  Window& window = geometry->window;
  HARNESS_RETURN_IF_ERROR(make_window(op, read_filter_options<schema::Conv2DOptions>(model, op, filter), &window));
  geometry->filter_depth = filter.dims[3];
  const int32_t groups = window.input_depth / geometry->filter_depth;
  if (filter.dims[0] != window.output_depth) return op.malformed("output and filter differ in channels");
  if (groups == 0 || window.input_depth % geometry->filter_depth != 0 || window.output_depth % groups != 0) {
    return op.malformed("input and filter differ in channels");
  }
  geometry->channels_per_group = window.output_depth / groups;
  geometry->filter_elements = filter.dims[1] * filter.dims[2] * filter.dims[3];
  geometry->contiguous_rows = groups == 1 && window.x.dilation == 1;
  return {};
}

}  // namespace

Status prepare_conv_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  ConvolutionGeometry geometry;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kConv2D));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  HARNESS_RETURN_IF_ERROR(make_geometry(model, op, &geometry));
  using Field = schema::Conv2DOptions;
  const WeightsOptions options{option<Activation>(model, op, Field::kActivation), 0, geometry.window.output_depth,
                               geometry.filter_elements, option<TensorType>(model, op, Field::kBiasType)};
  return prepare_convolution(model, op, geometry, options, arena, step);
}

}  // namespace harness
