// CRC-32 as in ISO 3309 and zlib: reflected polynomial 0xEDB88320, initial and final value 0xFFFFFFFF.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

// The CRC of what `crc` already covers followed by `size` bytes; start with 0.
uint32_t crc32(uint32_t crc, const uint8_t* bytes, size_t size);

}  // namespace harness
