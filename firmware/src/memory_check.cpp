#include "memory_check.h"

#include <algorithm>
#include <cstddef>

#include "board.h"

namespace harness {
namespace {

constexpr size_t kWordBytes = sizeof(uint32_t);

using Word = volatile uint32_t;

struct Region {
  const char* key;
  uintptr_t address;
  size_t size;
};

const char* volatile checked_key;
volatile uintptr_t checked_address;

Error no_memory(uintptr_t address, const char* key) {
  return {ErrorCode::kNoMemory, static_cast<uint32_t>(address), key};
}

Word& look_at(const Region& region, size_t offset) {
  checked_key = region.key;
  checked_address = region.address + offset;
  return *reinterpret_cast<Word*>(checked_address);
}

// 0, 4, 8, 16, … and the last word, behind which the size is all that is left.
size_t next_offset(const Region& region, size_t offset) {
  const size_t last = region.size - kWordBytes;
  return offset == last ? region.size : std::min(std::max(kWordBytes, 2 * offset), last);
}

Region region(const char* key, const uint8_t* data, size_t size) {
  return {key, reinterpret_cast<uintptr_t>(data), size / kWordBytes * kWordBytes};
}

// The sum of the words that are looked at.
uint32_t sum_of(const Region& region) {
  uint32_t sum = 0;
  for (size_t offset = 0; offset < region.size; offset = next_offset(region, offset)) sum += look_at(region, offset);
  return sum;
}

struct Regions {
  const Region arena = region("arena", board_arena().data, board_arena().size);
  const Region second_arena = region("second_arena", board_second_arena().data, board_second_arena().size);
  const Region model_slot = region("model_slot", board_model_slot().data, board_model_slot().size);

  uint32_t sum() const { return sum_of(arena) + sum_of(second_arena) + sum_of(model_slot); }
};

// Changes the word for a moment: nothing else may change with it.
bool is_on_its_own(Word& word, const Regions& regions, uint32_t sum) {
  const uint32_t value = word;
  word = ~value;
  const uint32_t changed_sum = regions.sum();
  word = value;
  return changed_sum - sum == ~value - value;
}

Error check(const Region& region, const Regions& regions) {
  const uint32_t sum = regions.sum();
  for (size_t offset = 0; offset < region.size; offset = next_offset(region, offset)) {
    if (!is_on_its_own(look_at(region, offset), regions, sum)) return no_memory(region.address + offset, region.key);
  }
  return {};
}

}  // namespace

Error check_memories() {
  const Regions regions;
  Error error = check(regions.arena, regions);
  if (error.code == ErrorCode::kNone) error = check(regions.second_arena, regions);
  checked_key = nullptr;
  return error;
}

Error memory_under_check() {
  if (checked_key == nullptr) return {};
  return no_memory(checked_address, checked_key);
}

}  // namespace harness
