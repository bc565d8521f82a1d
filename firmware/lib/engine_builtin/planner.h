// Which bytes of the arena each activation gets: those that live at the same time do not overlap.
#pragma once

#include <algorithm>
#include <cstdint>

namespace harness {

constexpr uint16_t kNoOp = 0xFFFF;
constexpr uint16_t kNoRecord = 0xFFFF;
constexpr uint64_t kNoBoundary = UINT64_MAX;

// Where something of this size begins that may begin at `offset` at the earliest and must not lie across `boundary`.
constexpr uint64_t clear_of(uint64_t boundary, uint64_t offset, uint64_t bytes) {
  return offset < boundary && bytes > boundary - offset ? boundary : offset;
}

// One tensor. `first_op` … `last_op`, both included, is when its bytes must stay.
struct PlanRecord {
  uint32_t bytes = 0;  // a multiple of the alignment; 0: needs no place
  uint32_t offset = 0;
  uint16_t first_op = kNoOp;  // kNoOp: nothing has written it yet
  uint16_t last_op = 0;
  uint16_t next = kNoRecord;  // in order of offset, among the placed ones
  bool placed = false;
};

// What is taken of the arena's two pieces, each from its front.
struct FrontBytes {
  uint64_t first = 0;
  uint64_t second = 0;

  // Adds something that does not lie across `boundary`.
  constexpr void cover(uint64_t boundary, uint64_t offset, uint64_t bytes) {
    if (offset < boundary) {
      first = std::max(first, offset + bytes);
    } else {
      second = std::max(second, offset + bytes - boundary);
    }
  }
};

// Sets each record's offset: greedy by size, as TensorFlow Lite Micro plans (largest first, of equal ones that with
// the highest index; each at the lowest offset that is free), and none across `boundary`. Takes time in the square of
// `count`.
FrontBytes plan_greedy_by_size(PlanRecord* records, uint16_t count, uint64_t boundary);

}  // namespace harness
