#pragma once

#include <cstring>

#include "ops/dsp/weights.h"
#include "ops/portable/convolution.h"

namespace harness {
namespace dsp {

// Of channels a and b at places 0 and 1.
struct PairSums {
  int32_t a0 = 0;
  int32_t a1 = 0;
  int32_t b0 = 0;
  int32_t b1 = 0;
};

// The inputs under the filter at two places, without their zero point and widened, in the order of their use: of every
// four inputs the even and the odd ones at the first place, then at the second. All channels of a group read it.
class PatchPair {
 public:
  static constexpr int32_t kMaxInputs = 576;  // of a place: 64 channels under a filter of 3 by 3

  // Puts `count` inputs at `place`, 0 or 1.
  void set(int place, const int8_t* inputs, int32_t count, uint32_t offsets) {
    uint32_t* words = words_ + 2 * place;
    for (int32_t i = count / kWordBytes; i > 0; --i, words += kStep) put(words, take_word(inputs), offsets);
    if (rest_bytes(count) != 0) put(words, last_bytes(inputs, rest_bytes(count)), offsets);
  }

  // Σ input[i] * filter[i] of two channels.
  PairSums multiply(const int8_t* filter_a, const int8_t* filter_b, int32_t count) const {
    const uint32_t* words = words_;
    int32_t a0 = 0, a1 = 0, b0 = 0, b1 = 0;
    const auto add_four_products = [&](auto next_weights) HARNESS_INLINED {
      uint32_t even0, odd0, even1, odd1;
      take_two_words(words, even0, odd0);
      take_two_words(words, even1, odd1);
      const auto add = [&](uint32_t weights, int32_t& sum0, int32_t& sum1) HARNESS_INLINED {
        const uint32_t even = widen_even(weights);
        const uint32_t odd = widen_odd(weights);
        sum0 = add_both_products(sum0, even0, even);
        sum0 = add_both_products(sum0, odd0, odd);
        sum1 = add_both_products(sum1, even1, even);
        sum1 = add_both_products(sum1, odd1, odd);
      };
      add(next_weights(filter_a), a0, a1);
      add(next_weights(filter_b), b0, b1);
    };
    for (uint32_t i = whole_words(count); i > 0; --i) add_four_products(take_word);
    const uint32_t rest = rest_bytes(count);
    if (rest != 0) add_four_products([&](const int8_t* filter) HARNESS_INLINED { return last_bytes(filter, rest); });
    return {a0, a1, b0, b1};
  }

 private:
  static constexpr int kStep = 4;  // words for four inputs at both places

  static void put(uint32_t* words, uint32_t bytes, uint32_t offsets) {
    words[0] = widen_even_add(offsets, bytes);
    words[1] = widen_odd_add(offsets, bytes);
  }

  uint32_t words_[kMaxInputs];
};

inline void copy_bytes(int8_t* to, const int8_t* from, int32_t count) {
  for (; count >= kWordBytes; count -= kWordBytes, to += kWordBytes, from += kWordBytes) {
    std::memcpy(to, from, kWordBytes);
  }
  while (--count >= 0) to[count] = from[count];
}

// All inputs of one group under the filter, in the filter's order: in the image where they lie like that, or in `copy`.
// Outside of the image they are the zero point.
inline const int8_t* gather(const Convolution<Int8Weights>& convolution, const Patch& patch, const int8_t* input,
                            int8_t* copy) {
  const ConvolutionGeometry& geometry = convolution.geometry;
  const Runs runs = find_runs(geometry, patch);
  if (runs.products == geometry.filter_elements) return input;
  if (patch.rows * runs.in_row * runs.products < geometry.filter_elements) {
    std::memset(copy, -convolution.weights.input_offset, static_cast<size_t>(geometry.filter_elements));
  }
  int8_t* to = copy + first_filter_cell(geometry.window, patch) * geometry.filter_depth;
  for (int32_t row = 0; row < patch.rows; ++row) {
    for (int32_t i = 0; i < runs.in_row; ++i) {
      copy_bytes(to + row * runs.filter_row + i * runs.filter_column,
                 input + row * patch.input_row + i * patch.input_column, runs.products);
    }
  }
  return copy;
}

// Channels `begin` to `end` at both places of `pair`, whose outputs are `depth` apart.
inline void convolve_channels(const Convolution<Int8Weights>& convolution, const PatchPair& pair, int32_t begin,
                              int32_t end, int8_t* output) {
  const Int8Weights weights = convolution.weights;
  const int32_t count = convolution.geometry.filter_elements;
  const int32_t depth = convolution.geometry.window.output_depth;
  const Finish finish(weights.output);
  const auto finish_channel = [&](int32_t sum0, int32_t sum1, int32_t channel) HARNESS_INLINED {
    const int32_t bias = weights.bias_of(channel);
    const int32_t multiplier = weights.factor_of(channel).multiplier;
    const int32_t shift = weights.factor_of(channel).shift;
    output[channel] = finish(wrapping_add(sum0, bias), multiplier, shift);
    output[depth + channel] = finish(wrapping_add(sum1, bias), multiplier, shift);
  };
  const int8_t* filter = weights.filter + begin * count;
  for (int32_t channel = begin; channel < end; channel += 2, filter += 2 * count) {
    const bool both = channel + 1 < end;
    const PairSums sums = pair.multiply(filter, both ? filter + count : filter, count);
    finish_channel(sums.a0, sums.a1, channel);
    if (both) finish_channel(sums.b0, sums.b1, channel + 1);
  }
}

// All channels at two neighbouring places.
inline void convolve_pair(const Convolution<Int8Weights>& convolution, const Patch (&patches)[2], int8_t* output) {
  const ConvolutionGeometry& geometry = convolution.geometry;
  PatchPair pair;
  int8_t copy[PatchPair::kMaxInputs];
  int32_t group_input = 0;
  for (int32_t channel = 0; channel < geometry.window.output_depth; channel += geometry.channels_per_group) {
    for (int place = 0; place < 2; ++place) {
      const int8_t* input = convolution.weights.input + patches[place].input + group_input;
      pair.set(place, gather(convolution, patches[place], input, copy), geometry.filter_elements,
               convolution.weights.offset_pair());
    }
    convolve_channels(convolution, pair, channel, channel + geometry.channels_per_group, output);
    group_input += geometry.filter_depth;
  }
}

// Places in pairs, which share the weights that are loaded, as long as the inputs under the filter fit a PatchPair.
inline void convolve(const Convolution<Int8Weights>& convolution) {
  const ConvolutionGeometry& geometry = convolution.geometry;
  if (geometry.filter_elements > PatchPair::kMaxInputs) return portable::convolve(convolution);
  Patch patches[2];
  int waiting = 0;
  int8_t* first = nullptr;
  for_each_pixel(geometry.window, convolution.output, [&](const Patch& patch, int8_t* pixel) {
    if (waiting == 0) first = pixel;
    patches[waiting++] = patch;
    if (waiting < 2) return;
    convolve_pair(convolution, patches, first);
    waiting = 0;
  });
  if (waiting != 0) portable::convolve_pixel(convolution, patches[0], first);
}

}  // namespace dsp
}  // namespace harness
