#pragma once

#include <cstring>

#include "ops/dsp/instructions.h"
#include "ops/portable/pooling.h"

namespace harness {
namespace dsp {

inline uint32_t load_word(const int8_t* values) {
  uint32_t word;
  std::memcpy(&word, values, sizeof(word));
  return word;
}

inline void store_word(int8_t* values, uint32_t word) { std::memcpy(values, &word, sizeof(word)); }

inline uint32_t four_bytes(int32_t value) { return uint32_t{0x01010101} * static_cast<uint8_t>(value); }

// Calls body(pixel) for each cell, whose channels start at `pixel`.
template <typename Body>
inline void for_each_cell(const Patch& patch, const int8_t* input, const Body& body) {
  for (int32_t row = 0; row < patch.rows; ++row) {
    const int8_t* pixel = input + row * patch.input_row;
    for (int32_t column = patch.columns; column > 0; --column, pixel += patch.input_column) body(pixel);
  }
}

// Clamps four outputs. Their limits are in the range of int8, as they are.
inline uint32_t clamp_bytes(const QuantizedOutput<int8_t>& stage, uint32_t word) {
  const uint32_t raised = max_of_bytes(word, four_bytes(stage.min + stage.zero_point));
  return min_of_bytes(raised, four_bytes(stage.max + stage.zero_point));
}

template <int kWords>
inline void pool_words(Max, const Pooling<int8_t>& pooling, const Patch& patch, const int8_t* input, int8_t* output) {
  uint32_t max[kWords];
#pragma GCC unroll 4
  for (int i = 0; i < kWords; ++i) max[i] = four_bytes(kInt8Min);
  for_each_cell(patch, input, [&](const int8_t* pixel) HARNESS_INLINED {
#pragma GCC unroll 4
    for (int i = 0; i < kWords; ++i) max[i] = max_of_bytes(max[i], load_word(pixel + 4 * i));
  });
#pragma GCC unroll 4
  for (int i = 0; i < kWords; ++i) store_word(output + 4 * i, clamp_bytes(pooling.stage.output, max[i]));
}

template <int kWords>
inline void pool_words(Average, const Pooling<int8_t>& pooling, const Patch& patch, const int8_t* input,
                       int8_t* output) {
  uint32_t even[kWords] = {};
  uint32_t odd[kWords] = {};
  for_each_cell(patch, input, [&](const int8_t* pixel) HARNESS_INLINED {
#pragma GCC unroll 4
    for (int i = 0; i < kWords; ++i) {
      const uint32_t word = load_word(pixel + 4 * i);
      even[i] = widen_even_add(even[i], word);
      odd[i] = widen_odd_add(odd[i], word);
    }
  });
  const int32_t count = patch.rows * patch.columns;
  const auto finish = [&](uint32_t pair) HARNESS_INLINED {
    const int32_t sum = static_cast<int16_t>(pair);
    return static_cast<uint32_t>(Average::finish(sum, count)) & 0xFF;
  };
#pragma GCC unroll 4
  for (int i = 0; i < kWords; ++i) {
    const uint32_t low = finish(even[i]) | finish(odd[i]) << 8;
    const uint32_t high = finish(even[i] >> 16) | finish(odd[i] >> 16) << 8;
    store_word(output + 4 * i, clamp_bytes(pooling.stage.output, low | high << 16));
  }
}

// How many words of four channels have their values in registers.
template <typename Pool>
constexpr int kWordsInRegisters = std::is_same_v<Pool, Max> ? 4 : 2;

// Sums have 16 bits.
inline bool fits(Max, const Patch&) { return true; }
inline bool fits(Average, const Patch& patch) { return patch.rows * patch.columns <= 256; }

// All channels at one place, at least four. The last words may overlap.
template <typename Pool>
void pool_pixel(Pool pool, const Pooling<int8_t>& pooling, const Patch& patch, int8_t* output) {
  constexpr int kWords = kWordsInRegisters<Pool>;
  const int8_t* input = pooling.input + patch.input;
  const int32_t depth = pooling.window.output_depth;
  int32_t channel = 0;
  for (; channel + 4 * kWords <= depth; channel += 4 * kWords) {
    pool_words<kWords>(pool, pooling, patch, input + channel, output + channel);
  }
  for (; channel < depth; channel += 4) {
    const int32_t start = std::min(channel, depth - 4);
    pool_words<1>(pool, pooling, patch, input + start, output + start);
  }
}

template <typename Pool>
void pool(Pool pool, const Pooling<int8_t>& pooling) {
  for_each_pixel(pooling.window, pooling.output, [&](const Patch& patch, int8_t* pixel) {
    if (pooling.window.output_depth >= 4 && fits(pool, patch)) {
      pool_pixel(pool, pooling, patch, pixel);
    } else {
      portable::pool_pixel<Pool>(pooling, patch, pixel);
    }
  });
}

}  // namespace dsp
}  // namespace harness
