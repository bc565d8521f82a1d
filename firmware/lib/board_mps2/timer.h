// The CMSDK timer 0 as a timer of 64 bits.
#pragma once

#include <cstdint>

namespace harness::mps2 {

void restart_timer();
uint64_t timer_ticks();
void handle_timer();

}  // namespace harness::mps2
