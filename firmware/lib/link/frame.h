// The frame codec: bytes in, frames out, and back. It does no I/O.
//
// A frame is `COBS(type u8 · seq u16 · payload · crc32 u32) 0x00`, little-endian (docs/architecture.md, "The link").
// COBS: Cheshire and Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM Transactions on Networking 7(2), 1999.
#pragma once

#include <cstddef>
#include <cstdint>

#include "link_sizes.h"

namespace harness {

constexpr size_t kHeaderBytes = 3;
constexpr size_t kCrcBytes = 4;
constexpr size_t kMaxFrameBytes = kHeaderBytes + kMaxPayloadBytes + kCrcBytes;
// COBS adds a byte in front and one for every 254; the delimiter follows.
constexpr size_t kMaxEncodedBytes = kMaxFrameBytes + kMaxFrameBytes / 254 + 2;

// One message. The payload belongs to somebody else.
struct Frame {
  uint8_t type = 0;
  uint16_t seq = 0;
  const uint8_t* payload = nullptr;
  size_t payload_bytes = 0;
};

// Writes the frame as it stands on the wire to `encoded`, which has room for kMaxEncodedBytes; the payload has at most
// kMaxPayloadBytes. Returns the number of bytes, delimiter included.
size_t encode_frame(const Frame& frame, uint8_t* encoded);

// Cuts a stream of bytes into frames; it finds the next frame after any garbage.
class FrameDecoder {
 public:
  enum class Result : uint8_t { kIncomplete, kFrame, kBadFrame };

  // Takes the next byte of the stream. Empty frames are passed over.
  Result feed(uint8_t byte);

  // The frame that the last call of feed() completed; valid until the next call.
  const Frame& frame() const { return frame_; }

 private:
  void append(uint8_t byte);
  Result finish();
  bool is_frame() const;

  uint8_t decoded_[kMaxFrameBytes];
  size_t size_ = 0;          // may exceed the buffer by one: too long
  uint8_t block_bytes_ = 0;  // of the current COBS block, still to come
  bool zero_due_ = false;    // before the next block
  bool empty_ = true;        // nothing since the last delimiter
  Frame frame_;
};

}  // namespace harness
