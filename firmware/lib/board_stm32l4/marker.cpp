#include "marker.h"

#include "board.h"
#include "gpio.h"

namespace harness {

#ifdef HARNESS_MARKER_PIN

constexpr stm32l4::Pin kMarker = {HARNESS_MARKER_PORT, HARNESS_MARKER_PIN};

void stm32l4::start_marker() { make_output(kMarker); }

void board_marker(bool level) { set_pin(kMarker, level); }

#else

void stm32l4::start_marker() {}

void board_marker(bool) {}

#endif

}  // namespace harness
