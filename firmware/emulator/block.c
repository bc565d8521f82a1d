// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "block.h"

#include <stdlib.h>

enum { BUCKETS = 4 * MAX_BLOCKS };

struct blocks {
  uint32_t used;
  uint32_t falls_used;
  uint32_t buckets[BUCKETS];  // index + 1
  uint32_t fall_buckets[BUCKETS];
  struct block all[MAX_BLOCKS];
  struct fall falls[MAX_BLOCKS];
};

static uint32_t bucket_of(uint64_t key) {
  return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 40) % BUCKETS;  // Fibonacci hashing
}

struct blocks* new_blocks(void) {
  return calloc(1, sizeof(struct blocks));
}

uint32_t find_block(struct blocks* blocks, uint64_t key) {
  uint32_t bucket = bucket_of(key);
  for (; blocks->buckets[bucket]; bucket = (bucket + 1) % BUCKETS) {
    const uint32_t index = blocks->buckets[bucket] - 1;
    if (blocks->all[index].key == key) return index;
  }
  if (blocks->used == MAX_BLOCKS) return MAX_BLOCKS;
  blocks->buckets[bucket] = blocks->used + 1;
  blocks->all[blocks->used].key = key;
  return blocks->used++;
}

struct block* block_at(struct blocks* blocks, uint32_t index) {
  return &blocks->all[index];
}

struct fall* find_fall(struct blocks* blocks, uint32_t address) {
  uint32_t bucket = bucket_of(address);
  for (; blocks->fall_buckets[bucket]; bucket = (bucket + 1) % BUCKETS) {
    struct fall* const fall = &blocks->falls[blocks->fall_buckets[bucket] - 1];
    if (fall->address == address) return fall;
  }
  if (blocks->falls_used == MAX_BLOCKS) return NULL;
  struct fall* const fall = &blocks->falls[blocks->falls_used++];
  blocks->fall_buckets[bucket] = blocks->falls_used;
  fall->address = address;
  return fall;
}

void clear_falls(struct blocks* blocks) {
  for (uint32_t index = 0; index < blocks->falls_used; ++index) {
    blocks->falls[index].fallen = blocks->falls[index].branched = 0;
  }
}

static void sum_block(const struct block* block, uint64_t count, struct counters* counters) {
  uint64_t* const values = counters->values;
  values[COUNTER_INSTRUCTIONS] += count * block->instructions;
  values[COUNTER_FLASH_READS] += count * block->flash_read_bytes;
  values[COUNTER_RAM_ACCESSES] += count * block->ram_bytes;
  for (int class = 0; class < COST_CLASSES; ++class) values[COUNTER_CLASSES + class] += count * block->cycles[class];
  if (block->fall) block->fall->branched += count;
}

static uint64_t mispredictions(const struct fall* fall) {
  if (!fall->is_branch) return 0;
  const uint64_t taken = fall->branched > fall->fallen ? fall->branched - fall->fallen : 0;
  return taken < fall->fallen ? taken : fall->fallen;
}

// Blocks are summed as if all branches were taken.
static void sum_fall(const struct fall* fall, uint32_t mispredicted, uint64_t* classes) {
  classes[fall->class] -= fall->fallen * fall->taken;
  classes[BRANCH] -= fall->fallen * fall->entry;
  classes[BRANCH] += mispredictions(fall) * mispredicted;
}

void sum_blocks(struct blocks* blocks, const uint64_t* counts, uint32_t mispredicted, struct counters* counters) {
  for (uint32_t index = 0; index < blocks->used; ++index) {
    if (counts[index]) sum_block(&blocks->all[index], counts[index], counters);
  }
  for (uint32_t index = 0; index < blocks->falls_used; ++index) {
    sum_fall(&blocks->falls[index], mispredicted, &counters->values[COUNTER_CLASSES]);
  }
}
