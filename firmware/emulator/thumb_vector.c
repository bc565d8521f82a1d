// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// The vectors of Armv8.1-M (Armv8-M ARM, DDI 0553B, C2.4): which pipe an operation goes to, and its registers.
#include "thumb.h"

static uint64_t first_operand(uint16_t high) { return vector_register(bits(high, 1, 3)); }

static uint64_t second_operand(uint16_t low) { return vector_register(bits(low, 1, 3)); }

static uint64_t destination(uint16_t low) { return vector_register(bits(low, 13, 3)); }

// Two core registers to or from two elements.
static void move_elements(uint16_t high, uint16_t low, struct instruction* to) {
  const uint64_t core = core_register(bits(high, 0, 4)) | core_register(bits(low, 0, 4));
  const bool to_core = !(high & 0x10);
  to->kind = KIND_float_move;
  to->registers = 2;
  to->sources = to_core ? destination(low) : core;
  to->destinations = to_core ? core : destination(low);
}

void decode_vector_transfer(uint16_t high, uint16_t low, struct instruction* to) {
  enum { VECTOR_WORDS = 4 };
  if ((high & 0xFFA0) == 0xEC00) {
    move_elements(high, low, to);
    return;
  }
  const bool loads = high & 0x10;
  const bool interleaves = (high & 0x1000) && (low & 0x1000) && !(high & 0x0100);  // VLD2, VLD4, VST2, VST4
  const bool gathers = (high & 0x1000) && !interleaves;
  const bool base_is_vector = gathers && (high & 0x0100);
  to->kind = gathers ? KIND_vector_gather : loads ? KIND_vector_load : KIND_vector_store;
  to->accesses = VECTOR_WORDS;
  to->addresses = base_is_vector ? 0 : core_register(bits(high, 0, 4));
  if (gathers) to->sources = base_is_vector ? first_operand(high) : second_operand(low);
  to->updates = (high & 0x20) && !gathers ? to->addresses : 0;
  to->destinations = to->updates | (loads ? destination(low) : 0);
  if (!loads) to->sources |= destination(low);
}

// VADDV, VMLADAV and their like: the sum of all elements, to one core register or two.
static void sum(uint16_t high, uint16_t low, struct instruction* to) {
  const bool has_high = (high & 0x70) != 0x70;
  to->kind = KIND_vector_multiply;
  to->sources = first_operand(high) | second_operand(low);
  to->destinations = core_register(bits(low, 12, 4) & 0xE);
  if (has_high) to->destinations |= core_register(bits(high, 4, 3) << 1 | 1);
  if (low & 0x20) to->sources |= to->destinations;
}

// VMAXV, VMINV, VABAV: to a core register that is an operand too.
static void reduce(uint16_t high, uint16_t low, struct instruction* to) {
  to->kind = KIND_vector_integer;
  to->destinations = core_register(bits(low, 12, 4));
  to->sources = first_operand(high) | second_operand(low) | to->destinations;
}

static void compare(uint16_t high, uint16_t low, struct instruction* to) {
  to->kind = KIND_vector_multiply;
  to->sources = first_operand(high) | second_operand(low);
}

// Whether an operation goes to the pipe of multiplication and floating point, not to that of integers.
static bool multiplies(uint16_t high, uint16_t low) {
  const unsigned op = bits(low, 8, 4);
  if ((high & 0xFFB3) == 0xFFB3) return true;  // VCVT
  const bool has_immediate = high & 0x80;      // and shifts
  if ((high & 0xEF00) == 0xEF00) return !has_immediate && (op == 9 || op >= 11);
  const bool narrows = (high & 0x30) == 0x30 && !(low & 0x40);  // VMOVN, VQMOVN
  return op == 14 && !narrows;
}

static void operate(uint16_t high, uint16_t low, struct instruction* to) {
  const bool is_multiply = multiplies(high, low);
  to->kind = is_multiply ? KIND_vector_multiply : KIND_vector_integer;
  to->destinations = destination(low);
  to->sources = first_operand(high) | second_operand(low);
  if (is_multiply) to->sources |= to->destinations;  // it may accumulate
}

void decode_vector_operation(uint16_t high, uint16_t low, struct instruction* to) {
  const bool to_core = (high & 0xEF80) == 0xEE80 && !(low & 0xC0);
  const bool compares = (low & 0x0F00) == 0x0F00 && ((high & 0xFF81) == 0xFE01 || (high & 0xFFB1) == 0xEE31);
  if ((high & 0xFFB1) == 0xFE31 && (low & 0x1FFF) == 0x0F4D) {
    to->kind = KIND_vector_control;  // VPST, VPNOT
  } else if ((high & 0xFFB1) == 0xFE31 && (low & 0x1F51) == 0x0F01) {
    operate(high, low, to);  // VPSEL
  } else if (compares) {
    compare(high, low, to);
  } else if (to_core && ((high & 0x70) == 0x60 || (bits(low, 8, 4) == 15 && (low & 1)))) {
    reduce(high, low, to);
  } else if (to_core) {
    sum(high, low, to);
  } else {
    operate(high, low, to);
  }
}
