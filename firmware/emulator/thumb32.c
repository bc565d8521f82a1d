// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// Instructions of 32 bits but for the coprocessor space: Armv7-M ARM (DDI 0403E), A5.3, and the low overhead loops of
// Armv8.1-M (DDI 0553B, C2.4).
#include "thumb.h"

static uint64_t operand(uint16_t code, unsigned low) { return core_register(bits(code, low, 4)); }

static void transfer_multiple(uint16_t high, uint16_t low, struct instruction* to) {
  const bool loads = high & 0x10;
  const bool writes_back = high & 0x20;
  if (bits(high, 0, 4) == PC) {  // CLRM, Armv8.1-M
    to->destinations = low & ~register_bit(PC);
    return;
  }
  to->kind = loads ? KIND_load_multiple : KIND_store_multiple;
  to->registers = to->accesses = (uint8_t)__builtin_popcount(low);
  to->addresses = operand(high, 0);
  to->on_stack = bits(high, 0, 4) == SP;
  to->updates = writes_back ? to->addresses : 0;
  to->destinations = to->updates | (loads ? low : 0);
  if (!loads) to->sources = low;
  to->leaves = loads && (low & 0x8000);
}

static void transfer_double(uint16_t high, uint16_t low, struct instruction* to) {
  const bool loads = high & 0x10;
  const uint64_t pair = operand(low, 12) | operand(low, 8);
  to->kind = loads ? KIND_load_double : KIND_store_double;
  to->registers = to->accesses = 2;
  to->on_stack = bits(high, 0, 4) == SP;
  if (bits(high, 0, 4) == PC) set_literal(to, high & 0x80, 4 * bits(low, 0, 8));
  to->addresses = operand(high, 0);
  to->updates = high & 0x20 ? to->addresses : 0;
  to->destinations = to->updates | (loads ? pair : 0);
  if (!loads) to->sources = pair;
}

static void transfer_exclusive(uint16_t high, uint16_t low, struct instruction* to) {
  const bool loads = high & 0x10;
  to->kind = loads ? KIND_load : KIND_store;
  to->accesses = 1;
  to->addresses = operand(high, 0);
  *(loads ? &to->destinations : &to->sources) = operand(low, 12);
  if (!loads) to->destinations = operand(low, 8) | operand(low, 0);
}

static void double_exclusive_or_table(uint16_t high, uint16_t low, struct instruction* to) {
  if ((high & 0xFFF0) == 0xE8D0 && (low & 0xFFE0) == 0xF000) {  // TBB, TBH
    to->kind = KIND_branch_table;
    to->accesses = 1;
    to->addresses = operand(high, 0) | operand(low, 0);
    to->leaves = true;
  } else if ((high & 0xFFE0) == 0xE840 || (high & 0xFFE0) == 0xE8C0) {
    transfer_exclusive(high, low, to);
  } else {
    transfer_double(high, low, to);
  }
}

static void shifted_register(uint16_t high, uint16_t low, struct instruction* to) {
  const bool selects = low & 0x8000;  // CSEL and its like, Armv8.1-M
  const bool shifts = !selects && (low & 0x70F0);
  const bool moves = bits(high, 5, 4) == 2 && bits(high, 0, 4) == PC;  // MOV, LSL, LSR, ASR, ROR
  to->kind = !shifts ? KIND_alu : moves ? KIND_shift : KIND_alu_shift;
  to->sources = operand(high, 0) | operand(low, 0);
  to->destinations = operand(low, 8);
}

static void immediate(uint16_t high, uint16_t low, struct instruction* to) {
  enum { SSAT = 8, SSAT_ASR = 9, SBFX = 10, BFI = 11, USAT = 12, USAT_ASR = 13, UBFX = 14 };
  const bool plain = high & 0x200;
  const unsigned op = bits(high, 5, 4);
  const bool moves_wide = plain && (op == 2 || op == 6);  // MOVW, MOVT: part of the constant stands there
  to->sources = moves_wide ? 0 : operand(high, 0);
  to->destinations = operand(low, 8);
  if (!plain) return;
  if (op == 6 || op == BFI) to->sources |= to->destinations;  // MOVT, BFI and BFC keep a part
  if (op == SBFX || op == UBFX || op == BFI) to->kind = KIND_alu_shift;
  if (op == SSAT || op == SSAT_ASR || op == USAT || op == USAT_ASR) to->kind = KIND_simd;
}

// DLS, WLS, LE and their tail predicated forms, VCTP and LCTP.
static void loop(uint16_t high, uint16_t low, struct instruction* to) {
  const bool ends = bits(high, 0, 4) == PC;
  if ((low & 0xF800) == 0xE800) {  // VCTP
    to->kind = KIND_vector_control;
    to->sources = operand(high, 0);
    return;
  }
  to->kind = ends ? KIND_loop_end : KIND_loop_start;
  to->sources = ends ? register_bit(LR) : operand(high, 0);
  to->destinations = register_bit(LR);
  to->leaves = to->conditional = !(low & 0x2000);  // neither DLS nor LCTP
}

static void branch_or_control(uint16_t high, uint16_t low, struct instruction* to) {
  if ((low & 0x5000) == 0x5000) {
    to->kind = KIND_branch_link;
    to->leaves = true;
    to->destinations = register_bit(LR);
  } else if ((low & 0x5000) == 0x4000) {
    loop(high, low, to);
  } else if ((low & 0x5000) == 0x1000) {
    to->kind = KIND_branch;
    to->leaves = true;
  } else if ((high & 0x0380) != 0x0380) {
    to->kind = KIND_branch;
    to->leaves = to->conditional = true;
  } else if ((high & 0xFFF0) == 0xF3B0) {
    to->kind = KIND_barrier;
  } else if ((high & 0xFFF0) == 0xF3A0) {
    to->kind = KIND_nop;
  } else {  // MSR, MRS, UDF
    to->kind = KIND_system;
    to->sources = (high & 0xFFE0) == 0xF380 ? operand(high, 0) : 0;
    to->destinations = (high & 0xFFE0) == 0xF3E0 ? operand(low, 8) : 0;
  }
}

static void address_single(uint16_t high, uint16_t low, struct instruction* to) {
  const bool wide_offset = high & 0x80;
  to->addresses = operand(high, 0);
  to->on_stack = bits(high, 0, 4) == SP;
  if (wide_offset) return;
  if (low & 0x0800) {
    to->updates = low & 0x0100 ? to->addresses : 0;
    to->destinations |= to->updates;
  } else {
    to->addresses |= operand(low, 0);
    to->on_stack = false;
    if (to->kind == KIND_store) to->kind = KIND_store_indexed;
  }
}

static void store_single(uint16_t high, uint16_t low, struct instruction* to) {
  to->kind = KIND_store;
  to->accesses = 1;
  to->sources = operand(low, 12);
  address_single(high, low, to);
}

static void load_single(uint16_t high, uint16_t low, struct instruction* to) {
  const bool is_word = (high & 0x60) == 0x40;
  if (bits(low, 12, 4) == PC && !is_word) {  // PLD, PLI
    to->kind = KIND_nop;
    return;
  }
  to->leaves = bits(low, 12, 4) == PC;
  to->kind = to->leaves ? KIND_load_pc : KIND_load;
  to->accesses = 1;
  to->destinations = operand(low, 12);
  if (bits(high, 0, 4) == PC) {
    set_literal(to, high & 0x80, bits(low, 0, 12));
  } else {
    address_single(high, low, to);
  }
}

static void register_operation(uint16_t high, uint16_t low, struct instruction* to) {
  const bool parallel_or_miscellaneous = high & 0x80;
  const bool extends = low & 0x80;
  const bool plain_extend = extends && bits(high, 0, 4) == PC && (high & 0x60) != 0x20;  // not the 16 bit pairs
  to->sources = operand(high, 0) | operand(low, 0);
  to->destinations = operand(low, 8);
  if (parallel_or_miscellaneous)
    to->kind = KIND_simd;
  else if (!extends)
    to->kind = KIND_shift;
  else
    to->kind = plain_extend ? KIND_alu : KIND_simd;
}

static void multiply(uint16_t high, uint16_t low, struct instruction* to) {
  to->kind = bits(low, 12, 4) == PC ? KIND_multiply : KIND_multiply_add;
  to->sources = operand(high, 0) | operand(low, 0) | operand(low, 12);
  to->destinations = operand(low, 8);
}

static void multiply_long_or_divide(uint16_t high, uint16_t low, struct instruction* to) {
  const unsigned op = bits(high, 4, 3);
  to->sources = operand(high, 0) | operand(low, 0);
  if (op == 1 || op == 3) {
    to->kind = KIND_divide;
    to->destinations = operand(low, 8);
    return;
  }
  to->kind = op & 4 ? KIND_multiply_long_add : KIND_multiply_long;
  to->destinations = operand(low, 8) | operand(low, 12);
  if (op & 4) to->sources |= to->destinations;
}

void decode_thumb32(uint16_t high, uint16_t low, struct instruction* to) {
  to->kind = KIND_alu;
  if ((high & 0xEC00) == 0xEC00) {
    decode_coprocessor(high, low, to);
  } else if ((high & 0xFE40) == 0xE800) {
    transfer_multiple(high, low, to);
  } else if ((high & 0xFE40) == 0xE840) {
    double_exclusive_or_table(high, low, to);
  } else if ((high & 0xFE00) == 0xEA00) {
    shifted_register(high, low, to);
  } else if ((high & 0xF800) == 0xF000) {
    if (low & 0x8000)
      branch_or_control(high, low, to);
    else
      immediate(high, low, to);
  } else if ((high & 0xFE10) == 0xF800) {
    store_single(high, low, to);
  } else if ((high & 0xFE10) == 0xF810) {
    load_single(high, low, to);
  } else if ((high & 0xFF00) == 0xFA00) {
    register_operation(high, low, to);
  } else if ((high & 0xFF80) == 0xFB00) {
    multiply(high, low, to);
  } else {
    multiply_long_or_divide(high, low, to);
  }
}
