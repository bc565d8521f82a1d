// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// Regions: what is counted between two marks, and the mailbox that a firmware reads it from.
// docs/architecture.md, Cost regions.
#pragma once

#include "instruction.h"

enum {
  COUNTER_INSTRUCTIONS,
  COUNTER_CYCLES,
  COUNTER_CLASSES,  // one for each class
  COUNTER_FETCH_STALLS = COUNTER_CLASSES + COST_CLASSES,
  COUNTER_DATA_STALLS,
  COUNTER_FLASH_READS,
  COUNTER_RAM_ACCESSES,
  COUNTER_DEVICE_ACCESSES,
  COUNTER_UNMAPPED_ACCESSES,
  COUNTER_UNMAPPED_ADDRESS,
  COUNTERS
};

enum { MAX_REGIONS = 4096, MAILBOX_VERSION = 1 };

#define NO_REGION UINT32_C(0xFFFFFFFF)

struct counters {
  uint64_t values[COUNTERS];
};

struct mailbox {
  uint32_t version;
  uint32_t index;
  struct counters counters;
};

struct regions {
  uint32_t recorded;
  uint32_t next;
  struct counters counters[MAX_REGIONS];
};

void reset_regions(struct regions* regions);

// Keep the counters of one more region; those behind the last that there is room for are dropped.
void record_region(struct regions* regions, const struct counters* counters);

// Put the next region into the mailbox; behind the last one there is none, and the first is next.
void publish_next(struct regions* regions, struct mailbox* mailbox);
