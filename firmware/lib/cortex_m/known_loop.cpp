#include "board.h"

namespace harness {

uint32_t board_run_known_loop() {
  constexpr uint32_t kRounds = 10'000;
  // One instruction before the loop and two in each round.
  uint32_t rounds;
  __asm volatile(
      ".syntax unified \n"
      "ldr %0, =%c1 \n"
      "1: subs %0, #1 \n"
      "bne 1b"
      : "=l"(rounds)
      : "i"(kRounds)
      : "cc");
  return 1 + 2 * kRounds;
}

}  // namespace harness
