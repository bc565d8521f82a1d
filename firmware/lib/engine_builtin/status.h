// Short ways to write the engine's answers.
#pragma once

#include <cstdint>

#include "engine.h"

namespace harness {

constexpr Status bad_model(uint32_t offset_or_index, const char* text) {
  return {StatusCode::kBadModel, offset_or_index, text};
}

constexpr Status unsupported(uint32_t op, const char* text) { return {StatusCode::kUnsupported, op, text}; }

}  // namespace harness

#define HARNESS_RETURN_IF_ERROR(expression)              \
  do {                                                   \
    const ::harness::Status status_value = (expression); \
    if (!status_value.ok()) return status_value;         \
  } while (false)
