#include <cstring>

#include "op.h"

namespace harness {
namespace {

struct Params {
  const uint8_t* input = nullptr;
  uint8_t* output = nullptr;
  uint32_t bytes = 0;
};

void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  std::memcpy(params.output, params.input, params.bytes);
}

}  // namespace

// The output's shape counts; the second input repeats it.
Status prepare_reshape(ModelView&, const Op& op, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  const uint32_t bytes = op.output().tensor.bytes;
  if (op.inputs[0].tensor.bytes != bytes) return op.malformed("input and output differ in size");
  *step = make_step(run, Params{op.inputs[0].values<uint8_t>(), op.output_values<uint8_t>(), bytes}, arena);
  return {};
}

}  // namespace harness
