#pragma once

#include "ops/pooling.h"

namespace harness {
namespace portable {

// `kChannels` neighbouring channels at one place. Float sums keep the order of the cells.
template <int kChannels, typename Pool, typename T>
void pool_channels(const Pooling<T>& pooling, const Patch& patch, int32_t channel, T* output) {
  using Value = decltype(Pool::template first<T>());
  const T* input = pooling.input + patch.input + channel;
  Value values[kChannels];
#pragma GCC unroll 4
  for (int i = 0; i < kChannels; ++i) values[i] = Pool::template first<T>();
  for (int32_t row = 0; row < patch.rows; ++row) {
    const T* pixel = input + row * patch.input_row;
    for (int32_t column = 0; column < patch.columns; ++column, pixel += patch.input_column) {
#pragma GCC unroll 4
      for (int i = 0; i < kChannels; ++i) values[i] = Pool::combine(values[i], pixel[i]);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < kChannels; ++i) {
    output[channel + i] = pooling.stage.clamp(Pool::finish(values[i], patch.rows * patch.columns));
  }
}

// All channels at one place.
template <typename Pool, typename T>
void pool_pixel(const Pooling<T>& pooling, const Patch& patch, T* output) {
  constexpr int kBlock = 4;  // whose values fit in registers
  const int32_t depth = pooling.window.output_depth;
  int32_t channel = 0;
  for (; channel + kBlock <= depth; channel += kBlock) pool_channels<kBlock, Pool>(pooling, patch, channel, output);
  for (; channel < depth; ++channel) pool_channels<1, Pool>(pooling, patch, channel, output);
}

template <typename Pool, typename T>
void pool(Pool, const Pooling<T>& pooling) {
  for_each_pixel(pooling.window, pooling.output,
                 [&](const Patch& patch, T* pixel) { pool_pixel<Pool>(pooling, patch, pixel); });
}

}  // namespace portable
}  // namespace harness
