// The arena's layout. Activations begin at the front of the first piece and go on in the second, no tensor lying across
// the boundary. What lives as long as the model comes to the back of the first piece, or of the second where it does
// not fit there: so where things lie does not depend on the second one's size.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include "engine.h"
#include "planner.h"

namespace harness {

constexpr uint32_t kArenaAlignment = 16;  // of activations; what vector instructions want

constexpr uint64_t align_up(uint64_t bytes) { return (bytes + kArenaAlignment - 1) & ~uint64_t{kArenaAlignment - 1}; }

// Where nothing is left, an allocation gives null and is counted all the same: after a whole load `needed_bytes()` is
// what an arena with this first piece must have for the load to succeed.
class Arena {
 public:
  explicit Arena(ArenaMemory memory);

  // The offset, counted through both pieces, that no tensor may lie across.
  uint64_t boundary() const { return has_second() ? first_.size : kNoBoundary; }

  // Claims the front. Before any allocation.
  void claim_front(const FrontBytes& bytes);

  // The byte at `offset` of the front; null where the whole front does not fit.
  uint8_t* front(uint64_t offset) const;

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

  bool overflowed() const { return first_.overflowed() || second_.overflowed(); }
  uint64_t needed_bytes() const { return second_.used() == 0 ? first_.used() : first_.size + second_.used(); }
  uint64_t persistent_bytes() const { return first_.back_bytes + second_.back_bytes; }

 private:
  static constexpr uint32_t kBackAlignment = 8;

  struct Piece {
    uint8_t* data = nullptr;
    uint64_t size = 0;  // a multiple of kBackAlignment
    uint64_t front_bytes = 0;
    uint64_t back_bytes = 0;

    uint64_t used() const { return front_bytes + back_bytes; }
    bool overflowed() const { return used() > size; }
  };

  bool has_second() const { return second_.size != 0; }
  uint8_t* allocate_bytes(uint64_t bytes);

  Piece first_;  // of a size that is a multiple of kArenaAlignment where there is a second one
  Piece second_;
};

}  // namespace harness
