// Bytes from a UART's interrupt to the program.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "link_sizes.h"

namespace harness {

class ReceiveRing {
 public:
  static constexpr size_t kBytes = kReceiveBytes;

  // From the interrupt. Drops the byte and counts it when the ring is full.
  void put(uint8_t byte);
  // The rest is the program's. What is there, at most `capacity`.
  size_t take(uint8_t* bytes, size_t capacity);
  bool empty() const;
  // Unless a byte is there, until the next interrupt.
  void sleep() const;
  // Until a byte is there.
  void wait() const;
  uint32_t overruns() const { return overruns_; }

 private:
  static_assert((kBytes & (kBytes - 1)) == 0, "the positions wrap at 2^32");
  uint8_t bytes_[kBytes];
  std::atomic<uint32_t> written_{0};
  std::atomic<uint32_t> taken_{0};
  volatile uint32_t overruns_ = 0;
};

}  // namespace harness
