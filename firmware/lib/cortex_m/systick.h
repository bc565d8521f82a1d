// SysTick as a timer of 64 bits at the core's clock.
#pragma once

#include <cstdint>

namespace harness {

void systick_restart();
uint64_t systick_ticks();
void systick_handler();

}  // namespace harness
