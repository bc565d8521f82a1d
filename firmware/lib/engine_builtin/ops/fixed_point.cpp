#include "ops/fixed_point.h"

#include <limits>

#include "quantization.h"

namespace harness {
namespace {

constexpr int32_t kMax = std::numeric_limits<int32_t>::max();
constexpr int32_t kMin = std::numeric_limits<int32_t>::min();
constexpr int32_t kOneQ29 = 1 << 29;  // 1, Q2.29

// x * 2^exponent, saturated.
int32_t saturating_shift_left(int32_t x, int exponent) {
  const int64_t wide = int64_t{x} * (int64_t{1} << exponent);
  if (wide > kMax) return kMax;
  return wide < kMin ? kMin : static_cast<int32_t>(wide);
}

// exp(x), Q0.31, of x in [-1/4, 0), Q0.31: the Taylor series of degree 4 around -1/8.
int32_t exp_near_zero(int32_t x) {
  constexpr int32_t kExpOfMinusEighth = 1895147668;
  constexpr int32_t kThird = 715827883;
  const int32_t t = x + (1 << 28);
  const int32_t t2 = doubling_high_product(t, t);
  const int32_t t3 = doubling_high_product(t2, t);
  const int32_t t4 = doubling_high_product(t2, t2);
  // (t^4 / 4 + t^3) / 3 + t^2, all halved: t^4/24 + t^3/6 + t^2/2
  const int32_t cubic = doubling_high_product(rounding_shift_right(t4, 2) + t3, kThird);
  const int32_t tail = rounding_shift_right(cubic + t2, 1);
  return kExpOfMinusEighth + doubling_high_product(kExpOfMinusEighth, t + tail);
}

// 2 / (1 + x), Q2.29: three steps of Newton's method on d * y = 1 with d = (1 + x) / 2, from the line 48/17 - 32/17 d.
int32_t double_reciprocal_of_one_plus(int32_t x) {
  constexpr int32_t k48Over17 = 1515870810;  // Q2.29, as all below
  constexpr int32_t kMinus32Over17 = -1010580540;
  const int32_t half = static_cast<int32_t>((int64_t{x} + kMax + 1) / 2);  // Q0.31
  int32_t y = k48Over17 + doubling_high_product(half, kMinus32Over17);
  for (int step = 0; step < 3; ++step) {
    const int32_t error = kOneQ29 - doubling_high_product(half, y);
    y += saturating_shift_left(doubling_high_product(y, error), 2);
  }
  return y;
}

}  // namespace

int32_t exp_of_negative(int32_t x, int integer_bits) {
  // exp(-2^i), Q0.31, for i = -2 … 4
  constexpr int32_t kExpOfMinusPowers[] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};
  const int fraction_bits = 31 - integer_bits;
  const int32_t quarter = 1 << (fraction_bits - 2);
  if (x == 0) return kMax;
  // x = near - rest, near in [-1/4, 0) and rest a sum of the powers above
  const int32_t near = (x & (quarter - 1)) - quarter;
  const int32_t rest = near - x;
  int32_t result = exp_near_zero(near * (1 << integer_bits));  // to Q0.31
  for (int i = 0; i < integer_bits + 2; ++i) {
    if ((rest & (quarter << i)) != 0) result = doubling_high_product(result, kExpOfMinusPowers[i]);
  }
  return result;
}

int32_t reciprocal_of_one_plus(int32_t x) {
  return saturating_shift_left(double_reciprocal_of_one_plus(x), 1);  // half of it is Q1.30
}

int32_t one_minus_over_one_plus(int32_t x) {
  return saturating_shift_left(double_reciprocal_of_one_plus(x) - kOneQ29, 2);
}

}  // namespace harness
