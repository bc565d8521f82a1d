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

Status Op::read_constants(uint32_t input, uint32_t count, const int32_t** values) const {
  const Operand& operand = inputs[input];
  if (operand.tensor.type != TensorType::kInt32) return not_supported("axes or sizes of another type than int32");
  if (operand.tensor.constant == nullptr) return not_supported("axes or sizes that are not constant");
  if (operand.tensor.elements != count) return malformed("wrong number of axes or sizes");
  *values = operand.values<int32_t>();
  return {};
}

Status Op::resolve_axis(int32_t axis, int rank, int* resolved) const {
  const int64_t from_front = axis < 0 ? int64_t{axis} + rank : axis;
  if (from_front < 0 || from_front >= rank) return malformed("axis out of range");
  *resolved = static_cast<int>(from_front);
  return {};
}

}  // namespace harness
