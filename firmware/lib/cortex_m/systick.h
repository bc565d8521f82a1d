// SysTick as a timer of 64 bits at the core's clock.
#pragma once

#include <cstdint>

namespace harness {

void systick_restart();
// The counter alone, as cheaply as can be: what systick_ticks() says afterwards is meaningless until a restart.
void systick_clear();
uint64_t systick_ticks();
// For QEMU in real time, without -icount: there the counter shows zero from when it gets there, or is cleared, until
// the thread that owns the timers has reloaded it, which is long after for a layer.
uint64_t systick_reloaded_ticks();
void systick_handler();

}  // namespace harness
