// Bounds-checked reading of a FlatBuffer (https://flatbuffers.dev/internals). A read outside the file, or of an offset
// that leads outside, gives zero or nothing and is noted in the reader, so a caller checks once after several reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "engine.h"

namespace harness {

class FlatReader {
 public:
  FlatReader() = default;
  explicit FlatReader(ConstBytes file) : file_(file) {}

  // The first read that failed, if any.
  bool failed() const { return failed_; }
  uint32_t failed_at() const { return failed_at_; }

  const uint8_t* at(uint32_t position) const { return file_.data + position; }

  bool contains(uint64_t position, uint64_t size) {
    if (position <= file_.size && size <= file_.size - position) return true;
    fail(position);
    return false;
  }

  template <typename T>
  T read(uint64_t position) {
    T value{};
    if (contains(position, sizeof(T))) std::memcpy(&value, file_.data + position, sizeof(T));
    return value;
  }

  // Where the offset that stands at `position` leads to; 0 where it leads nowhere.
  uint32_t follow(uint64_t position) {
    const uint64_t target = position + read<uint32_t>(position);
    return contains(target, sizeof(uint32_t)) ? static_cast<uint32_t>(target) : 0;
  }

  void fail(uint64_t position) {
    if (failed_) return;
    failed_ = true;
    failed_at_ = static_cast<uint32_t>(position < file_.size ? position : file_.size);
  }

 private:
  ConstBytes file_;
  bool failed_ = false;
  uint32_t failed_at_ = 0;
};

// A vector of scalars or offsets; empty where absent.
struct FlatVector {
  uint32_t position = 0;  // of element 0
  uint32_t size = 0;      // elements

  template <typename T>
  T get(FlatReader& reader, uint32_t index) const {
    return reader.read<T>(position + uint64_t{index} * sizeof(T));
  }
};

// A table; absent where `position` is 0, and then each of its fields is absent too.
struct FlatTable {
  uint32_t position = 0;
  uint32_t vtable = 0;
  uint32_t vtable_bytes = 0;

  static FlatTable at(FlatReader& reader, uint32_t position) {
    if (position == 0) return {};
    const int64_t vtable = int64_t{position} - reader.read<int32_t>(position);
    if (vtable < 0) {
      reader.fail(position);
      return {};
    }
    const uint32_t bytes = reader.read<uint16_t>(static_cast<uint64_t>(vtable));
    if (!reader.contains(static_cast<uint64_t>(vtable), bytes)) return {};
    return {position, static_cast<uint32_t>(vtable), bytes};
  }

  static FlatTable follow(FlatReader& reader, uint32_t offset_position) {
    return offset_position == 0 ? FlatTable{} : at(reader, reader.follow(offset_position));
  }

  template <typename Field>
  uint32_t field_position(FlatReader& reader, Field field) const {
    constexpr uint32_t kVtableHeaderBytes = 4;  // the sizes of the vtable and of the table
    const uint32_t entry = kVtableHeaderBytes + 2 * static_cast<uint32_t>(field);
    if (entry + 2 > vtable_bytes) return 0;
    const uint32_t offset = reader.read<uint16_t>(uint64_t{vtable} + entry);
    return offset == 0 ? 0 : position + offset;
  }

  template <typename T, typename Field>
  T get(FlatReader& reader, Field field, T absent = T{}) const {
    const uint32_t at = field_position(reader, field);
    return at == 0 ? absent : reader.read<T>(at);
  }

  template <typename Field>
  FlatTable table(FlatReader& reader, Field field) const {
    return follow(reader, field_position(reader, field));
  }

  template <typename T, typename Field>
  FlatVector vector(FlatReader& reader, Field field) const {
    const uint32_t at = field_position(reader, field);
    const uint32_t vector = at == 0 ? 0 : reader.follow(at);
    if (vector == 0) return {};
    const FlatVector result{vector + static_cast<uint32_t>(sizeof(uint32_t)), reader.read<uint32_t>(vector)};
    return reader.contains(result.position, uint64_t{result.size} * sizeof(T)) ? result : FlatVector{};
  }
};

}  // namespace harness
