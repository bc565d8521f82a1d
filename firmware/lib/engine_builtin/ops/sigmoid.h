// The sigmoid 1 / (1 + exp(-x)) as TensorFlow Lite looks it up for int16.
#pragma once

#include <cstdint>

namespace harness {

// The sigmoid with 16 + `bits` fraction bits, of x >= 0 in units of 2^-bits / 24. Past the table's end at x = 255 / 24
// it stays what it is there, a step below 1.
uint32_t sigmoid(uint32_t x, int bits);

}  // namespace harness
