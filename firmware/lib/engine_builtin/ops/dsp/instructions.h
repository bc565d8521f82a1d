// Instructions of the DSP extension (Armv7-M Architecture Reference Manual, A7.7). A word is four int8 or two int16,
// the first one in its lowest bits.
//
// They stay in the order in which a kernel gives them. The compiler, which takes <arm_acle.h>'s functions for ordinary
// arithmetic, brings their loads forward until the registers run out.
#pragma once

#include <cstdint>

// For lambdas in kernels: one that is called keeps all that it captures in memory.
#define HARNESS_INLINED __attribute__((always_inline))

namespace harness {
namespace dsp {

// The word at `values`, which need not be aligned; `values` moves past it.
inline uint32_t take_word(const int8_t*& values) {
  uint32_t word;
  const int8_t* place = values;  // a variable of its own, which the compiler keeps in a register
  asm volatile("ldr %0, [%1], #4" : "=r"(word), "+r"(place) : : "memory");
  values = place;
  return word;
}

// The word `offset` bytes after `values`.
inline uint32_t word_at(const int8_t* values, int32_t offset) {
  uint32_t word;
  asm volatile("ldr %0, [%1, %2]" : "=r"(word) : "r"(values), "r"(offset) : "memory");
  return word;
}

// The two words at `words`, aligned to 4 bytes; `words` moves past them. All three must be variables of their own, not
// fields: fields would go through memory.
inline void take_two_words(const uint32_t*& words, uint32_t& first, uint32_t& second) {
  asm volatile("ldrd %0, %1, [%2], #8" : "=&r"(first), "=&r"(second), "+r"(words) : : "memory");
}

// Bytes 0 and 2, or 1 and 3, as two int16.
inline uint32_t widen_even(uint32_t bytes) {
  uint32_t pair;
  asm volatile("sxtb16 %0, %1" : "=r"(pair) : "r"(bytes));
  return pair;
}
inline uint32_t widen_odd(uint32_t bytes) {
  uint32_t pair;
  asm volatile("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(bytes));
  return pair;
}

// The same, plus two int16.
inline uint32_t widen_even_add(uint32_t addends, uint32_t bytes) {
  uint32_t pair;
  asm volatile("sxtab16 %0, %1, %2" : "=r"(pair) : "r"(addends), "r"(bytes));
  return pair;
}
inline uint32_t widen_odd_add(uint32_t addends, uint32_t bytes) {
  uint32_t pair;
  asm volatile("sxtab16 %0, %1, %2, ror #8" : "=r"(pair) : "r"(addends), "r"(bytes));
  return pair;
}

// sum + a0 * b0 + a1 * b1, of the two int16 in a and b; wraps.
inline int32_t add_both_products(int32_t sum, uint32_t a, uint32_t b) {
  asm volatile("smlad %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}

// sum + a0 * b0, and sum + a1 * b1.
inline int32_t add_low_product(int32_t sum, uint32_t a, uint32_t b) {
  asm volatile("smlabb %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}
inline int32_t add_high_product(int32_t sum, uint32_t a, uint32_t b) {
  asm volatile("smlatt %0, %1, %2, %0" : "+r"(sum) : "r"(a), "r"(b));
  return sum;
}

// sum + a * b / 2^32, rounded to nearest, halves up.
inline int32_t add_high_word_of_product(int32_t sum, int32_t a, int32_t b) {
  int32_t result;
  asm("smmlar %0, %1, %2, %3" : "=r"(result) : "r"(a), "r"(b), "r"(sum));
  return result;
}

inline int32_t saturate_to_int8(int32_t x) {
  int32_t result;
  asm("ssat %0, #8, %1" : "=r"(result) : "r"(x));
  return result;
}

// Of each byte, an int8, the larger or the smaller one. SSUB8 leaves in APSR.GE which byte SEL takes.
inline uint32_t max_of_bytes(uint32_t a, uint32_t b) {
  uint32_t difference;
  asm("ssub8 %1, %0, %2 \n sel %0, %0, %2" : "+r"(a), "=&r"(difference) : "r"(b) : "cc");
  return a;
}
inline uint32_t min_of_bytes(uint32_t a, uint32_t b) {
  uint32_t difference;
  asm("ssub8 %1, %0, %2 \n sel %0, %2, %0" : "+r"(a), "=&r"(difference) : "r"(b) : "cc");
  return a;
}

}  // namespace dsp
}  // namespace harness
