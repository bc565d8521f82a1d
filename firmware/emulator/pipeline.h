// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// The cycles of a straight run of instructions on an in-order core: issue, results that are not ready yet, units that
// are busy, two instructions in one cycle.
#pragma once

#include "cost_model.h"

struct pipeline {
  const struct cost_model* model;
  uint32_t now;                           // when the next instruction can issue
  uint32_t issued;                        // when the last one did
  uint32_t ready[REGISTERS];              // when a register can be an operand
  uint32_t ready_for_address[REGISTERS];  // when it can be part of an address
  uint32_t free[UNITS];                   // when a unit takes the next instruction
  struct instruction last;                // valid behind the first
  bool is_first;
  bool is_paired;  // the last one shares its cycle already
};

// Nothing is on the way, as behind a jump.
void start_pipeline(struct pipeline* pipeline, const struct cost_model* model);

// Issue one more instruction; return by how much it makes the run longer, in thousandths of a cycle.
uint32_t issue(struct pipeline* pipeline, const struct instruction* instruction);

// The class that the cycles of a kind count in.
enum cost_class class_of(enum kind kind);
