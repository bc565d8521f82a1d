#include "tensors.h"

#include <algorithm>
#include <cstring>

namespace harness {

uint32_t input_bytes(Engine& engine) {
  size_t total = 0;
  for (uint16_t i = 0; i < engine.input_count(); ++i) total += engine.input(i).size;
  return static_cast<uint32_t>(total);
}

uint32_t output_bytes(const Engine& engine) {
  size_t total = 0;
  for (uint16_t i = 0; i < engine.output_count(); ++i) total += engine.output(i).size;
  return static_cast<uint32_t>(total);
}

void write_input(Engine& engine, uint32_t offset, const uint8_t* bytes, size_t size) {
  size_t skip = offset;
  for (uint16_t i = 0; size > 0 && i < engine.input_count(); ++i) {
    const Bytes tensor = engine.input(i);
    const size_t start = std::min(skip, tensor.size);
    const size_t piece = std::min(size, tensor.size - start);
    if (piece > 0) memcpy(tensor.data + start, bytes, piece);
    skip -= start;
    bytes += piece;
    size -= piece;
  }
}

void read_output(const Engine& engine, uint32_t offset, uint8_t* bytes, size_t size) {
  size_t skip = offset;
  for (uint16_t i = 0; size > 0 && i < engine.output_count(); ++i) {
    const ConstBytes tensor = engine.output(i);
    const size_t start = std::min(skip, tensor.size);
    const size_t piece = std::min(size, tensor.size - start);
    if (piece > 0) memcpy(bytes, tensor.data + start, piece);
    skip -= start;
    bytes += piece;
    size -= piece;
  }
}

}  // namespace harness
