#pragma once

namespace harness::stm32l4 {

// Runs the core and all buses at 80 MHz from the PLL.
void start_clock();

}  // namespace harness::stm32l4
