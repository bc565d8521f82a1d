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
struct data_cache;

// An instruction that accesses data. It mostly stays in one memory, so what it found there is kept.
struct access_site {
  struct data_accesses* accesses;
  bool is_store;
  bool is_vector;            // QEMU transfers its elements one by one, the processor together
  uint32_t bytes;            // of an access of the bus: an element that is transferred alone takes a word
  uint32_t base;             // the memory of the last access
  uint32_t span;             // 0 where that was none
  uint64_t* counter;         // what its bytes count in
  struct data_cache* cache;  // where it has wait states, or NULL
};

struct data_accesses* new_data_accesses(const struct cost_model* model);

// The site of an instruction at an address; NULL where there is no room for more.
struct access_site* access_site_at(struct data_accesses* accesses, uint32_t address);

// The slow part of access_data(): another memory than before.
bool enter_memory(struct access_site* site, uint32_t address);

// The part of a cache that access_data() looks at.
struct data_cache {
  uint32_t last_line;   // that was accessed, in a memory with wait states: it is there still
  uint32_t line_shift;  // of an address, for the number of its line
};

// The slow part of access_data(): another line than the last one.
void access_line(struct data_cache* cache, uint32_t line);

// Count an access. `site->bytes` must be known.
static inline void access_data(struct access_site* site, uint32_t address) {
  if (address - site->base >= site->span && !enter_memory(site, address)) return;
  *site->counter += site->bytes;
  if (!site->cache) return;
  const uint32_t line = (address - site->base) >> site->cache->line_shift;
  if (line != site->cache->last_line) access_line(site->cache, line);
}

// The traffic since the last call of clear_traffic().
const struct data_traffic* traffic_of(const struct data_accesses* accesses);
void clear_traffic(struct data_accesses* accesses);

// Empty the caches.
void forget_data(struct data_accesses* accesses);
