#include "payload.h"

#include <algorithm>
#include <cstring>

#include "little_endian.h"

namespace harness {

const uint8_t* PayloadReader::take(size_t size) {
  static constexpr uint8_t kZeros[sizeof(uint32_t)] = {};
  if (size > left_) {
    left_ = 0;
    return kZeros;
  }
  const uint8_t* bytes = next_;
  next_ += size;
  left_ -= size;
  return bytes;
}

uint16_t PayloadReader::u16() { return load_u16(take(sizeof(uint16_t))); }

uint32_t PayloadReader::u32() { return load_u32(take(sizeof(uint32_t))); }

uint8_t* PayloadWriter::reserve(size_t size) {
  if (size > room()) return nullptr;
  uint8_t* bytes = bytes_ + size_;
  size_ += size;
  return bytes;
}

void PayloadWriter::u8(uint8_t value) {
  if (uint8_t* bytes = reserve(sizeof value)) *bytes = value;
}

void PayloadWriter::u16(uint16_t value) {
  if (uint8_t* bytes = reserve(sizeof value)) store_u16(bytes, value);
}

void PayloadWriter::u32(uint32_t value) {
  if (uint8_t* bytes = reserve(sizeof value)) store_u32(bytes, value);
}

void PayloadWriter::u64(uint64_t value) {
  u32(static_cast<uint32_t>(value));
  u32(static_cast<uint32_t>(value >> 32));
}

void PayloadWriter::string(const char* text) {
  const size_t size = std::min(strlen(text), kMaxStringBytes);
  u8(static_cast<uint8_t>(size));
  if (uint8_t* bytes = reserve(size)) memcpy(bytes, text, size);
}

}  // namespace harness
