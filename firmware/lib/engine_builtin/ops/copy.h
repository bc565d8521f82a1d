// Moving elements and computing nothing: whatever their type, they are copied as bytes.
#pragma once

#include "op.h"
#include "ops/strided.h"

namespace harness {

// A step that copies from `from` to `to` what `elements` visits, each `element_bytes` long; neighbours in both tensors
// in one piece.
Step make_copy(StridedLoop elements, const uint8_t* from, uint8_t* to, uint32_t element_bytes, Arena& arena);

}  // namespace harness
