#pragma once

#include "ops/convolution.h"

namespace harness {
namespace portable {

// `kChannels` neighbouring channels of one group at one place.
template <int kChannels, typename Weights>
void convolve_channels(const Convolution<Weights>& convolution, const Patch& patch, const Runs& runs,
                       const typename Weights::Value* input, const typename Weights::Filter* filter, int32_t channel,
                       typename Weights::Value* output) {
  const Weights& weights = convolution.weights;
  typename Weights::Sum sums[kChannels] = {};
  for (int32_t row = 0; row < patch.rows; ++row) {
    for (int32_t i = 0; i < runs.in_row; ++i) {
      add_products(weights, input + row * patch.input_row + i * patch.input_column,
                   filter + row * runs.filter_row + i * runs.filter_column, convolution.geometry.filter_elements,
                   runs.products, sums);
    }
  }
  finish_channels(weights, sums, channel, output);
}

// All channels of one output pixel.
template <typename Weights>
void convolve_pixel(const Convolution<Weights>& convolution, const Patch& patch, typename Weights::Value* output) {
  constexpr int kBlock = 4;  // whose sums fit in registers
  const ConvolutionGeometry& geometry = convolution.geometry;
  const Runs runs = find_runs(geometry, patch);
  const auto* input = convolution.weights.input + patch.input;
  const auto* filter = convolution.weights.filter + first_filter_cell(geometry.window, patch) * geometry.filter_depth;
  for (int32_t channel = 0; channel < geometry.window.output_depth; input += geometry.filter_depth) {
    const int32_t group_end = channel + geometry.channels_per_group;
    for (; channel + kBlock <= group_end; channel += kBlock) {
      const auto* block = filter + channel * geometry.filter_elements;
      convolve_channels<kBlock>(convolution, patch, runs, input, block, channel, output);
    }
    for (; channel < group_end; ++channel) {
      const auto* single = filter + channel * geometry.filter_elements;
      convolve_channels<1>(convolution, patch, runs, input, single, channel, output);
    }
  }
}

template <typename Weights>
void convolve(const Convolution<Weights>& convolution) {
  for_each_pixel(convolution.geometry.window, convolution.output,
                 [&](const Patch& patch, auto* pixel) { convolve_pixel(convolution, patch, pixel); });
}

}  // namespace portable
}  // namespace harness
