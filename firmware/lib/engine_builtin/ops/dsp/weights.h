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

struct Int8Weights : harness::Int8Weights {
  // What is added to two inputs at once.
  uint32_t offset_pair() const { return (static_cast<uint32_t>(input_offset) & 0xFFFF) * 0x10001; }

  int32_t bias_of(int32_t channel) const { return bias == nullptr ? 0 : bias[channel]; }
  const ScaleFactor& factor_of(int32_t channel) const { return factors[channel * factor_step]; }
};

// The outputs of an op, a few at a time.
class Finish {
 public:
  explicit Finish(const QuantizedOutput<int8_t>& output)
      : zero_point_(output.zero_point),
        min_(output.min + output.zero_point),
        max_(output.max + output.zero_point),
        whole_range_(max_ - min_ == kInt8Max - kInt8Min) {}

  // The same as harness::Int8Weights::finish, in fewer steps where the factor is below 1/2.
  int8_t operator()(int32_t sum, int32_t multiplier, int32_t shift) const {
    const int32_t scaled = is_likely(shift < 0) ? scale_down(sum, multiplier, shift) : scale_up(sum, multiplier, shift);
    const int32_t value = saturate_to_int8(scaled + zero_point_);
    if (is_likely(whole_range_)) return static_cast<int8_t>(value);
    const int32_t not_less = value < min_ ? min_ : value;
    return static_cast<int8_t>(not_less > max_ ? max_ : not_less);
  }

 private:
  static bool is_likely(bool condition) { return __builtin_expect(condition, true); }

  static int32_t scale_down(int32_t sum, int32_t multiplier, int32_t shift) {
    // sum * multiplier / 2^31 = sum + sum * (2 * multiplier - 2^32) / 2^32
    const uint32_t twice = uint32_t{2} * static_cast<uint32_t>(multiplier);
    const int32_t product = add_high_word_of_product(sum, sum, static_cast<int32_t>(twice));
    // Halves away from zero are halves up once a negative number is made one less. The last bit shifted out decides.
    const int32_t doubled = (product + (product >> 31)) >> ~shift;
    return (doubled + 1) >> 1;
  }

  // Limited, so that a zero point can be added.
  [[gnu::noinline]] static int32_t scale_up(int32_t sum, int32_t multiplier, int32_t shift) {
    constexpr int32_t kFarOutside = 1024;  // of int8, whatever the zero point
    return std::min(std::max(scale(sum, {multiplier, shift}), -kFarOutside), kFarOutside);
  }

  int32_t zero_point_;
  int32_t min_;
  int32_t max_;
  bool whole_range_;
};

// The outputs of neighbouring channels from their sums of products.
inline void finish_channels(const Int8Weights& weights, const int32_t (&sums)[4], int32_t channel, int8_t* output) {
  const Finish finish(weights.output);
  int32_t sum0 = sums[0], sum1 = sums[1], sum2 = sums[2], sum3 = sums[3];
  if (weights.bias != nullptr) {
    const int32_t* bias = weights.bias + channel;
    sum0 = wrapping_add(sum0, bias[0]);
    sum1 = wrapping_add(sum1, bias[1]);
    sum2 = wrapping_add(sum2, bias[2]);
    sum3 = wrapping_add(sum3, bias[3]);
  }
  const int32_t step = weights.factor_step;
  const ScaleFactor* factor = weights.factors + channel * step;
  output += channel;
  output[0] = finish(sum0, factor->multiplier, factor->shift);
  factor += step;
  output[1] = finish(sum1, factor->multiplier, factor->shift);
  factor += step;
  output[2] = finish(sum2, factor->multiplier, factor->shift);
  factor += step;
  output[3] = finish(sum3, factor->multiplier, factor->shift);
}

inline void finish_channels(const Int8Weights& weights, const int32_t (&sums)[1], int32_t channel, int8_t* output) {
  const int32_t sum = wrapping_add(sums[0], weights.bias_of(channel));
  const ScaleFactor factor = weights.factor_of(channel);
  output[channel] = Finish(weights.output)(sum, factor.multiplier, factor.shift);
}

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
