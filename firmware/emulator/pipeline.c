// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "pipeline.h"

#include <string.h>

static const enum cost_class kClasses[KINDS] = {
#define KIND_CLASS(kind, class, unit) class,
    INSTRUCTION_KINDS(KIND_CLASS)
#undef KIND_CLASS
};

static const enum unit kUnits[KINDS] = {
#define KIND_UNIT(kind, class, unit) UNIT_##unit,
    INSTRUCTION_KINDS(KIND_UNIT)
#undef KIND_UNIT
};

enum cost_class class_of(enum kind kind) { return kClasses[kind]; }

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static bool is_single_access(const struct instruction* instruction) {
  switch (instruction->kind) {
    case KIND_load:
    case KIND_store:
    case KIND_store_indexed:
    case KIND_float_load:
    case KIND_float_store:
      return instruction->accesses == 1;
    default:
      return false;
  }
}

static bool is_single_load(const struct instruction* instruction) {
  return is_single_access(instruction) && class_of(instruction->kind) == LOAD;
}

// The cycles that an access overlaps with the load before it: its result is there as much earlier.
static uint32_t overlap(const struct pipeline* pipeline, const struct instruction* instruction, uint32_t cycles) {
  const uint32_t after_load = pipeline->model->load_after_load;
  const bool follows_load = after_load && !pipeline->is_first && is_single_load(&pipeline->last);
  if (!follows_load || !is_single_access(instruction)) return 0;
  const bool waits_for_address = pipeline->last.destinations & ~pipeline->last.updates & instruction->addresses;
  return waits_for_address || after_load > cycles ? 0 : cycles - after_load;
}

static uint32_t latest(const uint32_t* ready, uint64_t registers) {
  uint32_t latest_ready = 0;
  for (uint64_t left = registers; left; left &= left - 1) {
    latest_ready = larger(latest_ready, ready[__builtin_ctzll(left)]);
  }
  return latest_ready;
}

// The instructions that a core with two issue slots issues alone.
static bool issues_alone(const struct instruction* instruction) {
  switch (instruction->kind) {
    case KIND_divide:
    case KIND_load_double:
    case KIND_load_multiple:
    case KIND_store_double:
    case KIND_store_multiple:
    case KIND_branch_table:
    case KIND_load_pc:
    case KIND_float_double:
    case KIND_float_load_multiple:
    case KIND_float_store_multiple:
    case KIND_system:
    case KIND_barrier:
      return true;
    default:
      return instruction->registers > 1;
  }
}

static bool has_two(enum unit unit) { return unit == UNIT_ALU || unit == UNIT_LOAD; }

static bool can_pair(enum pairing pairing, const struct instruction* first, const struct instruction* second) {
  if (issues_alone(first) || issues_alone(second)) return false;
  if (pairing == PAIRING_NARROW) {
    return first->bytes == 2 && second->bytes == 2 && (first->pairs_narrow || second->pairs_narrow);
  }
  const enum unit unit = kUnits[second->kind];
  return pairing == PAIRING_UNITS && unit != UNIT_SIMD && (kUnits[first->kind] != unit || has_two(unit));
}

void start_pipeline(struct pipeline* pipeline, const struct cost_model* model) {
  memset(pipeline, 0, sizeof *pipeline);
  pipeline->model = model;
  pipeline->is_first = true;
}

static void record_results(struct pipeline* pipeline, const struct instruction* instruction, uint32_t issued,
                           uint32_t cycles, uint32_t latency) {
  const bool is_load = class_of(instruction->kind) == LOAD;
  for (uint64_t left = instruction->destinations; left; left &= left - 1) {
    const unsigned index = (unsigned)__builtin_ctzll(left);
    const bool steps = instruction->updates & register_bit(index);
    pipeline->ready[index] = issued + (steps ? cycles : latency);
    pipeline->ready_for_address[index] =
        pipeline->ready[index] + (steps || is_load ? 0 : pipeline->model->address_delay);
  }
  const enum unit unit = kUnits[instruction->kind];
  pipeline->free[unit] = larger(pipeline->free[unit], issued + pipeline->model->kinds[instruction->kind].busy);
}

uint32_t issue(struct pipeline* pipeline, const struct instruction* instruction) {
  const struct kind_cost* const cost = &pipeline->model->kinds[instruction->kind];
  const uint32_t more = cost->per_register * instruction->registers;
  const uint32_t shared = overlap(pipeline, instruction, cost->cycles + more);
  const uint32_t cycles = cost->cycles + more - shared;
  const uint32_t latency = larger(cost->cycles, cost->latency) + more - shared;
  const uint32_t before = pipeline->now;
  uint32_t operands = larger(latest(pipeline->ready, instruction->sources),
                             latest(pipeline->ready_for_address, instruction->addresses));
  operands = larger(operands, pipeline->free[kUnits[instruction->kind]]);
  const bool pairs = !pipeline->is_first && !pipeline->is_paired && operands <= pipeline->issued &&
                     can_pair(pipeline->model->pairing, &pipeline->last, instruction);
  const uint32_t issued = pairs ? pipeline->issued : larger(before, operands);
  pipeline->now = larger(before, issued + cycles);
  pipeline->issued = issued;
  pipeline->is_paired = pairs;
  pipeline->is_first = false;
  record_results(pipeline, instruction, issued, cycles, latency);
  pipeline->last = *instruction;
  return pipeline->now - before;
}
