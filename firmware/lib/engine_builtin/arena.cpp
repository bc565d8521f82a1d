#include "arena.h"

#include <algorithm>

namespace harness {

Arena::Arena(Bytes memory) {
  const uintptr_t address = reinterpret_cast<uintptr_t>(memory.data);
  lost_bytes_ = static_cast<uint32_t>(-address % kArenaAlignment);
  if (memory.size < lost_bytes_) return;
  base_ = memory.data + lost_bytes_;
  size_ = (memory.size - lost_bytes_) / kBackAlignment * kBackAlignment;
}

uint8_t* Arena::allocate_bytes(uint64_t bytes) {
  back_bytes_ += (bytes + kBackAlignment - 1) / kBackAlignment * kBackAlignment;
  return overflowed() ? nullptr : base_ + (size_ - back_bytes_);
}

}  // namespace harness
