#include "arena.h"

#include <cstring>

#include "escape.h"

namespace harness {
namespace {

// `alignment` is a power of two, as alignof gives it.
size_t align_up(size_t bytes, size_t alignment) { return (bytes + alignment - 1) & ~(alignment - 1); }

}  // namespace

void Arena::open(ArenaMemory memory) {
  front_ = memory.first.data;
  first_ = {front_, front_ + memory.first.size, 0};
  second_ = {memory.second.data, memory.second.data + memory.second.size, 0};
  shared_bytes_ = temporary_bytes_ = refused_bytes_ = 0;
  exceeded_ = false;
}

// Zeroed, for ops read what they never wrote: REDUCE_MAX of January 2023 its zero points. Memory fresh from a reset
// hides that, a model loaded before does not.
uint8_t* Arena::Back::take(size_t size, size_t alignment) {
  const size_t room = static_cast<size_t>(end - begin);
  if (size > room) return nullptr;
  const size_t padding = reinterpret_cast<uintptr_t>(end - size) & (alignment - 1);
  if (size + padding > room) return nullptr;
  end -= size + padding;
  taken_bytes += size + padding;
  memset(end, 0, size);
  return end;
}

uint8_t* Arena::AllocatePersistentBuffer(size_t size, size_t alignment) {
  if (uint8_t* const buffer = second_.take(size, alignment)) return buffer;
  first_.begin = front_ + temporary_bytes_;
  if (uint8_t* const buffer = first_.take(size, alignment)) return buffer;
  refused_bytes_ = align_up(size, alignment);
  exceed();
}

uint8_t* Arena::AllocateTemp(size_t size, size_t alignment) {
  const size_t begin = align_up(temporary_bytes_, alignment);
  if (begin > front_room() || size > front_room() - begin) {
    shared_bytes_ = begin + size;
    exceed();
  }
  temporary_bytes_ = begin + size;
  return front_ + begin;
}

TfLiteStatus Arena::ResetTempAllocations() {
  temporary_bytes_ = shared_bytes_;
  return kTfLiteOk;
}

uint8_t* Arena::AllocateResizableBuffer(size_t size, size_t alignment) {
  ResizeBuffer(front_, size, alignment);
  return front_;
}

TfLiteStatus Arena::ResizeBuffer(uint8_t*, size_t size, size_t) {
  shared_bytes_ = temporary_bytes_ = size;
  if (size > front_room()) exceed();
  return kTfLiteOk;
}

TfLiteStatus Arena::DeallocateResizableBuffer(uint8_t* buffer) { return ResizeBuffer(buffer, 0, 1); }

TfLiteStatus Arena::ReserveNonPersistentOverlayMemory(size_t size, size_t alignment) {
  return ResizeBuffer(front_, size, alignment);
}

size_t Arena::GetAvailableMemory(size_t alignment) const {
  const size_t begin = align_up(temporary_bytes_, alignment);
  const size_t room = front_room() & ~(alignment - 1);
  return begin < room ? room - begin : 0;
}

void Arena::exceed() {
  exceeded_ = true;
  library_escape().leave();
}

}  // namespace harness
