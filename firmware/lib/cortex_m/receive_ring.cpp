#include "receive_ring.h"

#include "cortex_m_registers.h"

namespace harness {

void ReceiveRing::put(uint8_t byte) {
  const uint32_t written = written_.load(std::memory_order_relaxed);
  if (written - taken_.load(std::memory_order_acquire) == kBytes) {
    overruns_ = overruns_ + 1;
    return;
  }
  bytes_[written % kBytes] = byte;
  written_.store(written + 1, std::memory_order_release);
}

size_t ReceiveRing::take(uint8_t* bytes, size_t capacity) {
  const uint32_t written = written_.load(std::memory_order_acquire);
  uint32_t taken = taken_.load(std::memory_order_relaxed);
  size_t size = 0;
  while (taken != written && size < capacity) bytes[size++] = bytes_[taken++ % kBytes];
  taken_.store(taken, std::memory_order_release);
  return size;
}

bool ReceiveRing::empty() const {
  return written_.load(std::memory_order_acquire) == taken_.load(std::memory_order_relaxed);
}

void ReceiveRing::sleep() const {
  // An interrupt between looking and sleeping would be slept through; while it is locked out it still wakes the core.
  InterruptLock lock;
  if (empty()) __asm volatile("wfi");
}

void ReceiveRing::wait() const {
  while (empty()) sleep();
}

}  // namespace harness
