// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "data_access.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_LINES = 256 };

struct line {
  uint32_t number;
  uint32_t valid;  // a bit for each line of the memory that the cache line holds
};

// Fully associative; the lines stand in the order of their last use.
struct data_cache {
  unsigned capacity;
  unsigned used;
  struct line lines[MAX_LINES];
};

struct data_accesses {
  const struct cost_model* model;
  const struct memory* last;
  struct data_traffic traffic;
  struct data_cache caches[MAX_MEMORIES];
};

struct data_accesses* new_data_accesses(const struct cost_model* model) {
  struct data_accesses* const accesses = calloc(1, sizeof *accesses);
  if (!accesses) return NULL;
  accesses->model = model;
  accesses->last = &model->memories[0];
  for (unsigned index = 0; index < model->memory_count; ++index) {
    const uint32_t lines = model->memories[index].data_cache_bytes / model->memories[index].cache_line_bytes;
    accesses->caches[index].capacity = lines < MAX_LINES ? lines : MAX_LINES;
  }
  return accesses;
}

struct data_traffic* traffic_of(struct data_accesses* accesses) {
  return &accesses->traffic;
}

void clear_traffic(struct data_accesses* accesses) { memset(&accesses->traffic, 0, sizeof accesses->traffic); }

void forget_data(struct data_accesses* accesses) {
  for (unsigned index = 0; index < MAX_MEMORIES; ++index) accesses->caches[index].used = 0;
}

// Make the line the last used one, which may push the longest unused one out.
static struct line* use_line(struct data_cache* cache, uint32_t number) {
  unsigned at = 0;
  while (at < cache->used && cache->lines[at].number != number) ++at;
  struct line found = {.number = number};
  if (at < cache->used)
    found = cache->lines[at];
  else if (cache->used < cache->capacity)
    ++cache->used;
  else
    --at;
  memmove(&cache->lines[1], &cache->lines[0], at * sizeof found);
  cache->lines[0] = found;
  return &cache->lines[0];
}

static bool hits(struct data_cache* cache, const struct memory* memory, uint32_t offset) {
  if (!cache->capacity) return false;
  const uint32_t part = UINT32_C(1) << (offset % memory->cache_line_bytes / memory->line_bytes);
  struct line* const line = use_line(cache, offset / memory->cache_line_bytes);
  const bool is_valid = line->valid & part;
  line->valid |= part;
  return is_valid;
}

static bool is_device(uint32_t address) {  // Armv7-M ARM, B3.1: peripherals, and the system's space
  return address >> 29 == 2 || address >= UINT32_C(0xE0000000);
}

static void access_no_memory(struct data_traffic* traffic, uint32_t address, uint32_t bytes) {
  if (is_device(address)) {
    traffic->device_bytes += bytes;
    return;
  }
  if (!traffic->unmapped_bytes) traffic->unmapped_address = address;
  traffic->unmapped_bytes += bytes;
}

void access_data(struct data_accesses* accesses, uint32_t address, uint32_t bytes, bool is_store) {
  const struct memory* memory = accesses->last;
  if (address - memory->address >= memory->bytes) {
    memory = find_memory(accesses->model, address);
    if (!memory) {
      access_no_memory(&accesses->traffic, address, bytes);
      return;
    }
    accesses->last = memory;
  }
  if (memory->is_flash && !is_store)
    accesses->traffic.flash_read_bytes += bytes;
  else
    accesses->traffic.ram_bytes += bytes;
  if (!memory->wait_states) return;
  struct data_cache* const cache = &accesses->caches[memory - accesses->model->memories];
  if (!hits(cache, memory, address - memory->address)) accesses->traffic.wait_cycles += memory->wait_states;
}
