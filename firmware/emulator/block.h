// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// The blocks of code that were translated, with what one run of each costs.
#pragma once

#include "instruction.h"
#include "region.h"

enum { MAX_BLOCKS = 1 << 16 };

// The way from a conditional branch into the code behind it, which is cheaper than a jump there.
struct fall {
  uint32_t address;       // of the code behind the branch
  bool is_branch;         // a conditional branch ends there
  uint32_t taken;         // what the branch costs more when it is taken, in thousandths of a cycle
  enum cost_class class;  // that this counts in
  uint32_t entry;         // what a jump to `address` costs more
  uint64_t fallen;        // how often it was gone
  uint64_t branched;      // how often the branch was executed
};

struct block {
  uint64_t key;
  uint32_t instructions;
  uint32_t cycles[COST_CLASSES];  // in thousandths; a branch at the end is taken
  uint32_t flash_read_bytes;      // of accesses whose address is known from the code
  uint32_t ram_bytes;
  struct fall* fall;  // of the conditional branch at its end, or NULL
};

struct blocks;

struct blocks* new_blocks(void);

// The index of the block with this key; a new one has no instructions. MAX_BLOCKS: there is no room for more.
uint32_t find_block(struct blocks* blocks, uint64_t key);
struct block* block_at(struct blocks* blocks, uint32_t index);

// The way into the code at `address`, or NULL where there is no room.
struct fall* find_fall(struct blocks* blocks, uint32_t address);

// Forget how often the ways were gone.
void clear_falls(struct blocks* blocks);

// Instructions and cycles by class, in thousandths, of `counts[index]` runs of each block. A wrong prediction costs
// `mispredicted`: of a branch's two ways the rarer one is predicted wrong. Adds to `counters`.
void sum_blocks(struct blocks* blocks, const uint64_t* counts, uint32_t mispredicted, struct counters* counters);
