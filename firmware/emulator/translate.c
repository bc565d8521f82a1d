// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// Costs are computed when QEMU translates a block of code; when the block runs, it counts one up.
//
// Regions begin and end at marks, so a block is counted in the pieces between its marks. A piece is counted as a whole
// when it starts: an access to a device may end it early, which is why regions hold none.
#include <stddef.h>

#include "pipeline.h"
#include "plugin.h"

enum { WORD_BYTES = 4, NARROW_BYTES = 2, MAX_INSTRUCTIONS = 512 };  // QEMU's limit for a block

struct code {
  struct qemu_plugin_tb* tb;
  size_t count;
  struct instruction instructions[MAX_INSTRUCTIONS];
  uint64_t bits[MAX_INSTRUCTIONS];
  uint32_t cycles[MAX_INSTRUCTIONS];  // in thousandths
};

static struct code translated;  // by QEMU, now
static struct fetch_block* fetch_blocks[MAX_BLOCKS];

static qemu_plugin_u64 cell(size_t offset) { return (qemu_plugin_u64){plugin.board, offset}; }

static qemu_plugin_u64 runs_cell(uint32_t index) {
  return cell(offsetof(struct inline_counts, runs) + index * sizeof(uint64_t));
}

// ---- What is called while code runs

static void on_fall(unsigned vcpu, void* fall) {
  (void)vcpu;
  ++((struct fall*)fall)->fallen;
}

static void on_fetch(unsigned vcpu, void* block) {
  (void)vcpu;
  fetch_block(block);
}

// How QEMU splits an instruction's accesses is known when the first one happens.
static void measure_access(struct access_site* site, qemu_plugin_meminfo_t info) {
  const uint32_t bytes = UINT32_C(1) << qemu_plugin_mem_size_shift(info);
  site->bytes = bytes < WORD_BYTES && !site->is_vector ? WORD_BYTES : bytes;
  site->is_store = qemu_plugin_mem_is_store(info);
}

static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t address, void* userdata) {
  (void)vcpu;
  struct access_site* const site = userdata;
  if (!site->bytes) measure_access(site, info);
  access_data(site, (uint32_t)address);
}

// ---- Translation

static void decode(struct qemu_plugin_tb* tb, struct code* code) {
  unsigned predicated = 0;
  code->tb = tb;
  code->count = qemu_plugin_tb_n_insns(tb);
  if (code->count > MAX_INSTRUCTIONS) stop("QEMU translates more instructions at once than it should");
  for (size_t index = 0; index < code->count; ++index) {
    struct qemu_plugin_insn* const insn = qemu_plugin_tb_get_insn(tb, index);
    uint8_t bytes[WORD_BYTES] = {0};
    const size_t size = qemu_plugin_insn_data(insn, bytes, sizeof bytes);
    struct instruction* const instruction = &code->instructions[index];
    *instruction = decode_thumb(bytes, size, (uint32_t)qemu_plugin_insn_vaddr(insn));
    code->bits[index] = (uint64_t)bytes[0] | (uint64_t)bytes[1] << 8 | (uint64_t)bytes[2] << 16 |
                        (uint64_t)bytes[3] << 24 | (uint64_t)size << 32;
    instruction->conditional |= predicated != 0;
    predicated -= predicated != 0;
    predicated += instruction->predicated;
  }
}

// Nothing is on the way at the start of a block, nor behind a mark.
static void cost(struct code* code) {
  struct pipeline pipeline;
  start_pipeline(&pipeline, &plugin.model);
  for (size_t index = 0; index < code->count; ++index) {
    const struct instruction* const instruction = &code->instructions[index];
    if (instruction->mark) start_pipeline(&pipeline, &plugin.model);
    code->cycles[index] = instruction->mark ? 0 : issue(&pipeline, instruction);
    if (instruction->leaves) code->cycles[index] += plugin.model.kinds[instruction->kind].taken;
  }
}

// A name for the instructions from `first` to before `end`, and for where they stand.
static uint64_t key_of(const struct code* code, size_t first, size_t end) {
  uint64_t key = UINT64_C(0xCBF29CE484222325) ^ code->instructions[first].address ^ (uint64_t)(first == 0) << 32 ^
                 (uint64_t)(end == code->count) << 33;
  for (size_t index = first; index < end; ++index) key = (key ^ code->bits[index]) * UINT64_C(0x100000001B3);  // FNV-1a
  return key;
}

static uint32_t block_named(uint64_t key) {
  const uint32_t index = find_block(plugin.blocks, key);
  if (index == MAX_BLOCKS) stop("the firmware has too much code");
  return index;
}

static uint32_t cost_of_entry(const struct instruction* first) {
  const bool is_misaligned = first->bytes > NARROW_BYTES && first->address % WORD_BYTES;
  return is_misaligned ? plugin.model.misaligned_target : 0;
}

static struct fall* fall_to(uint32_t address) {
  struct fall* const fall = find_fall(plugin.blocks, address);
  if (!fall) stop("the firmware has too many branches");
  return fall;
}

static bool can_fall(const struct instruction* last) { return !last->leaves || last->conditional; }

// Whether the code before `first` may end in a conditional branch. It is looked at from behind, so what is the second
// half of an instruction may be taken for one: then something is counted that never happens.
static bool may_follow_branch(struct qemu_plugin_insn* insn, const struct instruction* first) {
  const struct memory* const memory = find_memory(&plugin.model, first->address);
  const uint8_t* const host = qemu_plugin_insn_haddr(insn);
  if (!host || !memory || first->address - memory->address < WORD_BYTES) return true;
  return decode_thumb(host - NARROW_BYTES, NARROW_BYTES, 0).leaves ||
         decode_thumb(host - WORD_BYTES, WORD_BYTES, 0).leaves;
}

static void watch_entry(const struct code* code) {
  const struct instruction* const first = &code->instructions[0];
  if (!may_follow_branch(qemu_plugin_tb_get_insn(code->tb, 0), first) && !cost_of_entry(first)) return;
  struct fall* const fall = fall_to(first->address);
  fall->entry = cost_of_entry(first);
  qemu_plugin_register_vcpu_tb_exec_cond_cb(code->tb, on_fall, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_COND_EQ,
                                            cell(offsetof(struct inline_counts, falls_to)), first->address | 1, fall);
}

static void note_exit(const struct code* code) {
  const struct instruction* const last = &code->instructions[code->count - 1];
  const uint64_t next = can_fall(last) ? (last->address + last->bytes) | 1 : 0;
  qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(code->tb, QEMU_PLUGIN_INLINE_STORE_U64,
                                                    cell(offsetof(struct inline_counts, falls_to)), next);
}

static struct fetch_block* add_fetches(const struct code* code, size_t first, size_t end, uint64_t* is_cached) {
  struct fetch_block* const fetches = new_fetch_block(plugin.fetch, code->instructions[first].address, is_cached);
  for (size_t index = first; index < end; ++index) {
    const struct instruction* const instruction = &code->instructions[index];
    append_fetch(fetches, instruction->address, instruction->bytes, code->cycles[index]);
  }
  return fetches;
}

static void watch_fetches(const struct code* code, size_t first, size_t end, uint32_t index) {
  if (!waits_for_code(plugin.fetch, code->instructions[first].address)) return;
  const qemu_plugin_u64 is_cached = cell(offsetof(struct inline_counts, is_cached) + index * sizeof(uint64_t));
  if (!fetch_blocks[index]) fetch_blocks[index] = add_fetches(code, first, end, &inline_counts()->is_cached[index]);
  if (first == 0) {
    qemu_plugin_register_vcpu_tb_exec_cond_cb(code->tb, on_fetch, QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_COND_EQ,
                                              is_cached, 0, fetch_blocks[index]);
  } else {
    qemu_plugin_register_vcpu_insn_exec_cond_cb(qemu_plugin_tb_get_insn(code->tb, first), on_fetch,
                                                QEMU_PLUGIN_CB_NO_REGS, QEMU_PLUGIN_COND_EQ, is_cached, 0,
                                                fetch_blocks[index]);
  }
}

static void count_runs(const struct code* code, size_t first, uint32_t index) {
  if (first == 0) {
    qemu_plugin_register_vcpu_tb_exec_inline_per_vcpu(code->tb, QEMU_PLUGIN_INLINE_ADD_U64, runs_cell(index), 1);
  } else {
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(qemu_plugin_tb_get_insn(code->tb, first),
                                                        QEMU_PLUGIN_INLINE_ADD_U64, runs_cell(index), 1);
  }
}

// The counter in `block` of an access whose memory is known now and takes no wait, or NULL.
static uint32_t* known_access(struct block* block, const struct instruction* instruction) {
  if (instruction->conditional) return NULL;  // whether it accesses anything is known when it runs
  if (instruction->is_literal) {
    const struct memory* const memory = find_memory(&plugin.model, instruction->literal);
    if (!memory || memory->wait_states) return NULL;
    return memory->is_flash ? &block->flash_read_bytes : &block->ram_bytes;
  }
  // Nobody waits for a store but where RAM has wait states, and flash is not stored to.
  const bool goes_to_ram = instruction->on_stack || class_of(instruction->kind) == STORE;
  return goes_to_ram && !plugin.ram_waits ? &block->ram_bytes : NULL;
}

static void watch_accesses(const struct code* code, size_t index, struct block* block, bool is_new) {
  const struct instruction* const instruction = &code->instructions[index];
  if (!instruction->accesses) return;
  uint32_t* const known = known_access(block, instruction);
  if (known) {
    if (is_new) *known += WORD_BYTES * instruction->accesses;
    return;
  }
  struct access_site* const site = access_site_at(plugin.data, instruction->address);
  if (!site) stop("the firmware has too many loads and stores");
  site->is_vector = class_of(instruction->kind) == VECTOR;
  qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(code->tb, index), on_access, QEMU_PLUGIN_CB_NO_REGS,
                                   QEMU_PLUGIN_MEM_RW, site);
}

static void add_costs(const struct code* code, size_t first, size_t end, struct block* block) {
  block->instructions = (uint32_t)(end - first);
  for (size_t index = first; index < end; ++index) {
    block->cycles[class_of(code->instructions[index].kind)] += code->cycles[index];
  }
  if (first == 0) block->cycles[BRANCH] += cost_of_entry(&code->instructions[0]);
}

static void add_branch(const struct code* code, struct block* block) {
  const struct instruction* const last = &code->instructions[code->count - 1];
  if (!last->leaves || !last->conditional) return;
  block->fall = fall_to(last->address + last->bytes);
  block->fall->is_branch = true;
  block->fall->taken = plugin.model.kinds[last->kind].taken;
  block->fall->class = class_of(last->kind);
}

static void translate_piece(const struct code* code, size_t first, size_t end) {
  const uint32_t index = block_named(key_of(code, first, end));
  struct block* const block = block_at(plugin.blocks, index);
  const bool is_new = !block->instructions;
  count_runs(code, first, index);
  watch_fetches(code, first, end, index);
  for (size_t at = first; at < end; ++at) watch_accesses(code, at, block, is_new);
  if (!is_new) return;
  add_costs(code, first, end, block);
  if (end == code->count) add_branch(code, block);
}

void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  decode(tb, &translated);
  cost(&translated);
  // In the order in which they run at the start of the block.
  watch_entry(&translated);
  note_exit(&translated);
  for (size_t first = 0; first < translated.count;) {
    if (translated.instructions[first].mark) {
      watch_mark(qemu_plugin_tb_get_insn(tb, first), &translated.instructions[first]);
      ++first;
      continue;
    }
    size_t end = first;
    while (end < translated.count && !translated.instructions[end].mark) ++end;
    translate_piece(&translated, first, end);
    first = end;
  }
}

void translate_marks(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
  (void)id;
  decode(tb, &translated);
  for (size_t index = 0; index < translated.count; ++index) {
    if (translated.instructions[index].mark)
      watch_uncounted_mark(qemu_plugin_tb_get_insn(tb, index), &translated.instructions[index]);
  }
}
