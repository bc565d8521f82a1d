// All inputs, or all outputs, of a model as one run of bytes, in model order.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine.h"

namespace harness {

uint32_t input_bytes(Engine& engine);
uint32_t output_bytes(const Engine& engine);

// offset + size must not exceed input_bytes(), output_bytes().
void write_input(Engine& engine, uint32_t offset, const uint8_t* bytes, size_t size);
void read_output(const Engine& engine, uint32_t offset, uint8_t* bytes, size_t size);

}  // namespace harness
