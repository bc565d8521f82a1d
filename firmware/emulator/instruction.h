// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// One decoded instruction: what its cost depends on.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// What an instruction does, as far as its cost goes: X(kind, class, unit). The kinds are the keys of cores.toml.
#define INSTRUCTION_KINDS(X)                \
  X(alu, ALU, ALU)                          \
  X(shift, ALU, SHIFT)                      \
  X(alu_shift, ALU, SHIFT)                  \
  X(simd, ALU, SIMD)                        \
  X(multiply, MULTIPLY, MULTIPLY)           \
  X(multiply_add, MULTIPLY, MULTIPLY)       \
  X(multiply_long, MULTIPLY, MULTIPLY)      \
  X(multiply_long_add, MULTIPLY, MULTIPLY)  \
  X(divide, DIVIDE, DIVIDE)                 \
  X(load, LOAD, LOAD)                       \
  X(load_double, LOAD, LOAD)                \
  X(load_multiple, LOAD, LOAD)              \
  X(store, STORE, STORE)                    \
  X(store_indexed, STORE, STORE)            \
  X(store_double, STORE, STORE)             \
  X(store_multiple, STORE, STORE)           \
  X(branch, BRANCH, BRANCH)                 \
  X(branch_link, BRANCH, BRANCH)            \
  X(branch_indirect, BRANCH, BRANCH)        \
  X(branch_table, BRANCH, BRANCH)           \
  X(load_pc, BRANCH, LOAD)                  \
  X(loop_start, BRANCH, BRANCH)             \
  X(loop_end, BRANCH, BRANCH)               \
  X(float_add, FLOAT, FLOAT)                \
  X(float_multiply, FLOAT, FLOAT)           \
  X(float_multiply_add, FLOAT, FLOAT)       \
  X(float_divide, FLOAT, FLOAT)             \
  X(float_square_root, FLOAT, FLOAT)        \
  X(float_convert, FLOAT, FLOAT)            \
  X(float_move, FLOAT, FLOAT)               \
  X(float_double, FLOAT, FLOAT)             \
  X(float_load, LOAD, LOAD)                 \
  X(float_store, STORE, STORE)              \
  X(float_load_multiple, LOAD, LOAD)        \
  X(float_store_multiple, STORE, STORE)     \
  X(vector_integer, VECTOR, VECTOR_INTEGER) \
  X(vector_multiply, VECTOR, FLOAT)         \
  X(vector_control, VECTOR, VECTOR_CONTROL) \
  X(vector_load, VECTOR, VECTOR_MEMORY)     \
  X(vector_store, VECTOR, VECTOR_MEMORY)    \
  X(vector_gather, VECTOR, VECTOR_MEMORY)   \
  X(nop, SYSTEM, SYSTEM)                    \
  X(system, SYSTEM, SYSTEM)                 \
  X(barrier, SYSTEM, SYSTEM)

// The classes that a region's cycles are split into; what a class is called in a report stands in the harness.
enum cost_class { ALU, MULTIPLY, DIVIDE, LOAD, STORE, BRANCH, FLOAT, VECTOR, SYSTEM, COST_CLASSES };

enum unit {
  UNIT_ALU,
  UNIT_SHIFT,
  UNIT_SIMD,
  UNIT_MULTIPLY,
  UNIT_DIVIDE,
  UNIT_LOAD,
  UNIT_STORE,
  UNIT_BRANCH,
  UNIT_FLOAT,
  UNIT_VECTOR_INTEGER,
  UNIT_VECTOR_CONTROL,
  UNIT_VECTOR_MEMORY,
  UNIT_SYSTEM,
  UNITS
};

#define KIND_NAME(kind, class, unit) KIND_##kind,
enum kind { INSTRUCTION_KINDS(KIND_NAME) KINDS };
#undef KIND_NAME

// Registers are bits: r0 … r15, then s0 … s31, of which d and q registers are two and four.
enum { REGISTER_S0 = 16, REGISTERS = 48 };

enum mark { MARK_NONE, MARK_RESET, MARK_BEGIN, MARK_END, MARK_NEXT };

struct instruction {
  enum kind kind;
  enum mark mark;
  uint32_t address;
  uint64_t sources;       // registers read, but for those of the address
  uint64_t addresses;     // registers that an address is computed from
  uint64_t destinations;  // registers written
  uint64_t updates;       // of these, the base registers that an access steps on
  uint32_t literal;       // the address that a pc-relative load reads, where `is_literal`
  uint8_t bytes;          // of the instruction: 2 or 4
  uint8_t registers;      // that a multiple transfers
  uint8_t accesses;       // words that it transfers
  uint8_t predicated;     // an IT: so many instructions follow under its condition
  bool is_literal;
  bool on_stack;      // its address is the stack pointer's
  bool leaves;        // changes the pc
  bool conditional;   // leaves only under a condition
  bool pairs_narrow;  // 16 bits wide, and a second instruction beside any other of 16 bits on a core that pairs those
};

// Decode the instruction at `address`; `bytes` is 2 or 4.
struct instruction decode_thumb(const uint8_t* code, size_t bytes, uint32_t address);

static inline uint64_t register_bit(unsigned index) { return UINT64_C(1) << index; }

enum { SP = 13, LR = 14, PC = 15 };
