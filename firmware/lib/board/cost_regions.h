// Stretches of execution whose cost something outside of the processor counts, as QEMU's plugin does
// (docs/architecture.md, "Cost regions").
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

constexpr size_t kCostCounters = 18;
constexpr uint32_t kNoCostRegion = 0xFFFFFFFF;

// Where the counters of a region are put. `version` is 0 where nothing counts; `index` is kNoCostRegion behind the
// last.
struct CostMailbox {
  uint32_t version;
  uint32_t index;
  uint64_t counters[kCostCounters];
};

// A mark is a move of a high register to itself: it does nothing, every Cortex-M has it, and no compiler writes it.
#ifdef __thumb__
#define HARNESS_COST_MARK(register) __asm volatile("mov " register ", " register ::: "memory")
#else
#define HARNESS_COST_MARK(register)
#endif

// Forgets the regions recorded so far.
inline void cost_reset() { HARNESS_COST_MARK("r12"); }
// Regions do not nest: a begin within one starts it again.
inline void cost_begin() { HARNESS_COST_MARK("r9"); }
inline void cost_end() { HARNESS_COST_MARK("r10"); }

#undef HARNESS_COST_MARK

// The next recorded region, which is in the mailbox from now on; behind the last one none, then the first again.
// Defined by each board.
const volatile CostMailbox& board_next_cost();

}  // namespace harness
