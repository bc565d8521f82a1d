// The arena's layout: activations from the front, what lives as long as the model from the back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include "bytes.h"

namespace harness {

constexpr uint32_t kArenaAlignment = 16;  // of activations; what vector instructions want

constexpr uint64_t align_up(uint64_t bytes) { return (bytes + kArenaAlignment - 1) & ~uint64_t{kArenaAlignment - 1}; }

// Where nothing is left, an allocation gives null and is counted all the same: after a whole load `needed_bytes()` is
// what an arena must have for the load to succeed.
class Arena {
 public:
  Arena() = default;
  explicit Arena(Bytes memory);

  // Claims the front. Once, before anything else.
  void claim_front(uint64_t bytes) { front_bytes_ = align_up(bytes); }

  // The byte at `offset` of the front; null where the whole front does not fit.
  uint8_t* front(uint64_t offset) const { return front_bytes_ <= size_ ? base_ + offset : nullptr; }

  // Uninitialized memory for `count` objects.
  template <typename T>
  T* allocate(size_t count) {
    static_assert(std::is_trivially_destructible_v<T> && alignof(T) <= kBackAlignment);
    return reinterpret_cast<T*>(allocate_bytes(uint64_t{count} * sizeof(T)));
  }

  template <typename T>
  T* store(const T& value) {
    T* place = allocate<T>(1);
    return place == nullptr ? nullptr : new (place) T(value);
  }

  bool overflowed() const { return front_bytes_ + back_bytes_ > size_; }
  uint64_t needed_bytes() const { return lost_bytes_ + front_bytes_ + back_bytes_; }
  uint64_t persistent_bytes() const { return back_bytes_; }

 private:
  static constexpr uint32_t kBackAlignment = 8;

  uint8_t* allocate_bytes(uint64_t bytes);

  uint8_t* base_ = nullptr;  // aligned
  uint64_t size_ = 0;        // from there, a multiple of kBackAlignment
  uint32_t lost_bytes_ = 0;  // to alignment, before `base_`
  uint64_t front_bytes_ = 0;
  uint64_t back_bytes_ = 0;
};

}  // namespace harness
