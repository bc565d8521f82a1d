// SysTick as a timer of 64 bits at the core's clock.
#pragma once

#include <cstdint>

namespace harness {

void systick_restart();
// The counter alone, as cheaply as can be: what systick_ticks() says afterwards is meaningless until a restart.
void systick_clear();
uint64_t systick_ticks();
void systick_handler();

}  // namespace harness
