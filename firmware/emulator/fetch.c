// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "fetch.h"

#include <stdlib.h>

#include "plugin.h"

enum { MAX_BLOCK_LINES = 513 };  // QEMU's blocks have up to 512 instructions of 4 bytes, lines at least as many bytes

// The blocks that have a part in a cache line.
struct member {
  struct fetch_block* block;
  struct member* next;
};

struct code_cache {
  struct fetch_model* model;
  const struct memory* memory;
  uint32_t capacity;
  uint32_t used;
  uint32_t oldest;
  uint32_t* order;          // the cached lines as they came, in a ring
  uint32_t* valid;          // for each line of the memory's address range: a bit for each of its parts that is cached
  struct member** members;  // likewise
};

struct fetch_model {
  uint64_t waits;
  struct code_cache caches[MAX_MEMORIES];
  unsigned count;
};

struct fetch_block {
  struct code_cache* cache;
  uint32_t first;  // the first line of the memory that it lies in, counted from the memory's start
  uint32_t lines;
  uint64_t* is_cached;
  uint32_t cycles[MAX_BLOCK_LINES];  // those of the instructions that begin in each line
};

static bool start_cache(struct code_cache* cache, struct fetch_model* model, const struct memory* memory) {
  const uint32_t lines = memory->bytes / memory->cache_line_bytes + 1;
  cache->model = model;
  cache->memory = memory;
  cache->capacity = memory->code_cache_bytes / memory->cache_line_bytes;
  cache->order = calloc(cache->capacity + 1, sizeof *cache->order);
  cache->valid = calloc(lines, sizeof *cache->valid);
  cache->members = calloc(lines, sizeof *cache->members);
  return cache->order && cache->valid && cache->members;
}

struct fetch_model* new_fetch_model(const struct cost_model* costs) {
  struct fetch_model* const model = calloc(1, sizeof *model);
  if (!model) return NULL;
  for (unsigned index = 0; index < costs->memory_count; ++index) {
    const struct memory* const memory = &costs->memories[index];
    if (memory->wait_states && !start_cache(&model->caches[model->count++], model, memory)) return NULL;
  }
  return model;
}

static const struct code_cache* cache_of(const struct fetch_model* model, uint32_t address) {
  for (unsigned index = 0; index < model->count; ++index) {
    const struct memory* const memory = model->caches[index].memory;
    if (address - memory->address < memory->bytes) return &model->caches[index];
  }
  return NULL;
}

bool waits_for_code(const struct fetch_model* model, uint32_t address) { return cache_of(model, address) != NULL; }

struct fetch_block* new_fetch_block(struct fetch_model* model, uint32_t address, uint64_t* is_cached) {
  struct fetch_block* const block = calloc(1, sizeof *block);
  if (!block) stop("out of memory");
  block->cache = (struct code_cache*)cache_of(model, address);
  block->first = (address - block->cache->memory->address) / block->cache->memory->line_bytes;
  block->is_cached = is_cached;
  return block;
}

static uint32_t cache_line_of(const struct code_cache* cache, uint32_t line) {
  return line / (cache->memory->cache_line_bytes / cache->memory->line_bytes);
}

static uint32_t part_of(const struct code_cache* cache, uint32_t line) {
  return UINT32_C(1) << line % (cache->memory->cache_line_bytes / cache->memory->line_bytes);
}

static void join(struct code_cache* cache, uint32_t cache_line, struct fetch_block* block) {
  struct member* const first = cache->members[cache_line];
  if (first && first->block == block) return;
  struct member* const member = malloc(sizeof *member);
  if (!member) stop("out of memory");
  *member = (struct member){block, first};
  cache->members[cache_line] = member;
}

void append_fetch(struct fetch_block* block, uint32_t address, uint32_t bytes, uint32_t cycles) {
  const struct memory* const memory = block->cache->memory;
  const uint32_t first = (address - memory->address) / memory->line_bytes;
  const uint32_t last = (address + bytes - 1 - memory->address) / memory->line_bytes;
  block->cycles[first - block->first] += cycles;
  block->lines = last - block->first + 1;
  join(block->cache, cache_line_of(block->cache, last), block);
  join(block->cache, cache_line_of(block->cache, first), block);
}

static bool is_cached(const struct code_cache* cache, uint32_t line) {
  return cache->valid[cache_line_of(cache, line)] & part_of(cache, line);
}

static void evict(struct code_cache* cache, uint32_t cache_line) {
  cache->valid[cache_line] = 0;
  for (struct member* member = cache->members[cache_line]; member; member = member->next) *member->block->is_cached = 0;
}

// The line that came first leaves first.
static void insert(struct code_cache* cache, uint32_t line) {
  const uint32_t cache_line = cache_line_of(cache, line);
  if (!cache->capacity) return;
  if (!cache->valid[cache_line]) {
    if (cache->used == cache->capacity)
      evict(cache, cache->order[cache->oldest]);
    else
      ++cache->used;
    cache->order[cache->oldest] = cache_line;
    cache->oldest = (cache->oldest + 1) % cache->capacity;
  }
  cache->valid[cache_line] |= part_of(cache, line);
}

// The next line is read while the instructions of this one execute, from when this one was there.
static uint64_t wait_behind(const struct memory* memory, uint32_t cycles) {
  const uint64_t read = (memory->wait_states + 1) * MILLI;
  return read > cycles ? read - cycles : 0;
}

void fetch_block(struct fetch_block* block) {
  struct code_cache* const cache = block->cache;
  const struct memory* const memory = cache->memory;
  bool streams = false;  // the line before was read just now, so this one is on its way
  for (uint32_t index = 0; index < block->lines; ++index) {
    const bool hits = is_cached(cache, block->first + index);
    if (!hits) {
      const uint64_t full = memory->wait_states * MILLI;
      const uint64_t behind = streams ? wait_behind(memory, block->cycles[index - 1]) : full;
      cache->model->waits += behind < full ? behind : full;
      insert(cache, block->first + index);
    }
    streams = !hits && memory->prefetch;
  }
  uint64_t all = cache->capacity != 0;
  for (uint32_t index = 0; index < block->lines; ++index) all &= is_cached(cache, block->first + index);
  *block->is_cached = all;
}

uint64_t fetch_waits(const struct fetch_model* model) { return model->waits; }

void clear_fetch_waits(struct fetch_model* model) { model->waits = 0; }

void forget_code(struct fetch_model* model) {
  for (unsigned index = 0; index < model->count; ++index) {
    struct code_cache* const cache = &model->caches[index];
    while (cache->used) {
      cache->oldest = (cache->oldest + cache->capacity - 1) % cache->capacity;
      evict(cache, cache->order[cache->oldest]);
      --cache->used;
    }
    cache->oldest = 0;
  }
}
