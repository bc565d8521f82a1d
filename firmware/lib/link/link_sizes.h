// How much memory the link takes. A board that has less says so in boards.toml, firmware.link.
#pragma once

#include <cstddef>
#include <cstdint>

#ifndef HARNESS_WINDOW
#define HARNESS_WINDOW 4
#endif
#ifndef HARNESS_MAX_PAYLOAD_BYTES
#define HARNESS_MAX_PAYLOAD_BYTES 1024
#endif
#ifndef HARNESS_PROFILE_OPS
#define HARNESS_PROFILE_OPS 256
#endif

namespace harness {

constexpr uint8_t kWindow = HARNESS_WINDOW;  // answers kept, and requests that a host may have outstanding
constexpr size_t kMaxPayloadBytes = HARNESS_MAX_PAYLOAD_BYTES;
constexpr size_t kReceiveBytes = kWindow * kMaxPayloadBytes;
constexpr uint16_t kProfileOps = HARNESS_PROFILE_OPS;  // whose times one PROFILE records

}  // namespace harness
