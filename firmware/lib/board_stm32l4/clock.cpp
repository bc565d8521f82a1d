#include "clock.h"

#include "cortex_m_registers.h"
#include "stm32l4_registers.h"

namespace harness::stm32l4 {
namespace {

void wait_for(uint32_t address, uint32_t bits) {
  while ((reg32(address) & bits) != bits) {
  }
}

}  // namespace

void start_clock() {
  // RM0351 3.3.3: wait states come before the faster clock; 4 of them for 80 MHz.
  reg32(kFlashAcr) = kAcrFourWaitStates | kAcrPrefetch | kAcrInstructionCache | kAcrDataCache;

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
