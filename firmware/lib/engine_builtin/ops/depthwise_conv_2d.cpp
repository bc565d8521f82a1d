#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {
namespace {

struct Geometry {
  Window window;
  int32_t depth_multiplier = 0;  // output channels of one input channel
};

template <typename Weights>
struct Params {
  Geometry geometry;
  Weights weights;
  typename Weights::Value* output = nullptr;
};

// `kChannels` neighbouring output channels, which read as many neighbouring input channels.
template <int kChannels, typename Weights>
void convolve(const Params<Weights>& params, const Patch& patch, int32_t input_channel, int32_t channel,
              typename Weights::Value* output) {
  const Weights& weights = params.weights;
  const Window& window = params.geometry.window;
  typename Weights::Sum sums[kChannels] = {};
  const auto* input = weights.input + patch.input + input_channel;
  const auto* filter = weights.filter + first_filter_cell(window, patch) * window.output_depth + channel;
  for (int32_t row = 0; row < patch.rows; ++row) {
    const auto* pixels = input + row * patch.input_row;
    const auto* row_filter = filter + row * window.x.filter * window.output_depth;
    for (int32_t column = 0; column < patch.columns; ++column) {
      const auto* pixel = pixels + column * patch.input_column;
      const auto* weight = row_filter + column * window.output_depth;
#pragma GCC unroll 4
      for (int i = 0; i < kChannels; ++i) sums[i] += weights.product(pixel[i], weight[i]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kChannels; ++i) output[channel + i] = weights.finish(sums[i], channel + i);
}

// All channels of one output pixel.
template <typename Weights>
void convolve_pixel(const Params<Weights>& params, const Patch& patch, typename Weights::Value* output) {
  constexpr int kBlock = 4;  // whose sums fit in registers
  const int32_t depth = params.geometry.window.output_depth;
  const int32_t multiplier = params.geometry.depth_multiplier;
  int32_t channel = 0;
  if (multiplier == 1) {
    for (; channel + kBlock <= depth; channel += kBlock) {
      convolve<kBlock>(params, patch, channel, channel, output);
    }
  }
  for (; channel < depth; ++channel) convolve<1>(params, patch, channel / multiplier, channel, output);
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

// The filter is (1, height, width, output channels); output channel c reads input channel c / depth_multiplier.
Status make_geometry(ModelView& model, const Op& op, Geometry* geometry) {
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
Status prepare(ModelView& model, const Op& op, const Geometry& geometry, const WeightsOptions& options, Arena& arena,
               Step* step) {
  Params<Weights> params{geometry, {}, op.output_values<typename Weights::Value>()};
  HARNESS_RETURN_IF_ERROR(make_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Weights>, params, arena);
  return {};
}

}  // namespace

Status prepare_depthwise_conv_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Geometry geometry;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kDepthwiseConv2D));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  HARNESS_RETURN_IF_ERROR(make_geometry(model, op, &geometry));
  const Window& window = geometry.window;
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, window.output_depth));
  const WeightsOptions options{option<Activation>(model, op, schema::DepthwiseConv2DOptions::kActivation), 3,
                               window.output_depth, int64_t{window.y.filter} * window.x.filter};
  const bool is_float = op.output().tensor.type == TensorType::kFloat32;
  return (is_float ? prepare<FloatWeights> : prepare<Int8Weights>)(model, op, geometry, options, arena, step);
}

}  // namespace harness
