#include "op.h"

namespace harness {

Status Op::expect_operands(uint32_t least, uint32_t most, uint32_t outputs) const {
  if (input_count < least || input_count > most) return malformed("op with a wrong number of inputs");
  if (output_count != outputs) return malformed("op with a wrong number of outputs");
  for (uint32_t i = 0; i < least; ++i) {
    if (!inputs[i].present) return malformed("op without an input that it must have");
  }
  return {};
}

Status Op::expect_options(schema::OptionsType type) const {
  if (view.options.position() == 0) return {};
  return view.options_type == type ? Status{} : malformed("op with another op's options");
}

Status Op::expect_same_type() const {
  const bool same = inputs[0].tensor.type == output().tensor.type;
  return same ? Status{} : not_supported("input and output of different types");
}

Status Op::expect_same_shape() const {
  return inputs[0].tensor.shape == output().tensor.shape ? Status{} : malformed("input and output differ in shape");
}

}  // namespace harness
