#pragma once

#include "ops/depthwise.h"

namespace harness {
namespace portable {

// `kChannels` neighbouring output channels, which read as many neighbouring input channels.
template <int kChannels, typename Weights>
void convolve_channels(const DepthwiseConvolution<Weights>& convolution, const Patch& patch, int32_t input_channel,
                       int32_t channel, typename Weights::Value* output) {
  const Weights& weights = convolution.weights;
  const Window& window = convolution.geometry.window;
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
      for (int i = 0; i < kChannels; ++i) sums[i] = weights.add_product(sums[i], pixel[i], weight[i]);
    }
  }
  finish_channels(weights, sums, channel, output);
}

// All channels of one output pixel.
template <typename Weights>
void convolve_pixel(const DepthwiseConvolution<Weights>& convolution, const Patch& patch,
                    typename Weights::Value* output) {
  constexpr int kBlock = 4;  // whose sums fit in registers
  const int32_t depth = convolution.geometry.window.output_depth;
  const int32_t multiplier = convolution.geometry.depth_multiplier;
  int32_t channel = 0;
  if (multiplier == 1) {
    for (; channel + kBlock <= depth; channel += kBlock) {
      convolve_channels<kBlock>(convolution, patch, channel, channel, output);
    }
  }
  for (; channel < depth; ++channel) convolve_channels<1>(convolution, patch, channel / multiplier, channel, output);
}

template <typename Weights>
void convolve_depthwise(const DepthwiseConvolution<Weights>& convolution) {
  for_each_pixel(convolution.geometry.window, convolution.output,
                 [&](const Patch& patch, auto* pixel) { convolve_pixel(convolution, patch, pixel); });
}

}  // namespace portable
}  // namespace harness
