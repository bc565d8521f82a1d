// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "data_access.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_SITES = 1 << 16 };

#define NO_LINE UINT32_C(0xFFFFFFFF)

struct line {
  uint32_t number;
  uint32_t valid;    // a bit for each line of the memory that the cache line holds
  uint64_t used_at;  // in accesses
};

// Fully associative; the line that was used longest ago makes room.
struct lines {
  struct data_cache last;  // first: what a site points to
  uint64_t* waits;
  uint32_t wait_states;
  uint32_t parts_shift;  // of the number of a line of the memory, for that of its cache line
  uint32_t parts_mask;   // likewise, for its place in there
  uint32_t capacity;
  uint64_t accesses;
  uint32_t* slots;  // for each cache line of the memory: 0, or 1 + the index of where it is
  struct line* lines;
};

struct data_accesses {
  const struct cost_model* model;
  struct data_traffic traffic;
  struct lines caches[MAX_MEMORIES];
  uint32_t site_addresses[MAX_SITES];
  struct access_site sites[MAX_SITES];
};

static uint32_t log2_of(uint32_t power) { return (uint32_t)__builtin_ctz(power); }

static bool start_cache(struct lines* cache, const struct memory* memory, uint64_t* waits) {
  cache->last = (struct data_cache){.last_line = NO_LINE, .line_shift = log2_of(memory->line_bytes)};
  cache->waits = waits;
  cache->wait_states = memory->wait_states;
  cache->parts_shift = log2_of(memory->cache_line_bytes / memory->line_bytes);
  cache->parts_mask = (UINT32_C(1) << cache->parts_shift) - 1;
  cache->capacity = memory->data_cache_bytes / memory->cache_line_bytes;
  cache->lines = calloc(cache->capacity + 1, sizeof *cache->lines);
  cache->slots = calloc(memory->bytes / memory->cache_line_bytes + 1, sizeof *cache->slots);
  return cache->lines && cache->slots;
}

struct data_accesses* new_data_accesses(const struct cost_model* model) {
  struct data_accesses* const accesses = calloc(1, sizeof *accesses);
  if (!accesses) return NULL;
  accesses->model = model;
  for (unsigned index = 0; index < model->memory_count; ++index) {
    const struct memory* const memory = &model->memories[index];
    if (!memory->wait_states) continue;
    if (!start_cache(&accesses->caches[index], memory, &accesses->traffic.wait_cycles)) return NULL;
  }
  return accesses;
}

struct access_site* access_site_at(struct data_accesses* accesses, uint32_t address) {
  for (uint32_t step = 0; step < MAX_SITES; ++step) {
    const uint32_t slot = (address / 2 + step) % MAX_SITES;
    struct access_site* const site = &accesses->sites[slot];
    if (site->accesses && accesses->site_addresses[slot] != address) continue;
    site->accesses = accesses;
    accesses->site_addresses[slot] = address;
    return site;
  }
  return NULL;
}

const struct data_traffic* traffic_of(const struct data_accesses* accesses) { return &accesses->traffic; }

void clear_traffic(struct data_accesses* accesses) { memset(&accesses->traffic, 0, sizeof accesses->traffic); }

void forget_data(struct data_accesses* accesses) {
  for (unsigned index = 0; index < MAX_MEMORIES; ++index) {
    struct lines* const cache = &accesses->caches[index];
    for (uint32_t slot = 0; slot < cache->capacity; ++slot) {
      if (cache->lines[slot].used_at) cache->slots[cache->lines[slot].number] = 0;
      cache->lines[slot] = (struct line){0};
    }
    cache->last.last_line = NO_LINE;
  }
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

bool enter_memory(struct access_site* site, uint32_t address) {
  struct data_accesses* const accesses = site->accesses;
  const struct memory* const memory = find_memory(accesses->model, address);
  site->span = memory ? memory->bytes : 0;
  if (!memory) {
    access_no_memory(&accesses->traffic, address, site->bytes);
    return false;
  }
  const bool reads_flash = memory->is_flash && !site->is_store;
  site->base = memory->address;
  site->counter = reads_flash ? &accesses->traffic.flash_read_bytes : &accesses->traffic.ram_bytes;
  site->cache = memory->wait_states ? &accesses->caches[memory - accesses->model->memories].last : NULL;
  return true;
}

static struct line* replace_line(struct lines* cache, uint32_t number) {
  struct line* oldest = cache->lines;
  for (struct line* line = oldest + 1; line < cache->lines + cache->capacity; ++line) {
    if (line->used_at < oldest->used_at) oldest = line;
  }
  if (oldest->used_at) cache->slots[oldest->number] = 0;
  cache->slots[number] = (uint32_t)(oldest - cache->lines) + 1;
  *oldest = (struct line){.number = number};
  return oldest;
}

void access_line(struct data_cache* last, uint32_t number) {
  struct lines* const cache = (struct lines*)last;
  if (!cache->capacity) {
    *cache->waits += cache->wait_states;
    return;
  }
  last->last_line = number;
  const uint32_t cache_line = number >> cache->parts_shift;
  const uint32_t part = UINT32_C(1) << (number & cache->parts_mask);
  const uint32_t slot = cache->slots[cache_line];
  struct line* const line = slot ? &cache->lines[slot - 1] : replace_line(cache, cache_line);
  line->used_at = ++cache->accesses;
  if (line->valid & part) return;
  line->valid |= part;
  *cache->waits += cache->wait_states;
}
