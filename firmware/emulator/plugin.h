// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// What the parts of the plugin share.
#pragma once

#include "block.h"
#include "cost_model.h"
#include "data_access.h"
#include "fetch.h"
#include "qemu_plugin_api.h"
#include "region.h"

// What the code that QEMU generates writes by itself, without a call.
struct inline_counts {
  uint64_t falls_to;               // where the code goes on if it does not jump, and 1; 0: it jumps
  uint64_t runs[MAX_BLOCKS];       // how often a piece of code ran
  uint64_t is_cached[MAX_BLOCKS];  // all its code lies in the code cache
};

struct plugin {
  qemu_plugin_id_t id;
  struct cost_model model;
  struct regions regions;
  struct blocks* blocks;
  struct data_accesses* data;
  struct fetch_model* fetch;
  struct qemu_plugin_scoreboard* board;
  bool ram_waits;  // some RAM has wait states
  // From a reset mark on, until regions were published and another begins that no reset announces. While it does not
  // count, code runs as fast as without the plugin.
  bool is_counting;
  bool has_published;  // since the last reset mark
};

extern struct plugin plugin;

struct inline_counts* inline_counts(void);

// End QEMU with a message: what is counted from here on would be wrong.
__attribute__((noreturn)) void stop(const char* reason);

// Called by QEMU for each block of code that it translates, to count it.
void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb);

// Likewise, while nothing is counted: marks are all that matters.
void translate_marks(qemu_plugin_id_t id, struct qemu_plugin_tb* tb);

// Let a mark do what it stands for.
void watch_mark(struct qemu_plugin_insn* insn, const struct instruction* instruction);

// Likewise, while nothing is counted.
void watch_uncounted_mark(struct qemu_plugin_insn* insn, const struct instruction* instruction);
