// Stands in for the firmware's header of this name: the same functions in C++, so that kernels for the DSP extension
// run on this computer with sanitizers.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#define HARNESS_INLINED

namespace harness {
namespace dsp {

inline uint32_t word_at(const int8_t* values, int32_t offset) {
  uint32_t word;
  std::memcpy(&word, values + offset, sizeof(word));
  return word;
}

inline uint32_t take_word(const int8_t*& values) {
  const uint32_t word = word_at(values, 0);
  values += sizeof(word);
  return word;
}

inline void take_two_words(const uint32_t*& words, uint32_t& first, uint32_t& second) {
  first = *words++;
  second = *words++;
}

inline int32_t low_half(uint32_t pair) { return static_cast<int16_t>(pair & 0xFFFF); }
inline int32_t high_half(uint32_t pair) { return static_cast<int16_t>(pair >> 16); }

inline uint32_t make_pair(int32_t low, int32_t high) {
  return (static_cast<uint32_t>(low) & 0xFFFF) | static_cast<uint32_t>(high) << 16;
}

inline uint32_t widen_even_add(uint32_t addends, uint32_t bytes) {
  return make_pair(low_half(addends) + static_cast<int8_t>(bytes & 0xFF),
                   high_half(addends) + static_cast<int8_t>(bytes >> 16 & 0xFF));
}
inline uint32_t widen_odd_add(uint32_t addends, uint32_t bytes) { return widen_even_add(addends, bytes >> 8); }
inline uint32_t widen_even(uint32_t bytes) { return widen_even_add(0, bytes); }
inline uint32_t widen_odd(uint32_t bytes) { return widen_odd_add(0, bytes); }

inline int32_t wrapping_sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}
inline int32_t add_low_product(int32_t sum, uint32_t a, uint32_t b) {
  return wrapping_sum(sum, low_half(a) * low_half(b));
}
inline int32_t add_high_product(int32_t sum, uint32_t a, uint32_t b) {
  return wrapping_sum(sum, high_half(a) * high_half(b));
}
inline int32_t add_both_products(int32_t sum, uint32_t a, uint32_t b) {
  return add_high_product(add_low_product(sum, a, b), a, b);
}

inline int32_t add_high_word_of_product(int32_t sum, int32_t a, int32_t b) {
  const uint64_t product = static_cast<uint64_t>(int64_t{a} * b) + (uint64_t{1} << 31);
  return wrapping_sum(sum, static_cast<int32_t>(product >> 32));
}

inline int32_t saturate_to_int8(int32_t x) { return std::min(std::max(x, int32_t{-128}), int32_t{127}); }

template <typename Choose>
uint32_t choose_bytes(uint32_t a, uint32_t b, const Choose& choose) {
  uint32_t result = 0;
  for (int shift = 0; shift < 32; shift += 8) {
    const int8_t chosen = choose(static_cast<int8_t>(a >> shift & 0xFF), static_cast<int8_t>(b >> shift & 0xFF));
    result |= uint32_t{static_cast<uint8_t>(chosen)} << shift;
  }
  return result;
}
inline uint32_t max_of_bytes(uint32_t a, uint32_t b) {
  return choose_bytes(a, b, [](int8_t x, int8_t y) { return std::max(x, y); });
}
inline uint32_t min_of_bytes(uint32_t a, uint32_t b) {
  return choose_bytes(a, b, [](int8_t x, int8_t y) { return std::min(x, y); });
}

}  // namespace dsp
}  // namespace harness
