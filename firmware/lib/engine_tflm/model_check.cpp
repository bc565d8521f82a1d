#include "model_check.h"

#include <algorithm>
#include <type_traits>

#include "tensorflow/lite/kernels/internal/types.h"
#include "tensorflow/lite/micro/kernels/fully_connected.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_utils.h"

namespace harness {
namespace {

constexpr int32_t kNoTensor = -1;  // of an op that does not use an optional input
constexpr uint64_t kMaxTensorBytes = INT32_MAX;
constexpr uint32_t kMaxRank = tflite::RuntimeShape::kMaxSmallSize;

using Indices = flatbuffers::Vector<int32_t>;

Status bad_model(uint32_t detail, const char* text) { return {StatusCode::kBadModel, detail, text}; }

// Of one element; 0 for types whose elements differ in size, which this engine does not have.
uint32_t type_bytes(tflite::TensorType type) {
  switch (type) {
    case tflite::TensorType_BOOL:
    case tflite::TensorType_INT8:
    case tflite::TensorType_UINT8:
    case tflite::TensorType_INT4:
      return 1;
    case tflite::TensorType_INT16:
      return 2;
    case tflite::TensorType_FLOAT32:
    case tflite::TensorType_INT32:
      return 4;
    case tflite::TensorType_INT64:
      return 8;
    default:
      return 0;
  }
}

// 0 where a dimension is not positive or the product is beyond kMaxTensorBytes.
uint64_t tensor_bytes(const tflite::Tensor& tensor) {
  uint64_t bytes = type_bytes(tensor.type());
  if (tensor.shape() == nullptr) return bytes;
  for (const int32_t size : *tensor.shape()) {
    if (size <= 0 || bytes > kMaxTensorBytes) return 0;
    bytes *= static_cast<uint32_t>(size);
  }
  return bytes > kMaxTensorBytes ? 0 : bytes;
}

bool lead_to_tensors(const Indices* indices, uint32_t tensor_count, int32_t lowest) {
  if (indices == nullptr) return false;
  for (const int32_t index : *indices) {
    if (index < lowest || index >= static_cast<int64_t>(tensor_count)) return false;
  }
  return true;
}

Status check_tensor(const tflite::Model& model, const tflite::Tensor& tensor, uint32_t index) {
  const uint64_t bytes = tensor_bytes(tensor);
  if (bytes == 0) return bad_model(index, "tensor with a size that is dynamic, empty, too large or unknown");
  if (tensor.shape() != nullptr && tensor.shape()->size() > kMaxRank) {
    return {StatusCode::kUnsupported, 0, "tensor of more dimensions than the library has room for"};
  }
  if (tensor.sparsity() != nullptr) return {StatusCode::kUnsupported, 0, "sparse tensor"};
  if (tensor.buffer() >= model.buffers()->size()) return bad_model(index, "tensor without its buffer");
  const auto* data = model.buffers()->Get(tensor.buffer())->data();
  const uint64_t packed_bytes = tensor.type() == tflite::TensorType_INT4 ? (bytes + 1) / 2 : bytes;
  if (data != nullptr && data->size() != 0 && data->size() < packed_bytes) {
    return bad_model(index, "constant tensor smaller than its shape");
  }
  return {};
}

// Libraries from before September 2024 take the first channel's scale for all, without a word.
template <typename OpData, typename = void>
constexpr bool kHasScalePerChannel = false;
template <typename OpData>
constexpr bool kHasScalePerChannel<OpData, std::void_t<decltype(OpData::is_per_channel)>> = true;

bool computes_wrongly(const tflite::SubGraph& graph, const tflite::Operator& op, tflite::BuiltinOperator code) {
  if (code != tflite::BuiltinOperator_FULLY_CONNECTED || kHasScalePerChannel<tflite::OpDataFullyConnected>) {
    return false;
  }
  if (op.inputs()->size() < 2 || op.inputs()->Get(1) == kNoTensor) return false;
  const auto* quantization = graph.tensors()->Get(static_cast<uint32_t>(op.inputs()->Get(1)))->quantization();
  return quantization != nullptr && quantization->scale() != nullptr && quantization->scale()->size() > 1;
}

Status check_op(const tflite::Model& model, const tflite::SubGraph& graph, uint32_t index,
                const tflite::MicroOpResolver& ops) {
  const tflite::Operator& op = *graph.operators()->Get(index);
  const uint32_t tensor_count = graph.tensors()->size();
  if (op.opcode_index() >= model.operator_codes()->size()) return bad_model(index, "op without its code");
  if (!lead_to_tensors(op.inputs(), tensor_count, kNoTensor) || !lead_to_tensors(op.outputs(), tensor_count, 0)) {
    return bad_model(index, "op without its tensors");
  }
  const auto code = tflite::GetBuiltinCode(model.operator_codes()->Get(op.opcode_index()));
  if (ops.FindOp(code) == nullptr) return {StatusCode::kUnsupported, index, "op that this firmware does not have"};
  if (computes_wrongly(graph, op, code)) {
    return {StatusCode::kUnsupported, index, "the library is too old for FULLY_CONNECTED with a scale per channel"};
  }
  return {};
}

Status check_subgraph(const tflite::Model& model, const tflite::SubGraph& graph, const tflite::MicroOpResolver& ops) {
  if (graph.tensors() == nullptr || graph.operators() == nullptr) return bad_model(0, "no tensors or no ops");
  const uint32_t tensor_count = graph.tensors()->size();
  if (!lead_to_tensors(graph.inputs(), tensor_count, 0) || !lead_to_tensors(graph.outputs(), tensor_count, 0)) {
    return bad_model(0, "input or output that is no tensor");
  }
  for (uint32_t i = 0; i < tensor_count; ++i) {
    const Status status = check_tensor(model, *graph.tensors()->Get(i), i);
    if (!status.ok()) return status;
  }
  for (uint32_t i = 0; i < graph.operators()->size(); ++i) {
    const Status status = check_op(model, graph, i, ops);
    if (!status.ok()) return status;
  }
  return {};
}

bool is_constant(const tflite::Model& model, const tflite::Tensor& tensor) {
  const auto* data = model.buffers()->Get(tensor.buffer())->data();
  return data != nullptr && data->size() != 0;
}

uint64_t activation_bytes(const tflite::Model& model, const tflite::SubGraph& graph, const Indices& indices) {
  uint64_t bytes = 0;
  for (const int32_t index : indices) {
    if (index == kNoTensor) continue;
    const tflite::Tensor& tensor = *graph.tensors()->Get(static_cast<uint32_t>(index));
    if (!is_constant(model, tensor) && !tensor.is_variable()) bytes += tensor_bytes(tensor);
  }
  return bytes;
}

// Also sees that the parts of the file, and with them constants, stand at multiples of 4 bytes: kernels read whole
// words.
bool is_whole(ConstBytes file) {
  constexpr size_t kRootAndIdentifierBytes = 8;
  if (file.size < kRootAndIdentifierBytes || !tflite::ModelBufferHasIdentifier(file.data)) return false;
  flatbuffers::Verifier verifier(file.data, file.size);
  return tflite::VerifyModelBuffer(verifier);
}

}  // namespace

Status check_model(ConstBytes file, const tflite::MicroOpResolver& ops) {
  if (!is_whole(file)) return bad_model(0, "not a whole .tflite file, or its parts are not aligned");
  const tflite::Model& model = *tflite::GetModel(file.data);
  if (model.version() != TFLITE_SCHEMA_VERSION) return bad_model(model.version(), "another version of the schema");
  if (model.subgraphs() == nullptr || model.operator_codes() == nullptr || model.buffers() == nullptr) {
    return bad_model(0, "no subgraphs, op codes or buffers");
  }
  if (model.subgraphs()->size() != 1) return {StatusCode::kUnsupported, 0, "not one subgraph"};
  return check_subgraph(model, *model.subgraphs()->Get(0), ops);
}

uint32_t least_activation_bytes(const tflite::Model& model, const tflite::SubGraph& graph) {
  uint64_t most = 0;
  for (const tflite::Operator* op : *graph.operators()) {
    most =
        std::max(most, activation_bytes(model, graph, *op->inputs()) + activation_bytes(model, graph, *op->outputs()));
  }
  return static_cast<uint32_t>(std::min<uint64_t>(most, UINT32_MAX));
}

}  // namespace harness
