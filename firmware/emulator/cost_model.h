// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// What a core and its memories cost, as the harness writes it into a file: harness/target/cost_file.py.
// Times are in thousandths of a cycle.
#pragma once

#include <stdio.h>

#include "instruction.h"

#define MILLI UINT64_C(1000)  // of a cycle

enum { MAX_MEMORIES = 16 };

enum pairing {
  PAIRING_NONE,
  PAIRING_NARROW,  // two instructions of 16 bits, one of them simple
  PAIRING_UNITS,   // two instructions that need different units
};

struct kind_cost {
  uint32_t cycles;        // until the next instruction may issue
  uint32_t latency;       // until the result may be used
  uint32_t per_register;  // more of both for each register of a multiple
  uint32_t taken;         // more where it changes the pc
  uint32_t busy;          // that its unit takes no other instruction
};

struct memory {
  bool is_flash;
  uint32_t address;
  uint32_t bytes;
  uint32_t wait_states;
  uint32_t line_bytes;        // that one read of it gives
  uint32_t prefetch;          // 1: the next line is read while this one executes
  uint32_t code_cache_bytes;  // 0: no cache
  uint32_t data_cache_bytes;
  uint32_t cache_line_bytes;
};

struct cost_model {
  struct kind_cost kinds[KINDS];
  enum pairing pairing;
  uint32_t address_delay;      // more latency of a result that an address is computed from
  uint32_t load_after_load;    // cycles of a single load or store behind a load; 0: its own
  uint32_t misaligned_target;  // more for a jump to an instruction of 32 bits that is not word aligned
  uint32_t mispredicted;       // more for a branch that is predicted wrong; 0: nothing is predicted
  struct memory memories[MAX_MEMORIES];
  unsigned memory_count;
};

// Read a cost file. Return 0, or the number of the line that is wrong, with the reason in `error`; what is missing
// as a whole is wrong in the line behind the last one.
unsigned read_cost_model(FILE* file, struct cost_model* model, const char** error);

// The memory at `address`, or NULL.
const struct memory* find_memory(const struct cost_model* model, uint32_t address);
