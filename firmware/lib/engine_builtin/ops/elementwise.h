// What the ops that map each element by itself have in common.
#pragma once

#include "op.h"

namespace harness {

// `Function` maps a Value, float or an integer, to another.
template <typename Function>
struct Elementwise {
  using Value = typename Function::Value;

  const Value* input = nullptr;
  Value* output = nullptr;
  uint32_t elements = 0;
  Function function;

  static void run(const void* untyped) {
    const Elementwise& params = *static_cast<const Elementwise*>(untyped);
    const Function function = params.function;  // stays in registers: what bytes are written to may be anything else
    const Value* input = params.input;
    Value* output = params.output;
    for (uint32_t i = params.elements; i > 0; --i) *output++ = function(*input++);
  }
};

template <typename Function>
Step make_elementwise(const Op& op, const Function& function, Arena& arena) {
  using Value = typename Function::Value;
  const Elementwise<Function> params{op.inputs[0].values<Value>(), op.output_values<Value>(),
                                     op.output().tensor.elements, function};
  return make_step(Elementwise<Function>::run, params, arena);
}

// Checks that there are an input and an output of one type and shape.
inline Status expect_elementwise(const Op& op) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  return op.expect_same_shape();
}

}  // namespace harness
