#pragma once

namespace harness::stm32l4 {

// The pin that boards.toml names, low; none where it names none.
void start_marker();

}  // namespace harness::stm32l4
