#include "ops/dot.h"
#include "ops/weighted.h"

namespace harness {
namespace {

struct Sizes {
  int32_t batches = 0;
  int32_t inputs = 0;   // per batch
  int32_t outputs = 0;  // per batch
};

template <typename Weights>
struct Params {
  Sizes sizes;
  Weights weights;
  typename Weights::Value* output = nullptr;
};

template <typename Weights>
void run(const void* untyped) {
  const Params<Weights>& params = *static_cast<const Params<Weights>*>(untyped);
  const auto* input = params.weights.input;
  auto* output = params.output;
  for (int32_t batch = 0; batch < params.sizes.batches; ++batch) {
    const auto* filter = params.weights.filter;
    for (int32_t channel = 0; channel < params.sizes.outputs; ++channel) {
      const auto sum = dot(params.weights, 0, input, filter, params.sizes.inputs);
      *output++ = params.weights.finish(sum, channel);
      filter += params.sizes.inputs;
    }
    input += params.sizes.inputs;
  }
}

// The filter is (outputs, inputs); input and output are any shapes of batches * inputs and (…, outputs).
Status read_sizes(const Op& op, Sizes* sizes) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  const Shape& filter = op.inputs[1].tensor.shape;
  const Tensor& output = op.output().tensor;
  if (filter.rank != 2) return op.malformed("filter that does not have 2 dimensions");
  sizes->outputs = filter.dims[0];
  sizes->inputs = filter.dims[1];
  sizes->batches = static_cast<int32_t>(output.elements) / sizes->outputs;
  if (output.shape.last() != sizes->outputs) return op.malformed("output and filter differ in channels");
  if (int64_t{sizes->batches} * sizes->inputs != op.inputs[0].tensor.elements) {
    return op.malformed("input and filter differ in size");
  }
  return {};
}

template <typename Weights>
Status prepare(ModelView& model, const Op& op, const Sizes& sizes, const WeightsOptions& options, Arena& arena,
               Step* step) {
  Params<Weights> params{sizes, {}, op.output_values<typename Weights::Value>()};
  HARNESS_RETURN_IF_ERROR(make_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Weights>, params, arena);
  return {};
}

}  // namespace

Status prepare_fully_connected(ModelView& model, const Op& op, Arena& arena, Step* step) {
  using Field = schema::FullyConnectedOptions;
  Sizes sizes;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kFullyConnected));
  HARNESS_RETURN_IF_ERROR(read_sizes(op, &sizes));
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, sizes.outputs));
  if (option<int8_t>(model, op, Field::kWeightsFormat) != 0) return op.not_supported("shuffled weights");
  const WeightsOptions options{option<Activation>(model, op, Field::kActivation), 0, sizes.outputs, sizes.inputs,
                               product_in_float};
  const bool is_float = op.output().tensor.type == TensorType::kFloat32;
  return (is_float ? prepare<FloatWeights> : prepare<Int8Weights>)(model, op, sizes, options, arena, step);
}

}  // namespace harness
