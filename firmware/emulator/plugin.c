// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// Counts the cycles of regions of a firmware: docs/cycles.md. Loaded with -plugin <this>,costs=<file>.
#include "plugin.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef PLUGIN_API_VERSION
#define PLUGIN_API_VERSION 3  // QEMU 9.1; it refuses a plugin whose version it does not have, and says so
#endif

#define COSTS "costs="

QEMU_PLUGIN_EXPORT int qemu_plugin_version = PLUGIN_API_VERSION;
QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv);

struct plugin plugin;

struct inline_counts* inline_counts(void) {
  return qemu_plugin_scoreboard_find(plugin.board, 0);
}

void stop(const char* reason) {
  fprintf(stderr, "tinyhil cycle plugin: %s\n", reason);
  exit(EXIT_FAILURE);
}

static bool load_costs(const char* path) {
  FILE* const file = fopen(path, "r");
  if (!file) {
    fprintf(stderr, "tinyhil cycle plugin: %s: %s\n", path, strerror(errno));
    return false;
  }
  const char* error = NULL;
  const unsigned line = read_cost_model(file, &plugin.model, &error);
  fclose(file);
  if (line) fprintf(stderr, "tinyhil cycle plugin: %s: line %u: %s\n", path, line, error);
  return line == 0;
}

static bool allocate(void) {
  plugin.blocks = new_blocks();
  plugin.data = new_data_accesses(&plugin.model);
  plugin.fetch = new_fetch_model(&plugin.model);
  plugin.board = qemu_plugin_scoreboard_new(sizeof(struct inline_counts));
  if (plugin.blocks && plugin.data && plugin.fetch && plugin.board) return true;
  fputs("tinyhil cycle plugin: out of memory\n", stderr);
  return false;
}

int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
  if (argc != 1 || strncmp(argv[0], COSTS, strlen(COSTS)) != 0) {
    fputs("tinyhil cycle plugin: needs costs=<file> and nothing else\n", stderr);
    return EXIT_FAILURE;
  }
  if (strcmp(info->target_name, "arm") != 0) {
    fprintf(stderr, "tinyhil cycle plugin: counts Thumb instructions, not those of %s\n", info->target_name);
    return EXIT_FAILURE;
  }
  if (!load_costs(argv[0] + strlen(COSTS)) || !allocate()) return EXIT_FAILURE;
  for (unsigned index = 0; index < plugin.model.memory_count; ++index) {
    plugin.ram_waits |= !plugin.model.memories[index].is_flash && plugin.model.memories[index].wait_states;
  }
  plugin.id = id;
  qemu_plugin_register_vcpu_tb_trans_cb(id, translate_marks);
  return EXIT_SUCCESS;
}
