// Which bytes of the arena each activation gets: those that live at the same time do not overlap.
#pragma once

#include <cstdint>

namespace harness {

constexpr uint16_t kNoOp = 0xFFFF;
constexpr uint16_t kNoRecord = 0xFFFF;

// One tensor. `first_op` … `last_op`, both included, is when its bytes must stay.
struct PlanRecord {
  uint32_t bytes = 0;  // a multiple of the alignment; 0: needs no place
  uint32_t offset = 0;
  uint16_t first_op = kNoOp;  // kNoOp: nothing has written it yet
  uint16_t last_op = 0;
  uint16_t next = kNoRecord;  // in order of offset, among the placed ones
  bool placed = false;
};

// Sets each record's offset: greedy by size, as TensorFlow Lite Micro plans (largest first, of equal ones that with
// the highest index; each at the lowest offset that is free). Returns the bytes that all together take. Takes time in
// the square of `count`.
uint64_t plan_greedy_by_size(PlanRecord* records, uint16_t count);

}  // namespace harness
