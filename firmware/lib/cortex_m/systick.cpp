#include "systick.h"

#include "cortex_m_registers.h"

namespace harness {
namespace {

// Armv7-M ARM, B3.3.
constexpr uint32_t kCsr = 0xE000E010;
constexpr uint32_t kCsrEnable = 1u << 0;
constexpr uint32_t kCsrInterrupt = 1u << 1;
constexpr uint32_t kCsrCoreClock = 1u << 2;
constexpr uint32_t kRvr = 0xE000E014;
constexpr uint32_t kCvr = 0xE000E018;
constexpr uint32_t kCounterBits = 24;
constexpr uint32_t kCounterMask = (1u << kCounterBits) - 1;

// Under QEMU's `-icount shift=N` an instruction takes 2^N ns, and ticks count instructions exactly, as measured with
// runs of NOPs and loops of known length (QEMU 10.0, up to 80 million instructions, shift 4 and 6):
//   instructions = round((ticks + 1/2) * 10^9 / (timer_hz * 2^N)) - 5 * (ticks / 2^24)
// from the write to CVR to the reading of it, where a tick is shorter than an instruction. Only the restart makes it
// exact: it puts the counter's phase on an instruction. The last term is systick_handler(), five instructions a wrap.
volatile uint32_t wraps;

}  // namespace

void systick_restart() {
  InterruptLock lock;
  reg32(kRvr) = kCounterMask;
  reg32(kCsr) = kCsrEnable | kCsrInterrupt | kCsrCoreClock;
  reg32(kCvr) = 0;  // any write clears the counter
  reg32(kIcsr) = kIcsrPendstclr;
  wraps = 0;
}

void systick_clear() { reg32(kCvr) = 0; }

uint64_t systick_ticks() {
  InterruptLock lock;
  // The counter runs down from 2^24, which reads as 0.
  uint32_t ticks = -reg32(kCvr) & kCounterMask;
  uint32_t high = wraps;
  if (reg32(kIcsr) & kIcsrPendstset) {  // it wrapped and the handler has not seen it: before or after that reading?
    ticks = -reg32(kCvr) & kCounterMask;
    ++high;
  }
  return static_cast<uint64_t>(high) << kCounterBits | ticks;
}

uint64_t systick_reloaded_ticks() {
  while (reg32(kCvr) == 0) {
  }
  return systick_ticks();
}

void systick_handler() { wraps = wraps + 1; }

}  // namespace harness
