// A function on int16 as 512 straight pieces, made and read bit for bit as TensorFlow Lite Micro does it (LUTPopulate
// and LUTLookup in tensorflow/lite/kernels/internal/common.h). The compiler makes the tables: they stand in flash.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>

namespace harness {

struct Int16Table {
  static constexpr int kPieces = 512;

  int16_t values[kPieces + 1] = {};

  int32_t at(int32_t x) const {
    constexpr int kPieceBits = 7;
    const int32_t piece = (x >> kPieceBits) + kPieces / 2;
    const int32_t slope = values[piece + 1] - values[piece];
    const int32_t rise = slope * (x & ((1 << kPieceBits) - 1));
    return values[piece] + ((rise + (1 << (kPieceBits - 1))) >> kPieceBits);
  }
};

// What the table reads and writes: real = scale * (int16 - zero_point), the zero point of the values being 0.
struct Int16TableScales {
  float input = 0;
  int32_t input_zero_point = 0;
  float output = 0;
};

// To the nearest integer, halves away from zero; |x| < 2^31. std::round, as a constant.
constexpr float rounded(float x) {
  const double shifted = static_cast<double>(x) + (x < 0 ? -0.5 : 0.5);
  return static_cast<float>(static_cast<int32_t>(shifted));
}

// `Function::of(float)` gives real values. Of each piece's error in the middle half is taken off its start.
template <typename Function>
constexpr Int16Table make_int16_table(Int16TableScales scales) {
  constexpr int kLowest = std::numeric_limits<int16_t>::min();
  constexpr int kHighest = std::numeric_limits<int16_t>::max();
  const float first = scales.input * static_cast<float>(kLowest - scales.input_zero_point);
  const float last = scales.input * static_cast<float>(kHighest - scales.input_zero_point);
  const float step = (last - first) / Int16Table::kPieces;
  const float output_range = scales.output * kHighest - scales.output * kLowest;
  const float steps_per_unit = static_cast<float>(kHighest - kLowest + 1) / output_range;
  Int16Table table;
  const auto set = [&](int index, float value) {
    const float clamped = std::min(std::max(value, static_cast<float>(kLowest)), static_cast<float>(kHighest));
    table.values[index] = static_cast<int16_t>(clamped);
  };
  for (int i = 0; i < Int16Table::kPieces; ++i) {
    const float x = first + static_cast<float>(i) * step;
    const float start = rounded(Function::of(x) * steps_per_unit);
    const float end = Function::of(first + static_cast<float>(i + 1) * step) * steps_per_unit;
    const float middle = rounded(Function::of(x + step / 2) * steps_per_unit);
    set(i, start - rounded((rounded((end + start) / 2) - middle) / 2));
  }
  set(Int16Table::kPieces, rounded(Function::of(last) * steps_per_unit));
  return table;
}

}  // namespace harness
