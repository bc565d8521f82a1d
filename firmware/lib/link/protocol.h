// The link's numbers: docs/architecture.md, "The link".
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

constexpr uint16_t kProtocol = 1;
constexpr uint8_t kWindow = 4;  // answers kept, and so requests that may be outstanding

#ifndef HARNESS_MAX_PAYLOAD
#define HARNESS_MAX_PAYLOAD 1024
#endif
constexpr size_t kMaxPayloadBytes = HARNESS_MAX_PAYLOAD;

enum class MessageType : uint8_t {
  kHello = 0x01,
  kStatus = 0x02,
  kModelWrite = 0x03,
  kModelLoad = 0x04,
  kInput = 0x05,
  kInfer = 0x06,
  kOutput = 0x07,
  kTime = 0x08,
  kProfile = 0x09,
  kLayers = 0x0A,
  kSelfCheck = 0x0B,
};

constexpr uint8_t kAnswerBit = 0x80;
constexpr uint8_t kNakType = 0xFE;
constexpr uint8_t kErrorType = 0xFF;

enum class NakReason : uint8_t { kBadFrame = 1, kOutOfOrder = 2 };

}  // namespace harness
