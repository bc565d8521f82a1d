// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// The coprocessor space: floating point (Armv7-M ARM, A6). Vectors are in thumb_vector.c.
#include "thumb.h"

// A register of floating point: `four` bits and the `fifth`, which is the lowest of an s, the highest of a d register.
static uint64_t float_register(unsigned four, unsigned fifth, bool is_pair) {
  if (!is_pair) return register_bit(REGISTER_S0 + (four << 1 | fifth));
  return UINT64_C(3) << (REGISTER_S0 + (2 * (four | fifth << 4) & 31));
}

// Coprocessor 11; 9 and 10 are halves and singles.
static bool is_double(uint16_t low) { return (low & 0x300) == 0x300; }

static uint64_t destination(uint16_t high, uint16_t low) {
  return float_register(bits(low, 12, 4), bits(high, 6, 1), is_double(low));
}

static uint64_t first_operand(uint16_t high, uint16_t low) {
  return float_register(bits(high, 0, 4), bits(low, 7, 1), is_double(low));
}

static uint64_t second_operand(uint16_t low) {
  return float_register(bits(low, 0, 4), bits(low, 5, 1), is_double(low));
}

static enum kind arithmetic_of_one_operand(uint16_t high, uint16_t low) {
  const unsigned op = bits(high, 0, 4);
  if (!(low & 0x40) || op == 0) return KIND_float_move;                       // VMOV, VABS
  if (op == 1) return low & 0x80 ? KIND_float_square_root : KIND_float_move;  // VSQRT, VNEG
  return op == 4 || op == 5 ? KIND_float_add : KIND_float_convert;            // VCMP, VCVT and VRINT
}

static enum kind arithmetic_kind(uint16_t high, uint16_t low) {
  if (high & 0x1000) return KIND_float_add;  // VSEL, VMAXNM, VMINNM, VRINT of Armv8-M
  switch (bits(high, 4, 4) & 0xB) {          // the bit between is a bit of the destination
    case 2:
      return KIND_float_multiply;
    case 3:
      return KIND_float_add;
    case 8:
      return KIND_float_divide;
    case 11:
      return arithmetic_of_one_operand(high, low);
    default:
      return KIND_float_multiply_add;
  }
}

static void arithmetic(uint16_t high, uint16_t low, struct instruction* to) {
  const enum kind kind = arithmetic_kind(high, low);
  const bool has_two_operands = (bits(high, 4, 4) & 0xB) != 11;
  const bool compares = !has_two_operands && (bits(high, 0, 4) & 0xE) == 4;
  to->kind = is_double(low) && kind != KIND_float_move ? KIND_float_double : kind;
  to->destinations = compares ? 0 : destination(high, low);
  const bool is_immediate = !has_two_operands && !(low & 0x40);
  to->sources = is_immediate ? 0 : second_operand(low);
  if (has_two_operands) to->sources |= first_operand(high, low);
  if (compares || kind == KIND_float_multiply_add) to->sources |= destination(high, low);
}

// VMOV between a core register and one of floating point, VMRS, VMSR.
static void move_register(uint16_t high, uint16_t low, struct instruction* to) {
  const bool to_core = high & 0x10;
  const bool is_status = bits(high, 5, 3) == 7 && !is_double(low);
  const uint64_t core = core_register(bits(low, 12, 4));
  const uint64_t other = is_status ? 0 : first_operand(high, low);
  to->kind = KIND_float_move;
  to->sources = to_core ? other : core;
  to->destinations = to_core ? core : other;
}

// One element of a core register to all of a vector.
static void duplicate(uint16_t high, uint16_t low, struct instruction* to) {
  to->kind = KIND_vector_integer;
  to->sources = core_register(bits(low, 12, 4));
  to->destinations = vector_register(bits(high, 1, 3));
}

static void move_two_registers(uint16_t high, uint16_t low, struct instruction* to) {
  const uint64_t core = core_register(bits(low, 12, 4)) | core_register(bits(high, 0, 4));
  const unsigned first = (is_double(low) ? 2 * bits(low, 0, 4) : (bits(low, 0, 4) << 1 | bits(low, 5, 1))) & 31;
  const uint64_t pair = UINT64_C(3) << (REGISTER_S0 + (first < 31 ? first : 30));
  const bool to_core = high & 0x10;
  to->kind = KIND_float_move;
  to->registers = 2;
  to->sources = to_core ? pair : core;
  to->destinations = to_core ? core : pair;
}

static uint64_t float_list(uint64_t first, unsigned words) {
  uint64_t list = 0;
  for (unsigned word = 0; word < words && word < 32; ++word) list |= first << word;
  return list & ((UINT64_C(1) << REGISTERS) - 1);
}

static void transfer_float(uint16_t high, uint16_t low, struct instruction* to) {
  const bool is_single = (high & 0x120) == 0x100;  // VLDR, VSTR
  const bool loads = high & 0x10;
  const bool writes_back = !is_single && (high & 0x20);
  const unsigned words = is_single ? (is_double(low) ? 2 : 1) : low & 0xFF;
  const uint64_t list = float_list(destination(high, low) & -destination(high, low), words);
  if (is_single)
    to->kind = loads ? KIND_float_load : KIND_float_store;
  else
    to->kind = loads ? KIND_float_load_multiple : KIND_float_store_multiple;
  to->registers = to->accesses = (uint8_t)(words > 32 ? 32 : words);
  to->addresses = core_register(bits(high, 0, 4));
  to->on_stack = bits(high, 0, 4) == SP;
  to->updates = writes_back ? to->addresses : 0;
  to->destinations = to->updates | (loads ? list : 0);
  if (!loads) to->sources = list;
  if (bits(high, 0, 4) == PC) set_literal(to, high & 0x80, 4 * bits(low, 0, 8));
}

void decode_coprocessor(uint16_t high, uint16_t low, struct instruction* to) {
  const unsigned coprocessor = bits(low, 8, 4);
  const bool is_vector = coprocessor >= 14;
  const bool processes = (high & 0x0300) >= 0x0200;
  if ((high & 0xEF00) == 0xEF00 || (is_vector && processes)) {
    decode_vector_operation(high, low, to);
  } else if (is_vector) {
    decode_vector_transfer(high, low, to);
  } else if (coprocessor < 8) {
    to->kind = KIND_system;
  } else if (!processes) {
    if ((high & 0xFFE0) == 0xEC40)
      move_two_registers(high, low, to);
    else if ((high & 0xFFBF) == 0xEC9F)
      to->kind = KIND_float_move;  // VSCCLRM
    else
      transfer_float(high, low, to);
  } else if ((high & 0xFFB0) == 0xEEA0 && (low & 0x0F50) == 0x0B10) {
    duplicate(high, low, to);
  } else if ((low & 0x10) && !(high & 0x1000)) {
    move_register(high, low, to);
  } else {
    arithmetic(high, low, to);
  }
}
