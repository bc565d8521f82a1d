// exp(x) and 1/x on fixed-point numbers, bit for bit as gemmlowp computes them (fixedpoint/fixedpoint.h of
// https://github.com/google/gemmlowp). Qm.n is an int32 with m integer and n fraction bits, m + n = 31.
#pragma once

#include <cstdint>

namespace harness {

// exp(x), Q0.31, of x <= 0 with at most 5 integer bits.
int32_t exp_of_negative(int32_t x, int integer_bits = 5);

// 1 / (1 + x), Q0.31, of x in [0, 1), Q0.31.
int32_t reciprocal_of_one_plus(int32_t x);

// (1 - x) / (1 + x), likewise.
int32_t one_minus_over_one_plus(int32_t x);

}  // namespace harness
