// The core's own timer, of 64 bits at the core's clock: the cycle counter where there is one that counts, else SysTick.
#pragma once

#include <cstdint>

namespace harness {

void core_timer_start();
void core_timer_restart();
uint64_t core_timer_ticks();
const char* core_timer_name();
// False in QEMU, whose cores have no such counter.
bool core_timer_counts_cycles();

}  // namespace harness
