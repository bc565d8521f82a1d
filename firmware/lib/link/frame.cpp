#include "frame.h"

#include "crc32.h"
#include "little_endian.h"

namespace harness {
namespace {

constexpr uint8_t kDelimiter = 0;
constexpr uint8_t kFullBlock = 0xFF;  // code of 254 bytes without a zero behind them

// Stuffs bytes: each block's code is written when the block ends.
class CobsEncoder {
 public:
  explicit CobsEncoder(uint8_t* encoded) : code_(encoded), next_(encoded + 1), begin_(encoded) {}

  void put(const uint8_t* bytes, size_t size) {
    for (size_t i = 0; i < size; ++i) put(bytes[i]);
  }

  size_t finish() {
    *code_ = length_;
    *next_++ = kDelimiter;
    return static_cast<size_t>(next_ - begin_);
  }

 private:
  void put(uint8_t byte) {
    // A full block is ended by the byte after it: at the end of the frame none follows.
    if (length_ == kFullBlock) end_block();
    if (byte == 0) {
      end_block();
      return;
    }
    *next_++ = byte;
    ++length_;
  }

  void end_block() {
    *code_ = length_;
    code_ = next_++;
    length_ = 1;
  }

  uint8_t* code_;
  uint8_t* next_;
  uint8_t* begin_;
  uint8_t length_ = 1;  // of the current block, its code included
};

}  // namespace

size_t encode_frame(const Frame& frame, uint8_t* encoded) {
  uint8_t header[kHeaderBytes] = {frame.type};
  store_u16(header + 1, frame.seq);
  uint8_t crc[kCrcBytes];
  store_u32(crc, crc32(crc32(0, header, sizeof header), frame.payload, frame.payload_bytes));

  CobsEncoder encoder(encoded);
  encoder.put(header, sizeof header);
  encoder.put(frame.payload, frame.payload_bytes);
  encoder.put(crc, sizeof crc);
  return encoder.finish();
}

FrameDecoder::Result FrameDecoder::feed(uint8_t byte) {
  if (byte == kDelimiter) return finish();
  empty_ = false;
  if (block_bytes_ > 0) {
    append(byte);
    --block_bytes_;
    return Result::kIncomplete;
  }
  if (zero_due_) append(0);
  block_bytes_ = byte - 1;
  zero_due_ = byte != kFullBlock;
  return Result::kIncomplete;
}

void FrameDecoder::append(uint8_t byte) {
  if (size_ < kMaxFrameBytes) decoded_[size_] = byte;
  if (size_ <= kMaxFrameBytes) ++size_;
}

FrameDecoder::Result FrameDecoder::finish() {
  const Result result = empty_ ? Result::kIncomplete : is_frame() ? Result::kFrame : Result::kBadFrame;
  if (result == Result::kFrame) {
    frame_ = {decoded_[0], load_u16(decoded_ + 1), decoded_ + kHeaderBytes, size_ - kHeaderBytes - kCrcBytes};
  }
  size_ = 0;
  block_bytes_ = 0;
  zero_due_ = false;
  empty_ = true;
  return result;
}

bool FrameDecoder::is_frame() const {
  if (block_bytes_ > 0 || size_ < kHeaderBytes + kCrcBytes || size_ > kMaxFrameBytes) return false;
  const size_t body_bytes = size_ - kCrcBytes;
  return crc32(0, decoded_, body_bytes) == load_u32(decoded_ + body_bytes);
}

}  // namespace harness
