// What programs that run models on the engine have in common.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>

#include "engine.h"

// Memory of exactly this size, so that AddressSanitizer sees each access outside of it.
class AlignedBytes {
 public:
  AlignedBytes(size_t size, uint8_t fill) : size_(size) {
    if (posix_memalign(reinterpret_cast<void**>(&data_), 16, size) != 0) std::abort();
    std::memset(data_, fill, size);
  }
  ~AlignedBytes() { std::free(data_); }
  AlignedBytes(const AlignedBytes&) = delete;
  AlignedBytes& operator=(const AlignedBytes&) = delete;

  harness::Bytes view() { return {data_, size_}; }

 private:
  uint8_t* data_ = nullptr;
  size_t size_;
};

// All outputs, concatenated.
inline std::string read_outputs() {
  std::string values;
  for (uint16_t i = 0; i < harness::engine().output_count(); ++i) {
    const harness::ConstBytes output = harness::engine().output(i);
    values.append(reinterpret_cast<const char*>(output.data), output.size);
  }
  return values;
}
