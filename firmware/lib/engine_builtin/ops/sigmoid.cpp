#include "ops/sigmoid.h"

namespace harness {
namespace {

constexpr uint32_t kEntries = 256;

// sigmoid(i / 24) in units of 2^-16, to nearest. TensorFlow Lite's table is larger by one in some places.
struct Table {
  uint16_t values[kEntries] = {};

  constexpr Table() {
    constexpr uint32_t kLargerByOne[kEntries / 32] = {0xFA7BD110, 0xC0467BAE, 0x20440005, 0x00110090,
                                                      0x00000080, 0x00000000, 0x00000000, 0x80000000};
    constexpr double kExpOfMinusStep = 0.9591894571091382;  // exp(-1 / 24)
    double exp_of_minus = 1;
    for (uint32_t i = 0; i < kEntries; ++i) {
      const uint32_t nearest = static_cast<uint32_t>(65536 / (1 + exp_of_minus) + 0.5);
      values[i] = static_cast<uint16_t>(nearest + (kLargerByOne[i / 32] >> i % 32 & 1));
      exp_of_minus *= kExpOfMinusStep;
    }
  }
};

constexpr Table kTable;

}  // namespace

uint32_t sigmoid(uint32_t x, int bits) {
  const uint32_t index = x >> bits;
  if (index >= kEntries - 1) return uint32_t{kTable.values[kEntries - 1]} << bits;
  const uint32_t low = kTable.values[index];
  const uint32_t fraction = x & ((uint32_t{1} << bits) - 1);
  return (low << bits) + fraction * (kTable.values[index + 1] - low);
}

}  // namespace harness
