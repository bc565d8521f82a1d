// What an op's file implements: prepare_<op>() checks one use of the op in a model and leaves a Step that runs it.
#pragma once

#include <cstdint>

#include "arena.h"
#include "model.h"
#include "status.h"
#include "tensor.h"

namespace harness {

// One op, ready to run: everything it needs is in `params`, which prepare stored in the arena. It cannot fail.
struct Step {
  void (*run)(const void* params) = nullptr;
  const void* params = nullptr;
};

struct Operand {
  Tensor tensor;
  uint8_t* activation = nullptr;  // in the arena; null for a constant. A variable's value stays until the next run
  bool present = false;

  template <typename T>
  const T* values() const {
    return reinterpret_cast<const T*>(tensor.constant != nullptr ? tensor.constant : activation);
  }
};

// One op of the model with its operands read and checked one by one; kernels check how they fit together.
struct Op {
  static constexpr uint32_t kMaxInputs = 10;
  static constexpr uint32_t kMaxOutputs = 8;

  uint32_t index = 0;
  OperatorView view;
  uint32_t input_count = 0;
  uint32_t output_count = 0;
  Operand inputs[kMaxInputs];
  Operand outputs[kMaxOutputs];

  const Operand& output() const { return outputs[0]; }

  template <typename T>
  T* output_values(uint32_t output = 0) const {
    return reinterpret_cast<T*>(outputs[output].activation);
  }

  // A fault of this op.
  Status malformed(const char* text) const { return bad_model(index, text); }
  Status not_supported(const char* text) const { return unsupported(index, text); }

  // Checks that there are `least` to `most` inputs, that the first `least` are there, and so many outputs.
  Status expect_operands(uint32_t least, uint32_t most, uint32_t outputs = 1) const;
  // Checks that the options, where there are any, are of this type.
  Status expect_options(schema::OptionsType type) const;
  // Checks that input 0 has the type of the output, which is one of those that ops.def lists for the op.
  Status expect_same_type() const;
  Status expect_same_shape() const;

  // Reads an input of `count` int32 that are constant: axes, sizes, paddings.
  Status read_constants(uint32_t input, uint32_t count, const int32_t** values) const;
  // Which of `rank` axes `axis` means, which counts from the end where it is negative.
  Status resolve_axis(int32_t axis, int rank, int* resolved) const;
};

// An option of an op's table; `absent` where the file leaves it out.
template <typename T, typename Field>
T option(ModelView& model, const Op& op, Field field, T absent = T{}) {
  return op.view.options.get<T>(model.reader(), field, absent);
}

template <typename Params>
Step make_step(void (*run)(const void*), const Params& params, Arena& arena) {
  return {run, arena.store(params)};
}

using Prepare = Status (*)(ModelView& model, const Op& op, Arena& arena, Step* step);

#define OP(name, code, function, types, dsp_types) \
  Status prepare_##function(ModelView& model, const Op& op, Arena& arena, Step* step);
#include "ops.def"
#undef OP

}  // namespace harness
