#include "core_timer.h"

#include "cortex_m_registers.h"
#include "systick.h"

namespace harness {
namespace {

// Armv7-M ARM, C1.6.5 and C1.8.
constexpr uint32_t kDemcr = 0xE000EDFC;
constexpr uint32_t kDemcrTraceEnable = 1u << 24;
constexpr uint32_t kDwtCtrl = 0xE0001000;
constexpr uint32_t kCtrlCountCycles = 1u << 0;
constexpr uint32_t kDwtCyccnt = 0xE0001004;

enum class Source : uint8_t { kSysTick, kLateSysTick, kCycleCounter };

Source source;
uint64_t late_zero;  // what kLateSysTick showed at the restart

constexpr int kLooks = 8;

// Without -icount QEMU reloads SysTick some time after it is cleared, and shows zero until then; but where this
// computer is busy, that time may pass between the clearing and a look.
bool systick_is_late() {
  for (int look = 0; look < kLooks; ++look) {
    systick_restart();
    if (systick_ticks() == 0) return true;
  }
  return false;
}

void enable_cycle_counter() {
  reg32(kDemcr) = reg32(kDemcr) | kDemcrTraceEnable;
  reg32(kDwtCtrl) = reg32(kDwtCtrl) | kCtrlCountCycles;
}

}  // namespace

void core_timer_start() {
  enable_cycle_counter();
  const uint32_t before = reg32(kDwtCyccnt);
  if (reg32(kDwtCyccnt) != before) {
    source = Source::kCycleCounter;
  } else {
    source = systick_is_late() ? Source::kLateSysTick : Source::kSysTick;
  }
  core_timer_restart();
}

void core_timer_restart() {
  if (source == Source::kLateSysTick) {
    late_zero = systick_reloaded_ticks();
    return;
  }
  if (source == Source::kCycleCounter) enable_cycle_counter();  // a debugger that leaves has switched it off
  systick_restart();
  if (source == Source::kCycleCounter) reg32(kDwtCyccnt) = 0;
}

// SysTick, which runs at the same clock, tells how often the 32 bits of the cycle counter have wrapped. Its handler is
// all that interrupts a timed window of ours, once in 2^24 cycles: none that is shorter.
uint64_t core_timer_ticks() {
  if (source == Source::kSysTick) return systick_ticks();
  if (source == Source::kLateSysTick) return systick_reloaded_ticks() - late_zero;
  const uint32_t cycles = reg32(kDwtCyccnt);
  const uint64_t coarse = systick_ticks();
  const auto ahead = static_cast<int32_t>(cycles - static_cast<uint32_t>(coarse));
  return coarse + static_cast<uint64_t>(int64_t{ahead});
}

const char* core_timer_name() { return core_timer_counts_cycles() ? "DWT" : "SysTick"; }

bool core_timer_counts_cycles() { return source == Source::kCycleCounter; }

}  // namespace harness
