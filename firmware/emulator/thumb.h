// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// What the parts of the decoder share.
#pragma once

#include "instruction.h"

void decode_thumb16(uint16_t code, struct instruction* to);
void decode_thumb32(uint16_t high, uint16_t low, struct instruction* to);
void decode_coprocessor(uint16_t high, uint16_t low, struct instruction* to);
void decode_vector_transfer(uint16_t high, uint16_t low, struct instruction* to);
void decode_vector_operation(uint16_t high, uint16_t low, struct instruction* to);

static inline unsigned bits(uint16_t code, unsigned low, unsigned count) { return (code >> low) & ((1u << count) - 1); }

// The pc stands for no register where one is optional.
static inline uint64_t core_register(unsigned index) { return index == PC ? 0 : register_bit(index); }

static inline uint64_t vector_register(unsigned index) { return UINT64_C(0xF) << (REGISTER_S0 + 4 * index); }

// The address of a load that is relative to the pc, by so many bytes, or before it.
static inline void set_literal(struct instruction* to, bool is_behind, uint32_t bytes) {
  const uint32_t base = (to->address + 4) & ~3u;
  to->is_literal = true;
  to->literal = is_behind ? base + bytes : base - bytes;
}
