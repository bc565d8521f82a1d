// Bounds-checked reading of a FlatBuffer (https://flatbuffers.dev/internals). A read outside the file, or of an offset
// that leads outside, gives zero or nothing and is noted in the reader, so a caller checks once after several reads.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"

namespace harness {

class FlatReader {
 public:
  FlatReader() = default;
  explicit FlatReader(ConstBytes file) : file_(file) {}

  // The first read that failed, if any.
  bool failed() const { return failed_; }
  uint32_t failed_at() const { return failed_at_; }

  const uint8_t* at(uint32_t position) const { return file_.data + position; }

  bool contains(uint64_t position, uint64_t size);

  template <typename T>
  T read(uint64_t position) {
    T value{};
    copy(position, &value, sizeof(T));
    return value;
  }

  // Where the offset that stands at `position` leads to; 0 where it leads nowhere.
  uint32_t follow(uint64_t position);

  void fail(uint64_t position);

 private:
  void copy(uint64_t position, void* value, size_t size);

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

// A table; absent where `position()` is 0, and then each of its fields is absent too.
class FlatTable {
 public:
  uint32_t position() const { return position_; }

  static FlatTable at(FlatReader& reader, uint32_t position);
  // The table that the offset at `offset_position` leads to.
  static FlatTable follow(FlatReader& reader, uint32_t offset_position);

  // Where a field stands; 0 where it is absent.
  template <typename Field>
  uint32_t field_position(FlatReader& reader, Field field) const {
    return numbered_field_position(reader, static_cast<uint32_t>(field));
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
    return vector_at(reader, field_position(reader, field), sizeof(T));
  }

 private:
  uint32_t numbered_field_position(FlatReader& reader, uint32_t number) const;
  static FlatVector vector_at(FlatReader& reader, uint32_t offset_position, uint32_t element_bytes);

  uint32_t position_ = 0;
  uint32_t vtable_ = 0;
  uint32_t vtable_bytes_ = 0;
};

}  // namespace harness
