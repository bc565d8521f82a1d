// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// What the processor waits for its instructions where the memory of the code has wait states. Only blocks of which a
// line is not in the code cache are looked at when they run; a cache line that leaves the cache takes its blocks with
// it.
#pragma once

#include "cost_model.h"

struct fetch_model;
struct fetch_block;

struct fetch_model* new_fetch_model(const struct cost_model* model);

// Whether the memory of the code at `address` has wait states.
bool waits_for_code(const struct fetch_model* model, uint32_t address);

// The fetches of a block of such code. `is_cached` is where it is noted that all of the block lies in the code cache:
// while it does, fetch_block() need not be called.
struct fetch_block* new_fetch_block(struct fetch_model* model, uint32_t address, uint64_t* is_cached);

// Append an instruction of so many thousandths of a cycle to a block.
void append_fetch(struct fetch_block* block, uint32_t address, uint32_t bytes, uint32_t cycles);

// The block runs, from its start on.
void fetch_block(struct fetch_block* block);

// The cycles waited since the last call of clear_fetch_waits(), in thousandths.
uint64_t fetch_waits(const struct fetch_model* model);
void clear_fetch_waits(struct fetch_model* model);

// Empty the code cache.
void forget_code(struct fetch_model* model);
