#include "planner.h"

#include <algorithm>

namespace harness {
namespace {

bool live_together(const PlanRecord& a, const PlanRecord& b) {
  return a.first_op <= b.last_op && b.first_op <= a.last_op;
}

uint16_t largest_unplaced(const PlanRecord* records, uint16_t count) {
  uint16_t largest = kNoRecord;
  for (uint16_t i = 0; i < count; ++i) {
    const bool candidate = records[i].bytes != 0 && !records[i].placed;
    if (candidate && (largest == kNoRecord || records[i].bytes >= records[largest].bytes)) largest = i;
  }
  return largest;
}

// The lowest offset with room for `record` beside the placed ones, which the list gives in order of offset.
uint64_t lowest_free_offset(const PlanRecord* records, uint16_t head, const PlanRecord& record, uint64_t boundary) {
  uint64_t offset = clear_of(boundary, 0, record.bytes);
  for (uint16_t i = head; i != kNoRecord; i = records[i].next) {
    if (!live_together(records[i], record)) continue;
    if (records[i].offset >= offset + record.bytes) break;
    offset = clear_of(boundary, std::max(offset, uint64_t{records[i].offset} + records[i].bytes), record.bytes);
  }
  return offset;
}

void insert_by_offset(PlanRecord* records, uint16_t* head, uint16_t index) {
  uint16_t* link = head;
  while (*link != kNoRecord && records[*link].offset <= records[index].offset) link = &records[*link].next;
  records[index].next = *link;
  *link = index;
}

}  // namespace

FrontBytes plan_greedy_by_size(PlanRecord* records, uint16_t count, uint64_t boundary) {
  FrontBytes front;
  uint16_t head = kNoRecord;
  for (uint16_t i = largest_unplaced(records, count); i != kNoRecord; i = largest_unplaced(records, count)) {
    const uint64_t offset = lowest_free_offset(records, head, records[i], boundary);
    front.cover(boundary, offset, records[i].bytes);
    // Offsets past 4 GB are wrong but never used: no arena holds such a total.
    records[i].offset = static_cast<uint32_t>(offset);
    records[i].placed = true;
    insert_by_offset(records, &head, i);
  }
  return front;
}

}  // namespace harness
