#include "model.h"

#include <algorithm>
#include <cstring>

#include "status.h"

namespace harness {
namespace {

constexpr uint32_t kMaxTensorBytes = 0x7FFFFFFF;  // element offsets are int32 in the kernels
// Planning takes time in the square of the number of tensors.
constexpr uint32_t kMaxTensors = 4096;
constexpr uint32_t kMaxOperators = 4096;
constexpr int32_t kDynamicDimension = -1;
constexpr uint32_t kConstantAlignment = 4;  // what converters give at least, to int64 too

uint32_t element_bytes(TensorType type) {
  switch (type) {
    case TensorType::kInt8:
      return 1;
    case TensorType::kInt16:
      return 2;
    case TensorType::kInt32:
    case TensorType::kFloat32:
      return 4;
    case TensorType::kInt64:
      return 8;
  }
  return 0;
}

FlatTable element(FlatReader& reader, const FlatVector& tables, uint32_t index) {
  return FlatTable::follow(reader, tables.position + index * static_cast<uint32_t>(sizeof(uint32_t)));
}

}  // namespace

Status ModelView::status() const {
  if (!reader_.failed()) return {};
  return bad_model(reader_.failed_at(), "the model's offsets lead outside of it");
}

Status ModelView::open(ConstBytes file) {
  constexpr uint32_t kIdentifierPosition = 4;
  constexpr size_t kMaxModelBytes = 0x7FFFFFFF;
  if (file.size > kMaxModelBytes) return bad_model(0, "the model is larger than 2 GB");
  reader_ = FlatReader(file);
  if (!reader_.contains(kIdentifierPosition, 4)) return bad_model(0, "the model is shorter than its header");
  if (std::memcmp(reader_.at(kIdentifierPosition), "TFL3", 4) != 0) {
    return bad_model(kIdentifierPosition, "not a TensorFlow Lite model: no TFL3 identifier");
  }
  const FlatTable model = FlatTable::at(reader_, reader_.follow(0));
  const uint32_t version = model.get<uint32_t>(reader_, schema::Model::kVersion);
  HARNESS_RETURN_IF_ERROR(status());
  if (version != schema::kVersion) return bad_model(model.position(), "schema version is not 3");
  operator_codes_ = model.vector<uint32_t>(reader_, schema::Model::kOperatorCodes);
  buffers_ = model.vector<uint32_t>(reader_, schema::Model::kBuffers);
  return open_subgraph(model);
}

Status ModelView::open_subgraph(const FlatTable& model) {
  const FlatVector subgraphs = model.vector<uint32_t>(reader_, schema::Model::kSubgraphs);
  HARNESS_RETURN_IF_ERROR(status());
  if (subgraphs.size == 0) return bad_model(model.position(), "no subgraph");
  if (subgraphs.size != 1) return unsupported(0, "more than one subgraph");
  const FlatTable subgraph = element(reader_, subgraphs, 0);
  tensors_ = subgraph.vector<uint32_t>(reader_, schema::SubGraph::kTensors);
  inputs_ = subgraph.vector<int32_t>(reader_, schema::SubGraph::kInputs);
  outputs_ = subgraph.vector<int32_t>(reader_, schema::SubGraph::kOutputs);
  operators_ = subgraph.vector<uint32_t>(reader_, schema::SubGraph::kOperators);
  HARNESS_RETURN_IF_ERROR(status());
  if (operators_.size == 0) return bad_model(subgraph.position(), "no operators");
  if (inputs_.size == 0 || outputs_.size == 0) return bad_model(subgraph.position(), "no inputs or no outputs");
  if (tensors_.size > kMaxTensors) return unsupported(0, "more than 4096 tensors");
  if (operators_.size > kMaxOperators) return unsupported(0, "more than 4096 operators");
  if (inputs_.size > tensors_.size || outputs_.size > tensors_.size) {
    return bad_model(subgraph.position(), "more inputs or outputs than tensors");
  }
  return {};
}

Status ModelView::read_tensor(int32_t index, uint32_t op, Tensor* tensor) {
  if (index < 0 || static_cast<uint32_t>(index) >= tensors_.size) return bad_model(op, "tensor index out of range");
  const FlatTable table = element(reader_, tensors_, static_cast<uint32_t>(index));
  tensor->is_variable = table.get<uint8_t>(reader_, schema::Tensor::kIsVariable) != 0;
  if (table.field_position(reader_, schema::Tensor::kSparsity) != 0) return unsupported(op, "sparse tensor");
  HARNESS_RETURN_IF_ERROR(read_shape(table, index, op, tensor));
  HARNESS_RETURN_IF_ERROR(read_constant(table, index, tensor));
  const FlatTable quantization = table.table(reader_, schema::Tensor::kQuantization);
  if (quantization.get<uint8_t>(reader_, schema::Quantization::kDetailsType) != 0) {
    return unsupported(op, "custom quantization");
  }
  tensor->quantization.scales = quantization.vector<float>(reader_, schema::Quantization::kScale);
  tensor->quantization.zero_points = quantization.vector<int64_t>(reader_, schema::Quantization::kZeroPoint);
  tensor->quantization.axis = quantization.get<int32_t>(reader_, schema::Quantization::kQuantizedDimension);
  return status();
}

Status ModelView::read_shape(const FlatTable& table, int32_t index, uint32_t op, Tensor* tensor) {
  tensor->type = table.get<TensorType>(reader_, schema::Tensor::kType);
  const FlatVector dims = table.vector<int32_t>(reader_, schema::Tensor::kShape);
  HARNESS_RETURN_IF_ERROR(status());
  uint64_t bytes = element_bytes(tensor->type);
  if (bytes == 0) return unsupported(op, "tensor type other than float32, int8, int16, int32, int64");
  if (dims.size > kMaxRank) return unsupported(op, "tensor of more than 6 dimensions");
  tensor->shape = {};
  tensor->shape.rank = static_cast<int>(dims.size);
  for (uint32_t i = 0; i < dims.size; ++i) {
    const int32_t dim = dims.get<int32_t>(reader_, i);
    if (dim == kDynamicDimension) return unsupported(op, "tensor of dynamic shape");
    if (dim <= 0) return bad_model(static_cast<uint32_t>(index), "tensor dimension is not positive");
    tensor->shape.dims[i] = dim;
    bytes *= static_cast<uint32_t>(dim);
    if (bytes > kMaxTensorBytes) return bad_model(static_cast<uint32_t>(index), "tensor larger than 2 GB");
  }
  tensor->bytes = static_cast<uint32_t>(bytes);
  tensor->elements = tensor->bytes / element_bytes(tensor->type);
  return {};
}

Status ModelView::read_constant(const FlatTable& table, int32_t index, Tensor* tensor) {
  const uint32_t at = static_cast<uint32_t>(index);
  const uint32_t buffer_index = table.get<uint32_t>(reader_, schema::Tensor::kBuffer);
  tensor->constant = nullptr;
  if (buffer_index >= buffers_.size) return bad_model(at, "tensor's buffer index out of range");
  const FlatTable buffer = element(reader_, buffers_, buffer_index);
  const FlatVector data = buffer.vector<uint8_t>(reader_, schema::Buffer::kData);
  // 0 and 1 are what converters write where the data are inside the FlatBuffer.
  const bool outside = buffer.get<uint64_t>(reader_, schema::Buffer::kOffset) > 1;
  HARNESS_RETURN_IF_ERROR(status());
  if (outside) return bad_model(at, "tensor's data are outside of the FlatBuffer");
  if (data.size == 0) return {};
  if (data.size != tensor->bytes) return bad_model(at, "tensor's data do not have the size of its shape");
  if (data.position % std::min(element_bytes(tensor->type), kConstantAlignment) != 0) {
    return bad_model(at, "tensor's data are not aligned");
  }
  if (tensor->is_variable) return bad_model(at, "variable tensor with constant data");
  tensor->constant = reader_.at(data.position);
  return {};
}

Status ModelView::read_operator(uint32_t index, OperatorView* view) {
  const FlatTable table = element(reader_, operators_, index);
  const uint32_t code_index = table.get<uint32_t>(reader_, schema::Operator::kOpcodeIndex);
  view->inputs = table.vector<int32_t>(reader_, schema::Operator::kInputs);
  view->outputs = table.vector<int32_t>(reader_, schema::Operator::kOutputs);
  view->options_type = table.get<schema::OptionsType>(reader_, schema::Operator::kOptionsType);
  view->options = table.table(reader_, schema::Operator::kOptions);
  HARNESS_RETURN_IF_ERROR(status());
  if (code_index >= operator_codes_.size) return bad_model(index, "operator code index out of range");
  const FlatTable code = element(reader_, operator_codes_, code_index);
  // Files of before 2020 have the one-byte field only; newer ones write the larger value to the new field.
  const int32_t old_code = code.get<int8_t>(reader_, schema::OperatorCode::kDeprecatedBuiltinCode);
  view->builtin_code = std::max(old_code, code.get<int32_t>(reader_, schema::OperatorCode::kBuiltinCode));
  return status();
}

}  // namespace harness
