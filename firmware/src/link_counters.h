#pragma once

#include <cstdint>

namespace harness {

// What STATUS tells of the link, since a host greeted.
struct LinkCounters {
  uint32_t earlier_rx_overruns = 0;  // before that
  uint32_t bad_frames = 0;
  uint32_t repeated_frames = 0;
};

}  // namespace harness
