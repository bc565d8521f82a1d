// exp(x) and 1/x on fixed-point numbers, bit for bit as gemmlowp computes them (fixedpoint/fixedpoint.h of
// https://github.com/google/gemmlowp). Qm.n is an int32 with m integer and n fraction bits, m + n = 31.
#pragma once

#include <cstdint>

namespace harness {

// exp(x), Q0.31, of x <= 0, Q5.26.
int32_t exp_of_negative(int32_t x);

// 1 / (1 + x), Q0.31, of x in [0, 1), Q0.31.
int32_t reciprocal_of_one_plus(int32_t x);

}  // namespace harness
