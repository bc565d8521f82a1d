// What the ops that combine the elements along some axes have in common.
#pragma once

#include "op.h"
#include "ops/strided.h"

namespace harness {

// `kept` visits the outputs in order, `reduced` the inputs of one of them; both give offsets into the input.
struct Reduction {
  StridedLoop kept;
  StridedLoop reduced;
  int32_t reduced_elements = 1;
};

// Checks that the op has an input and an output of one type, and reads the axes, which are the constant second input.
Status make_reduction(ModelView& model, const Op& op, Reduction* reduction);

}  // namespace harness
