#include "ops/dot.h"
#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {
namespace {

struct Geometry {
  Window window;
  int32_t filter_depth = 0;        // input channels of one group
  int32_t channels_per_group = 0;  // output channels
  // Where a row of the filter and the pixels under it are each contiguous, one dot product takes the whole row.
  int32_t pixels_per_dot = 0;  // filter width, or 1
};

template <typename Weights>
struct Params {
  Geometry geometry;
  Weights weights;
  typename Weights::Value* output = nullptr;
};

// The places of one window in memory, the same for every output channel.
struct Patch {
  int32_t rows = 0;
  int32_t input = 0;      // element under the first filter element inside the image, channel 0
  int32_t filter = 0;     // that filter element, channel 0
  int32_t input_row = 0;  // elements from one filter row to the next
  int32_t filter_row = 0;
  int32_t input_pixel = 0;  // elements from one dot product of a row to the next
  int32_t filter_pixel = 0;
  int32_t dots = 0;       // in a row
  int32_t dot_count = 0;  // products in one of them
};

Patch make_patch(const Geometry& geometry, int32_t batch, const WindowAxis::Span& y, const WindowAxis::Span& x) {
  const Window& window = geometry.window;
  Patch patch;
  patch.rows = y.end - y.begin;
  patch.input = ((batch * window.y.input + y.first) * window.x.input + x.first) * window.input_depth;
  patch.filter = (y.begin * window.x.filter + x.begin) * geometry.filter_depth;
  patch.input_row = window.y.step() * window.x.input * window.input_depth;
  patch.filter_row = window.x.filter * geometry.filter_depth;
  const bool whole_row = geometry.pixels_per_dot != 1;
  patch.input_pixel = window.x.step() * window.input_depth;
  patch.filter_pixel = geometry.filter_depth;
  patch.dots = whole_row ? 1 : x.end - x.begin;
  patch.dot_count = whole_row ? (x.end - x.begin) * geometry.filter_depth : geometry.filter_depth;
  return patch;
}

template <typename Weights>
typename Weights::Sum convolve(const Weights& weights, const Patch& patch, const typename Weights::Value* input,
                               const typename Weights::Value* filter) {
  typename Weights::Sum sum = 0;
  for (int32_t row = 0; row < patch.rows; ++row) {
    for (int32_t i = 0; i < patch.dots; ++i) {
      sum = dot(weights, sum, input + row * patch.input_row + i * patch.input_pixel,
                filter + row * patch.filter_row + i * patch.filter_pixel, patch.dot_count);
    }
  }
  return sum;
}

template <typename Weights>
void run(const void* untyped) {
  const Params<Weights>& params = *static_cast<const Params<Weights>*>(untyped);
  const Geometry& geometry = params.geometry;
  const Window& window = geometry.window;
  const int32_t filter_size = window.y.filter * window.x.filter * geometry.filter_depth;
  auto* output = params.output;
  for (int32_t batch = 0; batch < window.batches; ++batch) {
    for (int32_t y = 0; y < window.y.output; ++y) {
      const WindowAxis::Span y_span = window.y.span(y);
      for (int32_t x = 0; x < window.x.output; ++x) {
        const Patch patch = make_patch(geometry, batch, y_span, window.x.span(x));
        const auto* input = params.weights.input + patch.input;
        const auto* filter = params.weights.filter + patch.filter;
        for (int32_t channel = 0, in_group = 0; channel < window.output_depth; ++channel) {
          *output++ = params.weights.finish(convolve(params.weights, patch, input, filter), channel);
          filter += filter_size;
          if (++in_group == geometry.channels_per_group) {
            in_group = 0;
            input += geometry.filter_depth;
          }
        }
      }
    }
  }
}

// The filter is (output channels, height, width, input channels of one group).
Status make_geometry(ModelView& model, const Op& op, Geometry* geometry) {
  using Field = schema::Conv2DOptions;
  const Shape& filter = op.inputs[1].tensor.shape;
  if (filter.rank != 4) return op.malformed("filter that does not have 4 dimensions");
  WindowOptions options;
  options.padding = option<Padding>(model, op, Field::kPadding);
  options.filter_height = filter.dims[1];
  options.filter_width = filter.dims[2];
  options.stride_height = option<int32_t>(model, op, Field::kStrideH);
  options.stride_width = option<int32_t>(model, op, Field::kStrideW);
  options.dilation_height = option<int32_t>(model, op, Field::kDilationH, 1);
  options.dilation_width = option<int32_t>(model, op, Field::kDilationW, 1);
  Window& window = geometry->window;
  HARNESS_RETURN_IF_ERROR(make_window(op, options, &window));
  geometry->filter_depth = filter.dims[3];
  const int32_t groups = window.input_depth / geometry->filter_depth;
  if (filter.dims[0] != window.output_depth) return op.malformed("output and filter differ in channels");
  if (groups == 0 || window.input_depth % geometry->filter_depth != 0 || window.output_depth % groups != 0) {
    return op.malformed("input and filter differ in channels");
  }
  geometry->channels_per_group = window.output_depth / groups;
  geometry->pixels_per_dot = groups == 1 && window.x.dilation == 1 ? window.x.filter : 1;
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
  HARNESS_RETURN_IF_ERROR(op.expect_inputs(2, 3));
  HARNESS_RETURN_IF_ERROR(make_geometry(model, op, &geometry));
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, geometry.window.output_depth));
  const int64_t products = int64_t{op.inputs[1].tensor.elements} / geometry.window.output_depth;
  const WeightsOptions options{option<Activation>(model, op, schema::Conv2DOptions::kActivation), 0,
                               geometry.window.output_depth, products};
  const bool is_float = op.output.tensor.type == TensorType::kFloat32;
  return (is_float ? prepare<FloatWeights> : prepare<Int8Weights>)(model, op, geometry, options, arena, step);
}

}  // namespace harness
