#include "flatbuffer.h"

#include <cstring>

namespace harness {

bool FlatReader::contains(uint64_t position, uint64_t size) {
  if (position <= file_.size && size <= file_.size - position) return true;
  fail(position);
  return false;
}

uint32_t FlatReader::follow(uint64_t position) {
  const uint64_t target = position + read<uint32_t>(position);
  return contains(target, sizeof(uint32_t)) ? static_cast<uint32_t>(target) : 0;
}

void FlatReader::fail(uint64_t position) {
  if (failed_) return;
  failed_ = true;
  failed_at_ = static_cast<uint32_t>(position < file_.size ? position : file_.size);
}

void FlatReader::copy(uint64_t position, void* value, size_t size) {
  if (contains(position, size)) std::memcpy(value, file_.data + position, size);
}

FlatTable FlatTable::at(FlatReader& reader, uint32_t position) {
  if (position == 0) return {};
  const int64_t vtable = int64_t{position} - reader.read<int32_t>(position);
  if (vtable < 0) {
    reader.fail(position);
    return {};
  }
  FlatTable table;
  table.position_ = position;
  table.vtable_bytes_ = reader.read<uint16_t>(static_cast<uint64_t>(vtable));
  if (!reader.contains(static_cast<uint64_t>(vtable), table.vtable_bytes_)) return {};
  table.vtable_ = static_cast<uint32_t>(vtable);
  return table;
}

FlatTable FlatTable::follow(FlatReader& reader, uint32_t offset_position) {
  return offset_position == 0 ? FlatTable{} : at(reader, reader.follow(offset_position));
}

uint32_t FlatTable::numbered_field_position(FlatReader& reader, uint32_t number) const {
  constexpr uint32_t kHeaderBytes = 4;  // the sizes of the vtable and of the table
  const uint32_t entry = kHeaderBytes + number * static_cast<uint32_t>(sizeof(uint16_t));
  if (entry + sizeof(uint16_t) > vtable_bytes_) return 0;
  const uint32_t offset = reader.read<uint16_t>(uint64_t{vtable_} + entry);
  return offset == 0 ? 0 : position_ + offset;
}

FlatVector FlatTable::vector_at(FlatReader& reader, uint32_t offset_position, uint32_t element_bytes) {
  const uint32_t vector = offset_position == 0 ? 0 : reader.follow(offset_position);
  if (vector == 0) return {};
  const FlatVector result{vector + static_cast<uint32_t>(sizeof(uint32_t)), reader.read<uint32_t>(vector)};
  return reader.contains(result.position, uint64_t{result.size} * element_bytes) ? result : FlatVector{};
}

}  // namespace harness
