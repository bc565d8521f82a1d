#pragma once

#include "ops/dsp/instructions.h"
#include "ops/portable/sum.h"

namespace harness {
namespace dsp {

// ADD on int8. The input of the larger scale, which has the factor 1/2, comes first and is only shifted. A rounding
// shift to the right is a plain one after the addition of a half, less one where the number is negative; additions that
// belong to it go into the multiplication before.
class Int8Sum {
 public:
  using Value = int8_t;

  Int8Sum(const QuantizedSum<Sum, int8_t>& sum, const SumTerm<int8_t>& larger, const SumTerm<int8_t>& smaller)
      : larger_offset_(larger.offset * (1 << kInputShift<int8_t>)),
        smaller_offset_(smaller.offset * (1 << kSmallerShift)),
        smaller_multiplier_(smaller.factor.multiplier),
        smaller_shift_(-smaller.factor.shift),
        smaller_half_(half(smaller_shift_)),
        multiplier_(sum.factor.multiplier),
        shift_(-sum.factor.shift),
        zero_point_and_half_(sum.stage.zero_point * (1 << shift_) + half(shift_)) {}

  static bool is_larger(const SumTerm<int8_t>& term) {
    return term.factor.multiplier == 1 << 30 && term.factor.shift == 0;
  }

  // Whether neither shift is 0, the zero point can be added before the last one, and the activation clamps nothing.
  static bool can_compute(const QuantizedSum<Sum, int8_t>& sum, const SumTerm<int8_t>& smaller) {
    constexpr int kMaxShift = 22;
    return smaller.factor.shift < 0 && sum.factor.shift < 0 && sum.factor.shift >= -kMaxShift &&
           sum.stage.max - sum.stage.min == kInt8Max - kInt8Min;
  }

  int8_t operator()(int8_t larger, int8_t smaller) const {
    const int32_t shifted = smaller_offset_ + smaller * (1 << kSmallerShift);
    const int32_t scaled =
        add_high_word_of_product(smaller_half_ + (shifted >> 31), shifted, smaller_multiplier_) >> smaller_shift_;
    const int32_t doubled_sum = larger_offset_ + larger * (1 << kInputShift<int8_t>)+2 * scaled;
    const int32_t output =
        add_high_word_of_product(zero_point_and_half_ + (doubled_sum >> 31), doubled_sum, multiplier_) >> shift_;
    return static_cast<int8_t>(saturate_to_int8(output));
  }

 private:
  static constexpr int kSmallerShift =
      kInputShift<int8_t> + 1;  // the high word of a product is half of what scale() takes

  static int32_t half(int32_t shift) { return 1 << (shift - 1); }

  int32_t larger_offset_;
  int32_t smaller_offset_;
  int32_t smaller_multiplier_;
  int32_t smaller_shift_;
  int32_t smaller_half_;
  int32_t multiplier_;
  int32_t shift_;
  int32_t zero_point_and_half_;
};

inline Step make_sum(const Op& op, StridedLoop loop, const QuantizedSum<Sum, int8_t>& sum, Arena& arena) {
  const bool a_is_larger = Int8Sum::is_larger(sum.a);
  const SumTerm<int8_t>& smaller = a_is_larger ? sum.b : sum.a;
  if (!Int8Sum::can_compute(sum, smaller)) return portable::make_sum(op, loop, sum, arena);
  if (!a_is_larger) loop.swap_tensors();
  const int8_t* a = op.inputs[0].values<int8_t>();
  const int8_t* b = op.inputs[1].values<int8_t>();
  const Combination<Int8Sum> combination{loop, a_is_larger ? a : b, a_is_larger ? b : a, op.output_values<int8_t>(),
                                         Int8Sum(sum, a_is_larger ? sum.a : sum.b, smaller)};
  return make_step(Combination<Int8Sum>::run, combination, arena);
}

}  // namespace dsp
}  // namespace harness
