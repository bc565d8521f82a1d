// Views of bytes owned by somebody else.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

struct ConstBytes {
  const uint8_t* data = nullptr;
  size_t size = 0;
};

struct Bytes {
  uint8_t* data = nullptr;
  size_t size = 0;
};

}  // namespace harness
