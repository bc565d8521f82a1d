#include "ops/convolution.h"

namespace harness {
namespace {

// The filter is (outputs, inputs); input and output are any shapes of batches * inputs and (…, outputs). A batch is a
// pixel with the inputs as channels.
Status make_geometry(const Op& op, ConvolutionGeometry* geometry) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  const Shape& filter = op.inputs[1].tensor.shape;
  const Tensor& output = op.output().tensor;
  if (filter.rank != 2) return op.malformed("filter that does not have 2 dimensions");
  const int32_t outputs = filter.dims[0];
  const int32_t inputs = filter.dims[1];
  const int32_t batches = static_cast<int32_t>(output.elements) / outputs;
  if (output.shape.last() != outputs) return op.malformed("output and filter differ in channels");
  if (int64_t{batches} * inputs != op.inputs[0].tensor.elements) {
    return op.malformed("input and filter differ in size");
  }
  constexpr WindowAxis kSingleCell{1, 1, 1, 1, 1, 0};
  geometry->window = {batches, inputs, outputs, kSingleCell, kSingleCell};
  geometry->filter_depth = inputs;
  geometry->filter_elements = inputs;
  geometry->channels_per_group = outputs;
  geometry->contiguous_rows = true;
  return {};
}

}  // namespace

Status prepare_fully_connected(ModelView& model, const Op& op, Arena& arena, Step* step) {
  using Field = schema::FullyConnectedOptions;
  ConvolutionGeometry geometry;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kFullyConnected));
  HARNESS_RETURN_IF_ERROR(make_geometry(op, &geometry));
  if (option<int8_t>(model, op, Field::kWeightsFormat) != 0) return op.not_supported("shuffled weights");
  const WeightsOptions options{option<Activation>(model, op, Field::kActivation), 0, geometry.window.output_depth,
                               geometry.filter_elements, option<TensorType>(model, op, Field::kBiasType)};
  return prepare_convolution(model, op, geometry, options, arena, step);
}

}  // namespace harness
