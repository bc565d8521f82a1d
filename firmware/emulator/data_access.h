// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// Data accesses by kind of memory, and what the processor waits for them.
#pragma once

#include "cost_model.h"

struct data_traffic {
  uint64_t flash_read_bytes;
  uint64_t ram_bytes;
  uint64_t device_bytes;
  uint64_t unmapped_bytes;
  uint32_t unmapped_address;  // the first one
  uint64_t wait_cycles;
};

struct data_accesses;

struct data_accesses* new_data_accesses(const struct cost_model* model);

// Count one access of `bytes`, an access of the bus: a byte that is transferred alone counts as a word.
void access_data(struct data_accesses* accesses, uint32_t address, uint32_t bytes, bool is_store);

// The traffic since the last call of clear_traffic().
struct data_traffic* traffic_of(struct data_accesses* accesses);
void clear_traffic(struct data_accesses* accesses);

// Empty the caches.
void forget_data(struct data_accesses* accesses);
