// A `.tflite` file, read in place and not trusted.
#pragma once

#include <cstdint>

#include "engine.h"
#include "flatbuffer.h"
#include "tensor.h"

namespace harness {

constexpr int32_t kNoTensor = -1;  // an optional operand that is left out

struct OperatorView {
  int32_t builtin_code = 0;
  FlatVector inputs;   // int32 tensor indices
  FlatVector outputs;  // int32 tensor indices
  schema::OptionsType options_type = schema::OptionsType::kNone;
  FlatTable options;
};

class ModelView {
 public:
  // Checks the file's frame: identifier, version, one subgraph, its lists.
  Status open(ConstBytes file);

  uint32_t tensor_count() const { return tensors_.size; }
  uint32_t operator_count() const { return operators_.size; }
  uint32_t input_count() const { return inputs_.size; }
  uint32_t output_count() const { return outputs_.size; }
  int32_t input(uint32_t index) { return inputs_.get<int32_t>(reader_, index); }
  int32_t output(uint32_t index) { return outputs_.get<int32_t>(reader_, index); }

  // A tensor's shape, type and constant data, checked against each other. Its faults that are matters of support and
  // not of form (type, rank, sparsity) name `op`, which uses it.
  Status read_tensor(int32_t index, uint32_t op, Tensor* tensor);
  Status read_operator(uint32_t index, OperatorView* view);

  // For what a kernel reads itself: options, scales, zero points.
  FlatReader& reader() { return reader_; }

  // The fault of any read so far.
  Status status() const;

 private:
  Status open_subgraph(const FlatTable& model);
  Status read_shape(const FlatTable& table, int32_t index, uint32_t op, Tensor* tensor);
  Status read_constant(const FlatTable& table, int32_t index, Tensor* tensor);

  FlatReader reader_;
  FlatVector operator_codes_;
  FlatVector buffers_;
  FlatVector tensors_;
  FlatVector operators_;
  FlatVector inputs_;
  FlatVector outputs_;
};

}  // namespace harness
