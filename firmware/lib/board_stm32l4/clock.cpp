#include "clock.h"

#include "stm32l4_registers.h"

namespace harness::stm32l4 {
namespace {

constexpr uint32_t kHsiHz = 16'000'000;
constexpr uint32_t kNormalModeMaxHz = 80'000'000;
constexpr uint32_t kMaxHz = 120'000'000;
constexpr uint32_t kOutputDivider = 2;
constexpr uint32_t kMultiplier = HARNESS_CLOCK_HZ / (kHsiHz / kOutputDivider);
static_assert(kMultiplier * (kHsiHz / kOutputDivider) == HARNESS_CLOCK_HZ && kMultiplier >= 8 &&
                  HARNESS_CLOCK_HZ <= kMaxHz,
              "clock_hz in boards.toml: a multiple of 8 MHz from 64 to 120 MHz");

// Only an STM32L4+ is as fast, in the boost mode of its voltage range 1.
constexpr bool kBoost = HARNESS_CLOCK_HZ > kNormalModeMaxHz;
// RM0351 and RM0432, Read access latency: one wait state more for each such step of the clock.
constexpr uint32_t kHzPerWaitState = kBoost ? 20'000'000 : 16'000'000;
constexpr uint32_t kWaitStates = (HARNESS_CLOCK_HZ - 1) / kHzPerWaitState;

// RM0351, Read access latency: wait states come before the faster clock and are read back. Not for ever: QEMU has no
// flash interface here and reads 0.
void set_wait_states() {
  constexpr int kMaxReads = 100;
  reg32(kFlashAcr) = kWaitStates | kAcrPrefetch | kAcrInstructionCache | kAcrDataCache;
  for (int reads = 0; reads < kMaxReads && (reg32(kFlashAcr) & kAcrWaitStates) != kWaitStates; ++reads) {
  }
}

// RM0432, Dynamic voltage scaling management: boost mode comes before a clock of more than 80 MHz.
void enter_boost_mode() {
  switch_on(kRccApb1enr1, kApb1enr1Pwr);
  reg32(kPwrCr5) = reg32(kPwrCr5) & ~kCr5NormalMode;
}

void start_pll() {
  reg32(kRccCr) = reg32(kRccCr) | kCrHsiOn;
  wait_for(kRccCr, kCrHsiReady);
  // A divider's field of 0 stands for 1 (input) and 2 (output).
  reg32(kRccPllcfgr) = kPllcfgrSourceHsi16 | kMultiplier << kPllcfgrMultiplierShift | kPllcfgrMainOutput;
  reg32(kRccCr) = reg32(kRccCr) | kCrPllOn;
  wait_for(kRccCr, kCrPllReady);
}

void switch_to_pll() {
  reg32(kRccCfgr) = reg32(kRccCfgr) | kCfgrSwitchToPll;
  wait_for(kRccCfgr, kCfgrSwitchStatus);
}

// The same: to more than 80 MHz in two steps, the first with the core and the buses at half of it for 1 us at least.
void switch_to_pll_in_steps() {
  constexpr uint32_t kRounds = HARNESS_CLOCK_HZ / 2 / 1'000'000;  // each takes more than a cycle
  reg32(kRccCfgr) = reg32(kRccCfgr) | kCfgrBusesHalved;
  switch_to_pll();
  for (volatile uint32_t round = 0; round < kRounds; round = round + 1) {
  }
  reg32(kRccCfgr) = reg32(kRccCfgr) & ~kCfgrBusesHalved;
}

}  // namespace

void start_clock() {
  if constexpr (kBoost) enter_boost_mode();
  set_wait_states();
  start_pll();
  if constexpr (kBoost) {
    switch_to_pll_in_steps();
  } else {
    switch_to_pll();
  }
}

}  // namespace harness::stm32l4
