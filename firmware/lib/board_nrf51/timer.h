// TIMER0 as a timer of 64 bits at 16 MHz. The nRF51's Cortex-M0 has no SysTick.
#pragma once

#include <cstdint>

namespace harness::nrf51 {

void start_timer();
void restart_timer();
uint64_t timer_ticks();
void handle_timer();

}  // namespace harness::nrf51
