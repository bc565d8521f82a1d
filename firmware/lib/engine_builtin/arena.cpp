#include "arena.h"

namespace harness {

Arena::Arena(ArenaMemory memory) {
  second_ = {memory.second.data, memory.second.size / kBackAlignment * kBackAlignment};
  const uint32_t granule = has_second() ? kArenaAlignment : kBackAlignment;
  first_ = {memory.first.data, memory.first.size / granule * granule};
}

void Arena::claim_front(const FrontBytes& bytes) {
  first_.front_bytes = align_up(bytes.first);
  second_.front_bytes = align_up(bytes.second);
}

uint8_t* Arena::front(uint64_t offset) const {
  if (first_.front_bytes > first_.size || second_.front_bytes > second_.size) return nullptr;
  return offset < boundary() ? first_.data + offset : second_.data + (offset - first_.size);
}

uint8_t* Arena::allocate_bytes(uint64_t bytes) {
  const uint64_t aligned = (bytes + kBackAlignment - 1) / kBackAlignment * kBackAlignment;
  const bool in_first = !has_second() || first_.used() + aligned <= first_.size;
  Piece& piece = in_first ? first_ : second_;
  piece.back_bytes += aligned;
  return overflowed() ? nullptr : piece.data + (piece.size - piece.back_bytes);
}

}  // namespace harness
