// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
//
// What the marks in the firmware do: docs/architecture.md, Cost regions.
#include <string.h>

#include "plugin.h"

enum { MAILBOX_OFFSET = 4, MAILBOX_ALIGNMENT = 8, WORD_BYTES = 4 };

static uint64_t rounded(uint64_t thousandths) { return (thousandths + MILLI / 2) / MILLI; }

static struct counters count_region(void) {
  struct counters counted = {0};
  uint64_t* const values = counted.values;
  const struct data_traffic* const traffic = traffic_of(plugin.data);
  sum_blocks(plugin.blocks, inline_counts()->runs, plugin.model.mispredicted, &counted);
  values[COUNTER_FETCH_STALLS] = fetch_waits(plugin.fetch);
  values[COUNTER_DATA_STALLS] = traffic->wait_cycles * MILLI;
  for (int counter = COUNTER_CLASSES; counter <= COUNTER_DATA_STALLS; ++counter) {
    values[counter] = rounded(values[counter]);
    values[COUNTER_CYCLES] += values[counter];
  }
  values[COUNTER_FLASH_READS] = (values[COUNTER_FLASH_READS] + traffic->flash_read_bytes) / WORD_BYTES;
  values[COUNTER_RAM_ACCESSES] = (values[COUNTER_RAM_ACCESSES] + traffic->ram_bytes) / WORD_BYTES;
  values[COUNTER_DEVICE_ACCESSES] = traffic->device_bytes / WORD_BYTES;
  values[COUNTER_UNMAPPED_ACCESSES] = (traffic->unmapped_bytes + WORD_BYTES - 1) / WORD_BYTES;
  values[COUNTER_UNMAPPED_ADDRESS] = traffic->unmapped_address;
  return counted;
}

static void count_code(qemu_plugin_id_t id) { qemu_plugin_register_vcpu_tb_trans_cb(id, translate); }

static void skip_code(qemu_plugin_id_t id) { qemu_plugin_register_vcpu_tb_trans_cb(id, translate_marks); }

static void on_reset(unsigned vcpu, void* unused) {
  (void)vcpu, (void)unused;
  reset_regions(&plugin.regions);
  plugin.has_published = false;
  // What ran before depends on when bytes came over the link; from here on every run is the same.
  forget_data(plugin.data);
  forget_code(plugin.fetch);
  if (plugin.is_counting) return;
  plugin.is_counting = true;
  qemu_plugin_reset(plugin.id, count_code);  // QEMU translates everything anew, behind this block of code
}

static void on_begin(unsigned vcpu, void* unused) {
  (void)vcpu, (void)unused;
  memset(inline_counts()->runs, 0, sizeof inline_counts()->runs);
  clear_falls(plugin.blocks);
  clear_traffic(plugin.data);
  clear_fetch_waits(plugin.fetch);
  if (!plugin.has_published) return;
  plugin.is_counting = false;
  qemu_plugin_reset(plugin.id, skip_code);
}

// Code that is not counted: where nothing is recorded yet, as in the firmware's self-check, this is no region.
static void on_uncounted_begin(unsigned vcpu, void* unused) {
  (void)vcpu, (void)unused;
  if (plugin.is_counting) stop("a region begins in the block of code that holds the first reset mark");
}

static void on_end(unsigned vcpu, void* unused) {
  (void)vcpu, (void)unused;
  if (!plugin.is_counting) return;
  const struct counters counted = count_region();
  record_region(&plugin.regions, &counted);
}

static void on_next(unsigned vcpu, void* mailbox) {
  (void)vcpu;
  plugin.has_published = true;
  publish_next(&plugin.regions, mailbox);
}

static void* mailbox_behind(struct qemu_plugin_insn* insn, uint32_t mark) {
  const uint32_t mask = MAILBOX_ALIGNMENT - 1;
  const uint32_t address = (mark + MAILBOX_OFFSET + mask) & ~mask;
  char* const host = qemu_plugin_insn_haddr(insn);
  if (!host) stop("the code of a `next` mark lies in no memory");
  return host + (address - mark);
}

static void watch(struct qemu_plugin_insn* insn, const struct instruction* instruction,
                  const qemu_plugin_vcpu_udata_cb_t* marks) {
  void* const mailbox = instruction->mark == MARK_NEXT ? mailbox_behind(insn, instruction->address) : NULL;
  if (!marks[instruction->mark]) return;
  qemu_plugin_register_vcpu_insn_exec_cb(insn, marks[instruction->mark], QEMU_PLUGIN_CB_NO_REGS, mailbox);
}

void watch_mark(struct qemu_plugin_insn* insn, const struct instruction* instruction) {
  static const qemu_plugin_vcpu_udata_cb_t kMarks[] = {
      [MARK_RESET] = on_reset, [MARK_BEGIN] = on_begin, [MARK_END] = on_end, [MARK_NEXT] = on_next};
  watch(insn, instruction, kMarks);
}

void watch_uncounted_mark(struct qemu_plugin_insn* insn, const struct instruction* instruction) {
  static const qemu_plugin_vcpu_udata_cb_t kMarks[] = {
      [MARK_RESET] = on_reset, [MARK_BEGIN] = on_uncounted_begin, [MARK_END] = NULL, [MARK_NEXT] = on_next};
  watch(insn, instruction, kMarks);
}
