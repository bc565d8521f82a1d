#include "clock.h"

#include "cortex_m_registers.h"
#include "stm32l4_registers.h"

namespace harness::stm32l4 {
namespace {

void wait_for(uint32_t address, uint32_t bits) {
  while ((reg32(address) & bits) != bits) {
  }
}

// RM0351 3.3.3: wait states come before the faster clock, 4 of them for 80 MHz, and are read back. Not for ever: QEMU
// has no flash interface here and reads 0.
void set_wait_states() {
  constexpr int kMaxReads = 100;
  reg32(kFlashAcr) = kAcrFourWaitStates | kAcrPrefetch | kAcrInstructionCache | kAcrDataCache;
  for (int reads = 0; reads < kMaxReads && (reg32(kFlashAcr) & kAcrWaitStates) != kAcrFourWaitStates; ++reads) {
  }
}

}  // namespace

void start_clock() {
  set_wait_states();
  reg32(kRccCr) = reg32(kRccCr) | kCrHsiOn;
  wait_for(kRccCr, kCrHsiReady);
  // 16 MHz / 1 * 10 / 2; a divider's field of 0 stands for 1 (input) and 2 (output).
  reg32(kRccPllcfgr) = kPllcfgrSourceHsi16 | 10u << kPllcfgrMultiplierShift | kPllcfgrMainOutput;
  reg32(kRccCr) = reg32(kRccCr) | kCrPllOn;
  wait_for(kRccCr, kCrPllReady);
  reg32(kRccCfgr) = reg32(kRccCfgr) | kCfgrSwitchToPll;
  wait_for(kRccCfgr, kCfgrSwitchStatus);
}

}  // namespace harness::stm32l4
