#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {
namespace {

struct Geometry {
  Window window;
  int32_t depth_multiplier = 0;  // output channels of one input channel
};

struct Int8Params {
  Geometry geometry;
  Int8Weights weights;
  int8_t* output = nullptr;
};

struct FloatParams {
  Geometry geometry;
  FloatWeights weights;
  float* output = nullptr;
};

// The places of one window in memory, the same for every channel.
struct Patch {
  int32_t rows = 0;
  int32_t columns = 0;
  int32_t input = 0;      // element under the first filter element inside the image, channel 0
  int32_t filter = 0;     // that filter element, channel 0
  int32_t input_row = 0;  // elements from one filter row to the next
  int32_t filter_row = 0;
  int32_t input_column = 0;  // elements from one filter column to the next
  int32_t filter_column = 0;
};

Patch make_patch(const Window& window, int32_t batch, const WindowAxis::Span& y, const WindowAxis::Span& x) {
  Patch patch;
  patch.rows = y.end - y.begin;
  patch.columns = x.end - x.begin;
  patch.input = ((batch * window.y.input + y.first) * window.x.input + x.first) * window.input_depth;
  patch.filter = (y.begin * window.x.filter + x.begin) * window.output_depth;
  patch.input_row = window.y.step() * window.x.input * window.input_depth;
  patch.filter_row = window.x.filter * window.output_depth;
  patch.input_column = window.x.step() * window.input_depth;
  patch.filter_column = window.output_depth;
  return patch;
}

int32_t convolve(const Int8Weights& weights, const Patch& patch, const int8_t* input, const int8_t* filter) {
  int32_t sum = 0;
  for (int32_t row = 0; row < patch.rows; ++row) {
    const int8_t* pixel = input + row * patch.input_row;
    const int8_t* weight = filter + row * patch.filter_row;
    for (int32_t column = 0; column < patch.columns; ++column) {
      sum += (pixel[column * patch.input_column] + weights.input_offset) * weight[column * patch.filter_column];
    }
  }
  return sum;
}

float convolve(const FloatWeights&, const Patch& patch, const float* input, const float* filter) {
  float sum = 0;
  for (int32_t row = 0; row < patch.rows; ++row) {
    const float* pixel = input + row * patch.input_row;
    const float* weight = filter + row * patch.filter_row;
    for (int32_t column = 0; column < patch.columns; ++column) {
      sum += pixel[column * patch.input_column] * weight[column * patch.filter_column];
    }
  }
  return sum;
}

template <typename Params>
void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  const Window& window = params.geometry.window;
  auto* output = params.output;
  for (int32_t batch = 0; batch < window.batches; ++batch) {
    for (int32_t y = 0; y < window.y.output; ++y) {
      const WindowAxis::Span y_span = window.y.span(y);
      for (int32_t x = 0; x < window.x.output; ++x) {
        const Patch patch = make_patch(window, batch, y_span, window.x.span(x));
        const auto* input = params.weights.input + patch.input;
        const auto* filter = params.weights.filter + patch.filter;
        int32_t channel = 0;
        for (int32_t input_channel = 0; input_channel < window.input_depth; ++input_channel) {
          for (int32_t i = 0; i < params.geometry.depth_multiplier; ++i, ++channel) {
            const auto sum = convolve(params.weights, patch, input + input_channel, filter + channel);
            *output++ = params.weights.finish(sum, channel);
          }
        }
      }
    }
  }
}

// The filter is (1, height, width, output channels); output channel c reads input channel c / depth_multiplier.
Status make_geometry(ModelView& model, const Op& op, Geometry* geometry) {
  using Field = schema::DepthwiseConv2DOptions;
  const Shape& filter = op.inputs[1].tensor.shape;
  if (filter.rank != 4 || filter.dims[0] != 1) return op.malformed("filter that is not 1 by height by width by depth");
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
  geometry->depth_multiplier = option<int32_t>(model, op, Field::kDepthMultiplier);
  if (filter.dims[3] != window.output_depth) return op.malformed("output and filter differ in channels");
  if (int64_t{geometry->depth_multiplier} * window.input_depth != window.output_depth) {
    return op.malformed("output channels are not input channels times depth multiplier");
  }
  return {};
}

}  // namespace

Status prepare_depthwise_conv_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Geometry geometry;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kDepthwiseConv2D));
  HARNESS_RETURN_IF_ERROR(op.expect_inputs(2, 3));
  HARNESS_RETURN_IF_ERROR(make_geometry(model, op, &geometry));
  const Window& window = geometry.window;
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, window.output_depth));
  const WeightsOptions options{option<Activation>(model, op, schema::DepthwiseConv2DOptions::kActivation), 3,
                               window.output_depth, int64_t{window.y.filter} * window.x.filter};
  if (op.output.tensor.type == TensorType::kFloat32) {
    FloatParams params{geometry, {}, op.output_values<float>()};
    HARNESS_RETURN_IF_ERROR(make_float_weights(op, options, &params.weights));
    *step = make_step(run<FloatParams>, params, arena);
    return {};
  }
  Int8Params params{geometry, {}, op.output_values<int8_t>()};
  HARNESS_RETURN_IF_ERROR(make_int8_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Int8Params>, params, arena);
  return {};
}

}  // namespace harness
