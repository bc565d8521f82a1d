#pragma once

#include "ops/dsp/weights.h"
#include "ops/portable/depthwise.h"

namespace harness {
namespace dsp {

// The cells of the filter that are inside the image at one place, for all channels: pairs of an offset in the image,
// from the first such cell on, and one in the filter, from its beginning on.
class Taps {
 public:
  static constexpr int32_t kMax = 64;

  Taps(const Window& window, const Patch& patch) {
    for (int32_t row = 0; row < patch.rows; ++row) {
      const int32_t first_cell = first_filter_cell(window, patch) + row * window.x.filter;
      for (int32_t column = 0; column < patch.columns; ++column) {
        *end_++ = static_cast<uint32_t>(row * patch.input_row + column * patch.input_column);
        *end_++ = static_cast<uint32_t>((first_cell + column) * window.output_depth);
      }
    }
  }

  const uint32_t* begin() const { return words_; }
  const uint32_t* end() const { return end_; }

 private:
  uint32_t words_[2 * kMax];
  uint32_t* end_ = words_;
};

// Four neighbouring channels at one place; `input` is the first of them under the first tap.
inline void convolve_four(const Int8Weights& weights, const Taps& taps, const int8_t* input, int32_t channel,
                          int8_t* output) {
  const uint32_t offsets = weights.offset_pair();
  const int8_t* filter = weights.filter + channel;
  int32_t sum0 = 0, sum1 = 0, sum2 = 0, sum3 = 0;
  const uint32_t* end = taps.end();
  for (const uint32_t* tap = taps.begin(); tap != end;) {
    uint32_t input_offset, filter_offset;
    take_two_words(tap, input_offset, filter_offset);
    const uint32_t bytes = word_at(input, static_cast<int32_t>(input_offset));
    const uint32_t weight = word_at(filter, static_cast<int32_t>(filter_offset));
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
  for_each_pixel(window, convolution.output, [&](const Patch& patch, int8_t* pixel) {
    const Taps taps(window, patch);
    const int8_t* input = weights.input + patch.input;
    int32_t channel = 0;
    for (; channel + kWordBytes <= depth; channel += kWordBytes) {
      convolve_four(weights, taps, input + channel, channel, pixel);
    }
    for (; channel < depth; ++channel) portable::convolve_channels<1>(convolution, patch, channel, channel, pixel);
  });
}

}  // namespace dsp
}  // namespace harness
