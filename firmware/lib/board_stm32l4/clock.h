#pragma once

namespace harness::stm32l4 {

// Runs the core and all buses at HARNESS_CLOCK_HZ from the PLL.
void start_clock();

}  // namespace harness::stm32l4
