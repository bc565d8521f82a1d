#pragma once

#include "ops/dsp/weights.h"
#include "ops/portable/depthwise.h"

namespace harness {
namespace dsp {

// A cell of the filter and what lies under it, both at channel 0.
struct Tap {
  const int8_t* input;
  const int8_t* filter;
};

// The cells of the filter that are inside the image at one place. All channels share it.
class Taps {
 public:
  static constexpr int32_t kMax = 64;

  Taps(const DepthwiseConvolution<Int8Weights>& convolution, const Patch& patch) {
    const Window& window = convolution.geometry.window;
    const int8_t* input = convolution.weights.input + patch.input;
    const int8_t* filter = convolution.weights.filter + first_filter_cell(window, patch) * window.output_depth;
    for (int32_t row = 0; row < patch.rows; ++row) {
      for (int32_t column = 0; column < patch.columns; ++column) {
        *end_++ = {input + column * patch.input_column, filter + column * window.output_depth};
      }
      input += patch.input_row;
      filter += window.x.filter * window.output_depth;
    }
  }

  const Tap* begin() const { return taps_; }
  const Tap* end() const { return end_; }

 private:
  Tap taps_[kMax];
  Tap* end_ = taps_;
};

// Four neighbouring channels at one place.
inline void convolve_four(const Int8Weights& weights, const Taps& taps, int32_t channel, int8_t* output) {
  const uint32_t offsets = weights.offset_pair();
  int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  for (const Tap& tap : taps) {
    const uint32_t bytes = word_at(tap.input, channel);
    const uint32_t weight = word_at(tap.filter, channel);
    const uint32_t even = widen_even_add(offsets, bytes);
    const uint32_t even_weight = widen_even(weight);
    sum0 = add_low_product(sum0, even, even_weight);
    sum2 = add_high_product(sum2, even, even_weight);
    const uint32_t odd = widen_odd_add(offsets, bytes);
    const uint32_t odd_weight = widen_odd(weight);
    sum1 = add_low_product(sum1, odd, odd_weight);
    sum3 = add_high_product(sum3, odd, odd_weight);
  }
  const int32_t sums[] = {sum0, sum1, sum2, sum3};
  finish_channels(weights, sums, channel, output);
}

// Where each output channel has an input channel of its own and the filter is not larger than Taps.
inline void convolve_depthwise(const DepthwiseConvolution<Int8Weights>& convolution) {
  const Window& window = convolution.geometry.window;
  if (convolution.geometry.depth_multiplier != 1 || window.y.filter * window.x.filter > Taps::kMax) {
    return portable::convolve_depthwise(convolution);
  }
  const Int8Weights weights = convolution.weights;
  const int32_t depth = window.output_depth;
  int8_t* output = convolution.output;
  for_each_patch(window, [&](const Patch& patch) {
    const Taps taps(convolution, patch);
    int32_t channel = 0;
    for (; channel + kWordBytes <= depth; channel += kWordBytes) convolve_four(weights, taps, channel, output);
    for (; channel < depth; ++channel) portable::convolve_channels<1>(convolution, patch, channel, channel, output);
    output += depth;
  });
}

}  // namespace dsp
}  // namespace harness
