// Turns a model into steps in an arena.
#pragma once

#include <cstdint>

#include "arena.h"
#include "engine.h"
#include "model.h"
#include "op.h"
#include "planner.h"
#include "tensor.h"

namespace harness {

// State that ops keep: every byte is `initial` when an inference starts.
struct Variable {
  Bytes bytes;
  uint8_t initial = 0;
};

struct LoadedModel {
  const Step* steps = nullptr;
  const Variable* variables = nullptr;
  const Bytes* inputs = nullptr;
  const ConstBytes* outputs = nullptr;
  uint16_t step_count = 0;
  uint16_t variable_count = 0;
  uint16_t input_count = 0;
  uint16_t output_count = 0;
  ArenaUse arena_use;
  uint32_t step_bytes = 0;  // parts of the persistent ones
  uint32_t parameter_bytes = 0;
};

class Loader {
 public:
  Loader(ConstBytes file, ArenaMemory memory) : file_(file), arena_(memory) {}

  Status load(LoadedModel* loaded);

 private:
  // Gives each activation its place, and the arena its front.
  Status plan();
  Status find_lifetimes();
  Status find_lifetimes_of_op(uint16_t op);
  Status mark_written(int32_t tensor, uint16_t op);
  Status mark_read(int32_t tensor, uint16_t op);
  void mark_variable(PlanRecord* record, const Tensor& variable);
  FrontBytes bound_plan();

  Status prepare_ops();
  Status read_op(uint16_t index, Op* op);
  Status read_operand(int32_t tensor, uint32_t op, Operand* operand);
  Status list_variables();
  Status list_inputs();
  Status list_outputs();
  Status finish();

  ConstBytes file_;
  Arena arena_;
  ModelView model_;
  PlanRecord* records_ = nullptr;  // one for each tensor, at the front of the arena; null where they do not fit
  LoadedModel loaded_;
};

}  // namespace harness
