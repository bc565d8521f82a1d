// The numbers of the link (docs/architecture.md, "The link").
#pragma once

#include <cstdint>

namespace harness {

constexpr uint16_t kProtocol = 1;

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
  kArena = 0x0C,
  kCounters = 0x0D,
  kBaud = 0x0E,
  kNak = 0xFE,
  kError = 0xFF,
};

constexpr uint8_t kAnswerBit = 0x80;

enum class NakReason : uint8_t { kBadFrame = 1, kOutOfOrder = 2 };

enum class ErrorCode : uint16_t {
  kNone = 0,
  kUnknownRequest = 1,
  kMalformedPayload = 2,
  kOutOfRange = 3,
  kSlotNotWritable = 4,
  kSlotCrcDiffers = 5,
  kNoModel = 6,
  kBadModel = 7,
  kUnsupported = 8,
  kArenaTooSmall = 9,
  kEngineFailed = 10,
  kProcessorFault = 11,
  kNoSuchBaud = 12,
  kNoMemory = 13,
};

// Why a request failed; what `detail` means depends on the code. `text` has static lifetime.
struct Error {
  ErrorCode code = ErrorCode::kNone;
  uint32_t detail = 0;
  const char* text = "";
};

}  // namespace harness
