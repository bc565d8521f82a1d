// What the ops that combine two tensors element by element have in common.
#pragma once

#include "op.h"
#include "ops/strided.h"
#include "quantization.h"

namespace harness {

// Checks that the op has two inputs and an output of one type, whose shape the inputs broadcast to by NumPy's rules
// (https://numpy.org/doc/stable/user/basics.broadcasting.html). `loop` visits the output's elements in order and gives
// those of the inputs.
Status make_broadcast(const Op& op, StridedLoop* loop);

struct CombinedAffines {
  Affine a;
  Affine b;
  Affine output;
};

// The quantization of both inputs and the output.
Status read_affines(ModelView& model, const Op& op, CombinedAffines* affines);

// `Function` makes one Value, float or an integer, of two.
template <typename Function>
struct Combination {
  using Value = typename Function::Value;

  StridedLoop loop;
  const Value* a = nullptr;
  const Value* b = nullptr;
  Value* output = nullptr;
  Function function;

  static void run(const void* untyped) {
    const Combination& params = *static_cast<const Combination*>(untyped);
    const Function function = params.function;  // stays in registers: what bytes are written to may be anything else
    Value* output = params.output;
    params.loop.run_rows([&](Strides at, Strides step, int32_t count) {
      const Value* a = params.a + at.first;
      const Value* b = params.b + at.second;
      const bool in_order = step.first == 1 && step.second == 1;
      output = in_order ? combine(function, a, b, count, output) : combine(function, a, b, step, count, output);
    });
  }

 private:
  // Both give the end of the output.
  static Value* combine(Function function, const Value* a, const Value* b, int32_t count, Value* output) {
    for (int32_t i = 0; i < count; ++i) *output++ = function(*a++, *b++);
    return output;
  }

  static Value* combine(Function function, const Value* a, const Value* b, Strides step, int32_t count, Value* output) {
    for (int32_t i = 0; i < count; ++i, a += step.first, b += step.second) *output++ = function(*a, *b);
    return output;
  }
};

template <typename Function>
Step make_combination(const Op& op, const StridedLoop& loop, const Function& function, Arena& arena) {
  using Value = typename Function::Value;
  const Combination<Function> params{loop, op.inputs[0].values<Value>(), op.inputs[1].values<Value>(),
                                     op.output_values<Value>(), function};
  return make_step(Combination<Function>::run, params, arena);
}

}  // namespace harness
