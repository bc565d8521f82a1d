#include "ops/dot.h"
#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {
namespace {

struct Geometry {
  Window window;
  int32_t filter_depth = 0;        // input channels of one group
  int32_t filter_elements = 0;     // of one output channel
  int32_t channels_per_group = 0;  // output channels
  bool contiguous_rows = false;    // a row of the filter and the pixels under it are each contiguous in memory
};

template <typename Weights>
struct Params {
  Geometry geometry;
  Weights weights;
  typename Weights::Value* output = nullptr;
};

// The pieces of a patch that are contiguous in the image and in the filter: whole rows, or single pixels.
struct Runs {
  int32_t in_row = 0;         // pieces
  int32_t products = 0;       // in a piece
  int32_t filter_row = 0;     // elements from one row to the next
  int32_t filter_column = 0;  // elements from one pixel to the next
};

Runs find_runs(const Geometry& geometry, const Patch& patch) {
  const int32_t filter_row = geometry.window.x.filter * geometry.filter_depth;
  if (geometry.contiguous_rows) return {1, patch.columns * geometry.filter_depth, filter_row, 0};
  return {patch.columns, geometry.filter_depth, filter_row, geometry.filter_depth};
}

template <typename Weights>
typename Weights::Sum convolve(const Weights& weights, const Patch& patch, const Runs& runs,
                               const typename Weights::Value* input, const typename Weights::Value* filter) {
  typename Weights::Sum sum = 0;
  for (int32_t row = 0; row < patch.rows; ++row) {
    for (int32_t i = 0; i < runs.in_row; ++i) {
      sum = dot(weights, sum, input + row * patch.input_row + i * patch.input_column,
                filter + row * runs.filter_row + i * runs.filter_column, runs.products);
    }
  }
  return sum;
}

// All channels of one output pixel.
template <typename Weights>
void convolve_pixel(const Params<Weights>& params, const Patch& patch, typename Weights::Value* output) {
  const Geometry& geometry = params.geometry;
  const Runs runs = find_runs(geometry, patch);
  const auto* input = params.weights.input + patch.input;
  const auto* filter = params.weights.filter + first_filter_cell(geometry.window, patch) * geometry.filter_depth;
  for (int32_t channel = 0, in_group = 0; channel < geometry.window.output_depth; ++channel) {
    output[channel] = params.weights.finish(convolve(params.weights, patch, runs, input, filter), channel);
    filter += geometry.filter_elements;
    if (++in_group == geometry.channels_per_group) {
      in_group = 0;
      input += geometry.filter_depth;
    }
  }
}

template <typename Weights>
void run(const void* untyped) {
  const Params<Weights>& params = *static_cast<const Params<Weights>*>(untyped);
  auto* output = params.output;
  for_each_patch(params.geometry.window, [&](const Patch& patch) {
    convolve_pixel(params, patch, output);
    output += params.geometry.window.output_depth;
  });
}

// The filter is (output channels, height, width, input channels of one group).
Status make_geometry(ModelView& model, const Op& op, Geometry* geometry) {
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

template <typename Weights>
Status prepare(ModelView& model, const Op& op, const Geometry& geometry, const WeightsOptions& options, Arena& arena,
               Step* step) {
  Params<Weights> params{geometry, {}, op.output_values<typename Weights::Value>()};
  HARNESS_RETURN_IF_ERROR(make_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Weights>, params, arena);
  return {};
}

}  // namespace

Status prepare_conv_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Geometry geometry;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kConv2D));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  HARNESS_RETURN_IF_ERROR(make_geometry(model, op, &geometry));
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, geometry.window.output_depth));
  const WeightsOptions options{option<Activation>(model, op, schema::Conv2DOptions::kActivation), 0,
                               geometry.window.output_depth, geometry.filter_elements};
  const bool is_float = op.output().tensor.type == TensorType::kFloat32;
  return (is_float ? prepare<FloatWeights> : prepare<Int8Weights>)(model, op, geometry, options, arena, step);
}

}  // namespace harness
