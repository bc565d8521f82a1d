// What stands before the model in an input of the fuzzer.
#pragma once

#include <cstdint>
#include <cstring>

struct FuzzHeader {
  uint16_t first_bytes = 0;   // of the arena
  uint16_t second_bytes = 0;  // of the arena
  uint32_t seed = 0;          // of the values in the model's inputs
};

inline FuzzHeader read_header(const uint8_t* data) {
  FuzzHeader header;
  std::memcpy(&header, data, sizeof(header));
  return header;
}
