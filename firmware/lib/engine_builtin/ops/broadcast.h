// What the ops that combine two tensors element by element have in common.
#pragma once

#include "op.h"
#include "ops/strided.h"

namespace harness {

// Checks that the op has two inputs and an output of one type, whose shape the inputs broadcast to by NumPy's rules
// (https://numpy.org/doc/stable/user/basics.broadcasting.html). `loop` visits the output's elements in order and gives
// those of the inputs.
Status make_broadcast(const Op& op, StridedLoop* loop);

}  // namespace harness
