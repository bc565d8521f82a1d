// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "cost_model.h"

#include <string.h>

enum { LINE_BYTES = 256 };

static const char* const kKindNames[KINDS] = {
#define KIND_NAME(kind, class, unit) #kind,
    INSTRUCTION_KINDS(KIND_NAME)
#undef KIND_NAME
};

static const char* read_header(const char* line) {
  unsigned version;
  char end;
  if (sscanf(line, "tinyhil-costs %u %c", &version, &end) != 1) return "not a cost file";
  return version == 1 ? NULL : "a version other than 1";
}

static const char* read_core(const char* line, struct cost_model* model) {
  char pairing[16];
  char end;
  if (sscanf(line, "core %15s %u %u %u %u %c", pairing, &model->address_delay, &model->load_after_load,
             &model->misaligned_target, &model->mispredicted, &end) != 5) {
    return "core needs a pairing and 4 numbers";
  }
  if (strcmp(pairing, "none") == 0)
    model->pairing = PAIRING_NONE;
  else if (strcmp(pairing, "narrow") == 0)
    model->pairing = PAIRING_NARROW;
  else if (strcmp(pairing, "units") == 0)
    model->pairing = PAIRING_UNITS;
  else
    return "unknown pairing";
  return NULL;
}

static const char* read_kind(const char* line, struct cost_model* model) {
  char name[32];
  char end;
  struct kind_cost cost;
  if (sscanf(line, "kind %31s %u %u %u %u %u %c", name, &cost.cycles, &cost.latency, &cost.per_register, &cost.taken,
             &cost.busy, &end) != 6) {
    return "kind needs a name and 5 numbers";
  }
  for (int kind = 0; kind < KINDS; ++kind) {
    if (strcmp(name, kKindNames[kind]) == 0) {
      model->kinds[kind] = cost;
      return NULL;
    }
  }
  return "unknown kind";
}

static bool is_power_of_two(uint32_t value) { return value && !(value & (value - 1)); }

static const char* read_memory(const char* line, struct cost_model* model) {
  if (model->memory_count == MAX_MEMORIES) return "too many memories";
  struct memory* const memory = &model->memories[model->memory_count];
  char kind[8];
  char end;
  if (sscanf(line, "memory %*s %7s %x %x %u %u %u %u %u %u %c", kind, &memory->address, &memory->bytes,
             &memory->wait_states, &memory->line_bytes, &memory->prefetch, &memory->code_cache_bytes,
             &memory->data_cache_bytes, &memory->cache_line_bytes, &end) != 9) {
    return "memory needs a name, a kind and 8 numbers";
  }
  memory->is_flash = strcmp(kind, "flash") == 0;
  if (!memory->is_flash && strcmp(kind, "ram") != 0) return "a memory is flash or ram";
  if (!is_power_of_two(memory->line_bytes) || memory->line_bytes < 4) {
    return "line_bytes is not a power of two from 4 on";
  }
  if (!is_power_of_two(memory->cache_line_bytes)) return "cache_line_bytes is not a power of two";
  if (memory->cache_line_bytes < memory->line_bytes) return "a cache line is shorter than a line of the memory";
  if (memory->cache_line_bytes / memory->line_bytes > 32) return "a cache line has more than 32 lines of the memory";
  ++model->memory_count;
  return NULL;
}

static const char* read_line(const char* line, unsigned number, struct cost_model* model) {
  if (number == 1) return read_header(line);
  if (strncmp(line, "core ", 5) == 0) return read_core(line, model);
  if (strncmp(line, "kind ", 5) == 0) return read_kind(line, model);
  if (strncmp(line, "memory ", 7) == 0) return read_memory(line, model);
  return "unknown key";
}

unsigned read_cost_model(FILE* file, struct cost_model* model, const char** error) {
  memset(model, 0, sizeof *model);
  // What a core has no cost for, it does not have: an instruction of such a kind takes a cycle.
  for (int kind = 0; kind < KINDS; ++kind) model->kinds[kind] = (struct kind_cost){.cycles = MILLI, .latency = MILLI};
  char line[LINE_BYTES];
  unsigned number = 0;
  while (fgets(line, sizeof line, file)) {
    *error = read_line(line, ++number, model);
    if (*error) return number;
  }
  *error = number == 0 ? "empty" : model->memory_count == 0 ? "no memory" : NULL;
  return *error ? number + 1 : 0;
}

const struct memory* find_memory(const struct cost_model* model, uint32_t address) {
  for (unsigned index = 0; index < model->memory_count; ++index) {
    const struct memory* const memory = &model->memories[index];
    if (address - memory->address < memory->bytes) return memory;
  }
  return NULL;
}
