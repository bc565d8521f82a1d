// Fields of a payload, in the order of the tables in docs/architecture.md.
#pragma once

#include <cstddef>
#include <cstdint>

#include "link_sizes.h"

namespace harness {

// Takes fields off the front of a payload. What is read beyond its end is 0.
class PayloadReader {
 public:
  PayloadReader(const uint8_t* bytes, size_t size) : next_(bytes), left_(size) {}

  uint16_t u16();
  uint32_t u32();
  // The bytes not read yet.
  const uint8_t* rest() const { return next_; }
  size_t rest_bytes() const { return left_; }

 private:
  const uint8_t* take(size_t size);

  const uint8_t* next_;
  size_t left_;
};

// Appends fields to a payload. What does not fit is left out.
class PayloadWriter {
 public:
  PayloadWriter(uint8_t* bytes, size_t capacity) : bytes_(bytes), capacity_(capacity) {}

  void u8(uint8_t value);
  void u16(uint16_t value);
  void u32(uint32_t value);
  void u64(uint64_t value);
  // Length u8 and the text, cut at kMaxStringBytes.
  void string(const char* text);
  // Room for `size` bytes, which the caller fills; null if there is not so much.
  uint8_t* reserve(size_t size);

  size_t size() const { return size_; }
  size_t room() const { return capacity_ - size_; }
  void clear() { size_ = 0; }

 private:
  uint8_t* bytes_;
  size_t capacity_;
  size_t size_ = 0;
};

// Six strings, the most that a message has, fit a payload beside its other fields.
constexpr size_t kMaxStringBytes = kMaxPayloadBytes / 8 - 1;

}  // namespace harness
