// Moving elements and computing nothing: whatever their type, they are copied as bytes.
#pragma once

#include "op.h"
#include "ops/strided.h"

namespace harness {

// A copy of what a loop visits, neighbours in both tensors in one piece.
struct Copy {
  StridedLoop runs;
  const uint8_t* from = nullptr;
  uint8_t* to = nullptr;
  uint32_t element_bytes = 0;  // one step of the loop's strides
  uint32_t run_bytes = 0;

  void run() const;
};

// The copy of elements, each `element_bytes` long, from `from` to `to`.
Copy make_copy(const StridedLoop& elements, const uint8_t* from, uint8_t* to, uint32_t element_bytes);

// A step that does nothing else.
Step make_copy_step(const Copy& copy, Arena& arena);

}  // namespace harness
