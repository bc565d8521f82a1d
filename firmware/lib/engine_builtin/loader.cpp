#include "loader.h"

#include <algorithm>
#include <limits>

#include "status.h"

namespace harness {
namespace {

struct Registration {
  int32_t builtin_code;
  Prepare prepare;
  uint32_t types;  // a set
};

constexpr uint32_t set_of(TensorType type) { return uint32_t{1} << static_cast<int>(type); }

template <typename... Types>
constexpr uint32_t types_of(Types... types) {
  return (set_of(types) | ...);
}

// As ops.def calls them.
constexpr TensorType float32 = TensorType::kFloat32;
constexpr TensorType int8 = TensorType::kInt8;
constexpr TensorType int16 = TensorType::kInt16;
constexpr TensorType int32 = TensorType::kInt32;
constexpr TensorType int64 = TensorType::kInt64;

constexpr Registration kRegistrations[] = {
#define OP(name, code, function, types, dsp_types) {code, prepare_##function, types_of types},
#include "ops.def"
#undef OP
};

const Registration* find_registration(int32_t builtin_code) {
  for (const Registration& registration : kRegistrations) {
    if (registration.builtin_code == builtin_code) return &registration;
  }
  return nullptr;
}

Status check_operator(uint16_t index, const OperatorView& view) {
  if (find_registration(view.builtin_code) == nullptr) return unsupported(index, "the engine does not have this op");
  if (view.inputs.size > Op::kMaxInputs) return bad_model(index, "op with too many inputs");
  if (view.outputs.size == 0) return bad_model(index, "op without output");
  return view.outputs.size > Op::kMaxOutputs ? bad_model(index, "op with too many outputs") : Status{};
}

// Prepares an op that check_operator has passed.
Status prepare_op(ModelView& model, const Op& op, Arena& arena, Step* step) {
  const Registration& registration = *find_registration(op.view.builtin_code);
  const bool has_type = (registration.types & set_of(op.output().tensor.type)) != 0;
  return has_type ? registration.prepare(model, op, arena, step) : op.not_supported("output type");
}

// A variable starts as real zero, as in TensorFlow Lite Micro's ResetVariableTensors: int8 ones as their zero point.
uint8_t initial_byte(FlatReader& reader, const Tensor& variable) {
  const FlatVector& zero_points = variable.quantization.zero_points;
  if (variable.type != TensorType::kInt8 || zero_points.size == 0) return 0;
  return static_cast<uint8_t>(zero_points.get<int64_t>(reader, 0));
}

}  // namespace

Status Loader::load(LoadedModel* loaded) {
  HARNESS_RETURN_IF_ERROR(model_.open(file_));
  HARNESS_RETURN_IF_ERROR(plan());
  HARNESS_RETURN_IF_ERROR(prepare_ops());
  HARNESS_RETURN_IF_ERROR(list_variables());
  HARNESS_RETURN_IF_ERROR(list_inputs());
  HARNESS_RETURN_IF_ERROR(list_outputs());
  HARNESS_RETURN_IF_ERROR(finish());
  *loaded = loaded_;
  return {};
}

Status Loader::plan() {
  const uint16_t tensor_count = static_cast<uint16_t>(model_.tensor_count());
  const uint64_t boundary = arena_.boundary();
  const uint64_t records_bytes = tensor_count * sizeof(PlanRecord);
  const uint64_t records_begin = clear_of(boundary, 0, records_bytes);
  FrontBytes records_front;
  records_front.cover(boundary, records_begin, records_bytes);
  // The records stay at the front until the load ends; only then do activations need it.
  arena_.claim_front(records_front);
  records_ = reinterpret_cast<PlanRecord*>(arena_.front(records_begin));
  FrontBytes front;
  if (records_ == nullptr) {
    front = bound_plan();
  } else {
    for (uint16_t i = 0; i < tensor_count; ++i) new (&records_[i]) PlanRecord();
    HARNESS_RETURN_IF_ERROR(find_lifetimes());
    front = plan_greedy_by_size(records_, tensor_count, boundary);
  }
  arena_.claim_front({std::max(front.first, records_front.first), std::max(front.second, records_front.second)});
  return {};
}

Status Loader::find_lifetimes() {
  const uint16_t op_count = static_cast<uint16_t>(model_.operator_count());
  for (uint32_t i = 0; i < model_.input_count(); ++i) HARNESS_RETURN_IF_ERROR(mark_written(model_.input(i), 0));
  for (uint16_t op = 0; op < op_count; ++op) HARNESS_RETURN_IF_ERROR(find_lifetimes_of_op(op));
  const uint16_t last_op = static_cast<uint16_t>(op_count - 1);
  for (uint32_t i = 0; i < model_.output_count(); ++i) HARNESS_RETURN_IF_ERROR(mark_read(model_.output(i), last_op));
  return {};
}

Status Loader::find_lifetimes_of_op(uint16_t index) {
  OperatorView view;
  HARNESS_RETURN_IF_ERROR(model_.read_operator(index, &view));
  HARNESS_RETURN_IF_ERROR(check_operator(index, view));
  for (uint32_t i = 0; i < view.inputs.size; ++i) {
    const int32_t tensor = view.inputs.get<int32_t>(model_.reader(), i);
    if (tensor != kNoTensor) HARNESS_RETURN_IF_ERROR(mark_read(tensor, index));
  }
  for (uint32_t i = 0; i < view.outputs.size; ++i) {
    HARNESS_RETURN_IF_ERROR(mark_written(view.outputs.get<int32_t>(model_.reader(), i), index));
  }
  return {};
}

Status Loader::mark_written(int32_t index, uint16_t op) {
  Tensor tensor;
  HARNESS_RETURN_IF_ERROR(model_.read_tensor(index, op, &tensor));
  if (tensor.constant != nullptr) return bad_model(op, "constant tensor as an input or an op's output");
  if (tensor.is_variable) return bad_model(op, "variable tensor as an input or an op's output");
  PlanRecord& record = records_[index];
  if (record.first_op != kNoOp) return bad_model(op, "tensor written twice");
  record.first_op = op;
  record.last_op = op;
  record.bytes = static_cast<uint32_t>(align_up(tensor.bytes));
  return {};
}

Status Loader::mark_read(int32_t index, uint16_t op) {
  Tensor tensor;
  HARNESS_RETURN_IF_ERROR(model_.read_tensor(index, op, &tensor));
  if (tensor.constant != nullptr) return {};
  if (tensor.is_variable) {
    mark_variable(&records_[index], tensor);
    return {};
  }
  if (records_[index].first_op == kNoOp) return bad_model(op, "tensor read before anything writes it");
  records_[index].last_op = op;
  return {};
}

// It is reset before the first op and must survive the last.
void Loader::mark_variable(PlanRecord* record, const Tensor& variable) {
  if (record->first_op == kNoOp) ++loaded_.variable_count;
  record->first_op = 0;
  record->last_op = static_cast<uint16_t>(model_.operator_count() - 1);
  record->bytes = static_cast<uint32_t>(align_up(variable.bytes));
}

// What certainly suffices, where there is no room to plan: every tensor a place of its own.
FrontBytes Loader::bound_plan() {
  uint64_t bytes = 0;
  for (uint32_t i = 0; i < model_.tensor_count(); ++i) {
    Tensor tensor;
    const Status status = model_.read_tensor(static_cast<int32_t>(i), 0, &tensor);
    if (!status.ok() || tensor.constant != nullptr) continue;
    bytes += align_up(tensor.bytes);
    if (tensor.is_variable) ++loaded_.variable_count;
  }
  if (bytes <= arena_.boundary()) return {bytes, 0};
  return {arena_.boundary(), bytes};
}

Status Loader::prepare_ops() {
  loaded_.step_count = static_cast<uint16_t>(model_.operator_count());
  Step* steps = arena_.allocate<Step>(loaded_.step_count);
  loaded_.step_bytes = static_cast<uint32_t>(arena_.persistent_bytes());
  for (uint16_t i = 0; i < loaded_.step_count; ++i) {
    Op op;
    Step step;
    HARNESS_RETURN_IF_ERROR(read_op(i, &op));
    HARNESS_RETURN_IF_ERROR(prepare_op(model_, op, arena_, &step));
    HARNESS_RETURN_IF_ERROR(model_.status());
    if (steps != nullptr) new (&steps[i]) Step(step);
  }
  loaded_.steps = steps;
  loaded_.parameter_bytes = static_cast<uint32_t>(arena_.persistent_bytes()) - loaded_.step_bytes;
  return {};
}

Status Loader::read_op(uint16_t index, Op* op) {
  op->index = index;
  HARNESS_RETURN_IF_ERROR(model_.read_operator(index, &op->view));
  HARNESS_RETURN_IF_ERROR(check_operator(index, op->view));
  op->input_count = op->view.inputs.size;
  for (uint32_t i = 0; i < op->input_count; ++i) {
    const int32_t tensor = op->view.inputs.get<int32_t>(model_.reader(), i);
    if (tensor != kNoTensor) HARNESS_RETURN_IF_ERROR(read_operand(tensor, index, &op->inputs[i]));
  }
  op->output_count = op->view.outputs.size;
  for (uint32_t i = 0; i < op->output_count; ++i) {
    HARNESS_RETURN_IF_ERROR(read_operand(op->view.outputs.get<int32_t>(model_.reader(), i), index, &op->outputs[i]));
  }
  return {};
}

Status Loader::read_operand(int32_t tensor, uint32_t op, Operand* operand) {
  HARNESS_RETURN_IF_ERROR(model_.read_tensor(tensor, op, &operand->tensor));
  const bool planned = operand->tensor.constant == nullptr && records_ != nullptr;
  operand->activation = planned ? arena_.front(records_[tensor].offset) : nullptr;
  operand->present = true;
  return {};
}

Status Loader::list_variables() {
  Variable* variables = arena_.allocate<Variable>(loaded_.variable_count);
  loaded_.variables = variables;
  if (records_ == nullptr) return {};
  for (uint32_t i = 0, listed = 0; listed < loaded_.variable_count; ++i) {
    Tensor tensor;
    if (records_[i].bytes == 0) continue;
    HARNESS_RETURN_IF_ERROR(model_.read_tensor(static_cast<int32_t>(i), 0, &tensor));
    if (!tensor.is_variable) continue;
    if (variables != nullptr) {
      const Bytes bytes{arena_.front(records_[i].offset), tensor.bytes};
      new (&variables[listed]) Variable{bytes, initial_byte(model_.reader(), tensor)};
    }
    ++listed;
  }
  return {};
}

Status Loader::list_inputs() {
  loaded_.input_count = static_cast<uint16_t>(model_.input_count());
  Bytes* inputs = arena_.allocate<Bytes>(loaded_.input_count);
  for (uint32_t i = 0; i < loaded_.input_count; ++i) {
    Operand input;
    HARNESS_RETURN_IF_ERROR(read_operand(model_.input(i), 0, &input));
    if (inputs != nullptr) new (&inputs[i]) Bytes{input.activation, input.tensor.bytes};
  }
  loaded_.inputs = inputs;
  return {};
}

Status Loader::list_outputs() {
  loaded_.output_count = static_cast<uint16_t>(model_.output_count());
  ConstBytes* outputs = arena_.allocate<ConstBytes>(loaded_.output_count);
  for (uint32_t i = 0; i < loaded_.output_count; ++i) {
    Operand output;
    HARNESS_RETURN_IF_ERROR(read_operand(model_.output(i), 0, &output));
    if (outputs != nullptr) new (&outputs[i]) ConstBytes{output.values<uint8_t>(), output.tensor.bytes};
  }
  loaded_.outputs = outputs;
  return {};
}

Status Loader::finish() {
  const uint64_t needed = arena_.needed_bytes();
  const uint32_t reported = static_cast<uint32_t>(std::min<uint64_t>(needed, std::numeric_limits<uint32_t>::max()));
  if (arena_.overflowed()) return {StatusCode::kArenaTooSmall, reported, "the arena is too small for the model"};
  loaded_.arena_use = {reported, static_cast<uint32_t>(arena_.persistent_bytes())};
  return {};
}

}  // namespace harness
