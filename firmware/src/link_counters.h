#pragma once

#include <cstdint>

namespace harness {

// What STATUS tells of the link, since the start of the device.
struct LinkCounters {
  uint32_t bad_frames = 0;
  uint32_t repeated_frames = 0;
};

}  // namespace harness
