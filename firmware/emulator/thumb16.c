// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// Instructions of 16 bits: Armv7-M ARM (DDI 0403E), A5.2.
#include "thumb.h"

static uint64_t low_register(uint16_t code, unsigned low) { return register_bit(bits(code, low, 3)); }

static void shift_add_subtract_move(uint16_t code, struct instruction* to) {
  const unsigned op = bits(code, 9, 5);
  to->destinations = low_register(code, 0);
  if (op < 12) {  // LSL, LSR, ASR by an immediate; LSL #0 is MOVS
    to->kind = code & 0xFFC0 ? KIND_shift : KIND_alu;
    to->sources = low_register(code, 3);
    return;
  }
  if (op < 16) {  // ADD, SUB of a register or of three bits
    to->sources = low_register(code, 3) | (op & 2 ? 0 : low_register(code, 6));
    to->pairs_narrow = op & 2;
    return;
  }
  const uint64_t operand = low_register(code, 8);
  to->pairs_narrow = bits(code, 11, 2) != 1;
  to->sources = bits(code, 11, 2) == 0 ? 0 : operand;       // MOV reads none
  to->destinations = bits(code, 11, 2) == 1 ? 0 : operand;  // CMP writes none
}

static void data_processing(uint16_t code, struct instruction* to) {
  enum { LSL = 2, LSR = 3, ASR = 4, ROR = 7, TST = 8, RSB = 9, CMP = 10, CMN = 11, MUL = 13, MVN = 15 };
  const unsigned op = bits(code, 6, 4);
  to->sources = low_register(code, 3) | (op == RSB || op == MVN ? 0 : low_register(code, 0));
  to->destinations = op == TST || op == CMP || op == CMN ? 0 : low_register(code, 0);
  if (op == MUL) to->kind = KIND_multiply;
  if (op == LSL || op == LSR || op == ASR || op == ROR) to->kind = KIND_shift;
}

static void special_data_or_exchange(uint16_t code, struct instruction* to) {
  const unsigned op = bits(code, 8, 2);
  const unsigned destination = bits(code, 0, 3) | bits(code, 7, 1) << 3;
  to->sources = register_bit(bits(code, 3, 4));
  if (op == 3) {  // BX, BLX
    to->kind = KIND_branch_indirect;
    to->leaves = true;
    to->destinations = code & 0x80 ? register_bit(LR) : 0;
    return;
  }
  if (op != 2) to->sources |= register_bit(destination);  // ADD, CMP
  if (op == 1) return;
  to->destinations = register_bit(destination);
  to->pairs_narrow = op == 2;
  if (destination == PC) {
    to->kind = KIND_branch_indirect;
    to->leaves = true;
  }
}

static void transfer(uint16_t code, bool loads, struct instruction* to) {
  to->kind = loads ? KIND_load : KIND_store;
  to->accesses = 1;
  to->addresses = low_register(code, 3);
  *(loads ? &to->destinations : &to->sources) = low_register(code, 0);
}

static void transfer_indexed(uint16_t code, struct instruction* to) {
  const bool loads = bits(code, 9, 3) >= 3;  // STR, STRH, STRB, then the loads
  transfer(code, loads, to);
  to->addresses |= low_register(code, 6);
  if (!loads) to->kind = KIND_store_indexed;
}

static void transfer_on_stack(uint16_t code, struct instruction* to) {
  transfer(code, code & 0x0800, to);
  *(code & 0x0800 ? &to->destinations : &to->sources) = low_register(code, 8);
  to->addresses = register_bit(SP);
  to->on_stack = true;
}

static void load_literal(uint16_t code, struct instruction* to) {
  to->kind = KIND_load;
  to->accesses = 1;
  to->destinations = low_register(code, 8);
  set_literal(to, true, 4 * bits(code, 0, 8));
}

static void push_pop(uint16_t code, struct instruction* to) {
  const bool pops = code & 0x0800;
  const bool links = code & 0x0100;
  const uint64_t list = (code & 0xFF) | (links ? register_bit(pops ? PC : LR) : 0);
  to->kind = pops ? KIND_load_multiple : KIND_store_multiple;
  to->registers = to->accesses = (uint8_t)__builtin_popcountll(list);
  to->addresses = to->destinations = to->updates = register_bit(SP);
  to->on_stack = true;
  if (pops) {
    to->destinations |= list;
    to->leaves = links;
  } else {
    to->sources = list;
  }
}

static void transfer_multiple(uint16_t code, struct instruction* to) {
  const bool loads = code & 0x0800;
  const uint64_t list = code & 0xFF;
  to->kind = loads ? KIND_load_multiple : KIND_store_multiple;
  to->registers = to->accesses = (uint8_t)__builtin_popcountll(list);
  to->addresses = low_register(code, 8);
  to->updates = loads && (list & to->addresses) ? 0 : to->addresses;
  to->destinations = to->updates | (loads ? list : 0);
  if (!loads) to->sources = list;
}

static void hint_or_it(uint16_t code, struct instruction* to) {
  to->kind = KIND_nop;
  to->pairs_narrow = true;
  if (code & 0xF) to->predicated = (uint8_t)(4 - __builtin_ctz(code & 0xF));
}

static void miscellaneous(uint16_t code, struct instruction* to) {
  if ((code & 0xFF00) == 0xB000) {  // ADD, SUB of the stack pointer
    to->sources = to->destinations = register_bit(SP);
    to->pairs_narrow = true;
  } else if ((code & 0xF500) == 0xB100) {  // CBZ, CBNZ
    to->kind = KIND_branch;
    to->leaves = to->conditional = true;
    to->sources = low_register(code, 0);
  } else if ((code & 0xF600) == 0xB400) {
    push_pop(code, to);
  } else if ((code & 0xFF00) == 0xBF00) {
    hint_or_it(code, to);
  } else if ((code & 0xFF00) == 0xB200 || (code & 0xFF00) == 0xBA00) {  // SXTH … UXTB, REV …
    to->kind = (code & 0x0800) ? KIND_simd : KIND_alu;
    to->pairs_narrow = !(code & 0x0800);
    to->sources = low_register(code, 3);
    to->destinations = low_register(code, 0);
  } else {
    to->kind = KIND_system;
  }
}

static void branch_or_call_supervisor(uint16_t code, struct instruction* to) {
  if (bits(code, 8, 4) >= 14) {
    to->kind = KIND_system;
    return;
  }
  to->kind = KIND_branch;
  to->leaves = to->conditional = to->pairs_narrow = true;
}

void decode_thumb16(uint16_t code, struct instruction* to) {
  to->kind = KIND_alu;
  switch (code >> 12) {
    case 0x0:
    case 0x1:
    case 0x2:
    case 0x3:
      shift_add_subtract_move(code, to);
      break;
    case 0x4:
      if (code & 0x0800)
        load_literal(code, to);
      else if (code & 0x0400)
        special_data_or_exchange(code, to);
      else
        data_processing(code, to);
      break;
    case 0x5:
      transfer_indexed(code, to);
      break;
    case 0x6:
    case 0x7:
    case 0x8:
      transfer(code, code & 0x0800, to);
      break;
    case 0x9:
      transfer_on_stack(code, to);
      break;
    case 0xA:  // ADR, ADD of the stack pointer
      to->sources = code & 0x0800 ? register_bit(SP) : 0;
      to->destinations = low_register(code, 8);
      break;
    case 0xB:
      miscellaneous(code, to);
      break;
    case 0xC:
      transfer_multiple(code, to);
      break;
    case 0xD:
      branch_or_call_supervisor(code, to);
      break;
    default:
      to->kind = KIND_branch;
      to->leaves = to->pairs_narrow = true;
  }
}
