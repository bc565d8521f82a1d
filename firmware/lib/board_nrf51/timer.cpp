#include "timer.h"

#include "cortex_m_registers.h"
#include "nrf51_registers.h"

namespace harness::nrf51 {
namespace {

// Under QEMU's `-icount shift=N` ticks count instructions exactly, as measured with loops of known length (QEMU 10.0,
// up to 280 million instructions, shift 6, 7 and 10):
//   instructions = round((ticks + 1/2) * 10^9 / (16 MHz * 2^N)) - 8 * (halfways passed)
// from the restart to the reading; handle_timer() has eight instructions. Every reading can gain half a nanosecond,
// which QEMU rounds off: a tick that is much shorter than an instruction leaves room for many readings.

// The 32-bit counter raises its event halfway, where no wrap is near that could fall between two readings.
constexpr uint32_t kHalfway = 0x80000000;

volatile uint32_t halfways;  // that the counter has passed

uint32_t counter() {
  reg32(kTimerCapture0) = 1;
  return reg32(kTimerCc0);
}

}  // namespace

void start_timer() {
  reg32(kTimerBitmode) = kBitmode32;
  reg32(kTimerPrescaler) = 0;
  reg32(kTimerCc1) = kHalfway;
  reg32(kTimerIntenset) = kIntensetCompare1;
  reg32(kTimerStart) = 1;
  restart_timer();
  enable_interrupt(kTimerInterrupt);
}

void restart_timer() {
  InterruptLock lock;
  reg32(kTimerClear) = 1;
  reg32(kTimerCompare1) = 0;
  clear_pending_interrupt(kTimerInterrupt);
  halfways = 0;
}

uint64_t timer_ticks() {
  InterruptLock lock;
  uint32_t ticks = counter();
  uint32_t passed = halfways;
  if (reg32(kTimerCompare1)) {  // the handler has not seen it: before or after that reading?
    ticks = counter();
    ++passed;
  }
  // In its upper half the counter is ahead of a wrap that is counted already: as if it were negative.
  return (static_cast<uint64_t>(passed) << 32) + static_cast<uint64_t>(static_cast<int32_t>(ticks));
}

void handle_timer() {
  reg32(kTimerCompare1) = 0;
  halfways = halfways + 1;
}

}  // namespace harness::nrf51
