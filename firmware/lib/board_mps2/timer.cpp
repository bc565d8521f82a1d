#include "timer.h"

#include "cortex_m_registers.h"
#include "mps2_registers.h"

namespace harness::mps2 {
namespace {

constexpr uint32_t kTop = 0xFFFFFFFF;

// Under QEMU's `-icount shift=N` ticks count instructions exactly, as measured with runs of NOPs and loops of known
// length (QEMU 10.0, shift 6): instructions = round((ticks + 1/2) * 10^9 / (timer_hz * 2^N)) from the write to VALUE to
// the reading of it, where a tick is shorter than an instruction. A wrap of the 32 bits comes after 2.7 billion
// instructions and costs its handler.
volatile uint32_t wraps;

}  // namespace

void restart_timer() {
  InterruptLock lock;
  reg32(kTimerReload) = kTop;
  reg32(kTimerCtrl) = kTimerCtrlEnable | kTimerCtrlInterrupt;
  reg32(kTimerValue) = kTop;
  reg32(kTimerIntclear) = kTimerIntclearBit;
  clear_pending_interrupt(kTimer0Interrupt);
  wraps = 0;
}

uint64_t timer_ticks() {
  InterruptLock lock;
  uint32_t ticks = kTop - reg32(kTimerValue);
  uint32_t high = wraps;
  if (reg32(kTimerIntclear) & kTimerIntclearBit) {  // it wrapped and the handler has not seen it
    ticks = kTop - reg32(kTimerValue);
    ++high;
  }
  return static_cast<uint64_t>(high) << 32 | ticks;
}

void handle_timer() {
  reg32(kTimerIntclear) = kTimerIntclearBit;
  wraps = wraps + 1;
}

}  // namespace harness::mps2
