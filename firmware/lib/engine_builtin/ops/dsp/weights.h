// The operands of an int8 op with a filter, for kernels that take four bytes at a time.
#pragma once

#include "ops/dsp/instructions.h"
#include "ops/weighted.h"

namespace harness {
namespace dsp {

constexpr int32_t kWordBytes = 4;

// A count of bytes, which is not negative, as words and what is left.
inline uint32_t whole_words(int32_t bytes) { return static_cast<uint32_t>(bytes) / kWordBytes; }
inline uint32_t rest_bytes(int32_t bytes) { return static_cast<uint32_t>(bytes) % kWordBytes; }

// How a channel's sum becomes outputs.
struct ChannelScale {
  int32_t bias = 0;
  int32_t multiplier = 0;
  int32_t shift = 0;
};

struct Int8Weights : harness::Int8Weights {
  // What is added to two inputs at once.
  uint32_t offset_pair() const { return (static_cast<uint32_t>(input_offset) & 0xFFFF) * 0x10001; }

  ChannelScale channel_scale(int32_t channel) const {
    const ScaleFactor* factor = factors + channel * factor_step;
    return {bias == nullptr ? 0 : bias[channel], factor->multiplier, factor->shift};
  }

  // The same as the base's, in fewer steps where the factor is below 1/2.
  int8_t finish(int32_t products, const ChannelScale& scale) const {
    const int32_t sum = wrapping_add(products, scale.bias);
    if (scale.shift >= 0) return finish_large(sum, scale);
    // sum * multiplier / 2^31 = sum + sum * (2 * multiplier - 2^32) / 2^32
    const uint32_t twice = uint32_t{2} * static_cast<uint32_t>(scale.multiplier);
    const int32_t product = add_high_word_of_product(sum, sum, static_cast<int32_t>(twice));
    // Halves away from zero are halves up once a negative number is made one less. The last bit shifted out decides.
    const int32_t doubled = (product + (product >> 31)) >> ~scale.shift;
    return clamp(((doubled + 1) >> 1) + output.zero_point);
  }

  int8_t finish(int32_t products, int32_t channel) const { return finish(products, channel_scale(channel)); }

 private:
  [[gnu::noinline]] int8_t finish_large(int32_t sum, const ChannelScale& scale) const {
    return output.from(harness::scale(sum, {scale.multiplier, scale.shift}));
  }

  // To the activation's range, most often all of int8.
  int8_t clamp(int32_t value) const {
    value = saturate_to_int8(value);
    if (output.max - output.min < kInt8Max - kInt8Min) {
      value = std::min(std::max(value, output.min + output.zero_point), output.max + output.zero_point);
    }
    return static_cast<int8_t>(value);
  }
};

// The last `count` bytes, 1 to 3, then zeros.
inline uint32_t last_bytes(const int8_t* values, uint32_t count) {
  uint32_t word = 0;
  while (count > 0) word = word << 8 | static_cast<uint8_t>(values[--count]);
  return word;
}

// sum + Σ input * weight of four inputs, widened to `even` and `odd`.
inline int32_t add_four_products(int32_t sum, uint32_t even, uint32_t odd, uint32_t weights) {
  sum = add_both_products(sum, even, widen_even(weights));
  return add_both_products(sum, odd, widen_odd(weights));
}

// add_products() of weighted.h for four channels. Sums and pointers are variables of their own, not arrays: those would
// go through memory. Channels 2 and 3 have no pointers, because there are no registers for them.
inline void add_products(const Int8Weights& weights, const int8_t* input, const int8_t* filter, int32_t filter_step,
                         int32_t count, int32_t (&sums)[4]) {
  const uint32_t offsets = weights.offset_pair();
  const int8_t* filter0 = filter;
  const int8_t* filter1 = filter + filter_step;
  const int32_t two_steps = 2 * filter_step;
  int32_t sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];
  for (uint32_t words = whole_words(count); words > 0; --words) {
    const uint32_t bytes = take_word(input);
    const uint32_t even = widen_even_add(offsets, bytes);
    const uint32_t odd = widen_odd_add(offsets, bytes);
    sum2 = add_four_products(sum2, even, odd, word_at(filter0, two_steps));
    sum0 = add_four_products(sum0, even, odd, take_word(filter0));
    sum3 = add_four_products(sum3, even, odd, word_at(filter1, two_steps));
    sum1 = add_four_products(sum1, even, odd, take_word(filter1));
  }
  const uint32_t rest = rest_bytes(count);
  if (rest != 0) {
    const uint32_t bytes = last_bytes(input, rest);
    const uint32_t even = widen_even_add(offsets, bytes);
    const uint32_t odd = widen_odd_add(offsets, bytes);
    sum0 = add_four_products(sum0, even, odd, last_bytes(filter0, rest));
    sum1 = add_four_products(sum1, even, odd, last_bytes(filter1, rest));
    sum2 = add_four_products(sum2, even, odd, last_bytes(filter0 + two_steps, rest));
    sum3 = add_four_products(sum3, even, odd, last_bytes(filter1 + two_steps, rest));
  }
  sums[0] = sum0;
  sums[1] = sum1;
  sums[2] = sum2;
  sums[3] = sum3;
}

// The same for one channel.
inline void add_products(const Int8Weights& weights, const int8_t* input, const int8_t* filter, int32_t, int32_t count,
                         int32_t (&sums)[1]) {
  const uint32_t offsets = weights.offset_pair();
  int32_t sum = sums[0];
  const auto add_four = [&](uint32_t bytes, uint32_t filter_bytes) HARNESS_INLINED {
    sum = add_four_products(sum, widen_even_add(offsets, bytes), widen_odd_add(offsets, bytes), filter_bytes);
  };
  for (uint32_t words = whole_words(count); words > 0; --words) add_four(take_word(input), take_word(filter));
  const uint32_t rest = rest_bytes(count);
  if (rest != 0) add_four(last_bytes(input, rest), last_bytes(filter, rest));
  sums[0] = sum;
}

}  // namespace dsp
}  // namespace harness
