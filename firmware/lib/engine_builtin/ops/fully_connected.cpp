#include "ops/dot.h"
#include "ops/weighted.h"

namespace harness {
namespace {

struct Sizes {
  int32_t batches = 0;
  int32_t inputs = 0;   // per batch
  int32_t outputs = 0;  // per batch
};

struct Int8Params {
  Sizes sizes;
  Int8Weights weights;
  int8_t* output = nullptr;
};

struct FloatParams {
  Sizes sizes;
  FloatWeights weights;
  float* output = nullptr;
};

void run_int8(const void* untyped) {
  const Int8Params& params = *static_cast<const Int8Params*>(untyped);
  const Int8Weights& weights = params.weights;
  const int8_t* input = weights.input;
  int8_t* output = params.output;
  for (int32_t batch = 0; batch < params.sizes.batches; ++batch) {
    const int8_t* filter = weights.filter;
    for (int32_t channel = 0; channel < params.sizes.outputs; ++channel) {
      const int32_t sum = dot(0, input, weights.input_offset, filter, params.sizes.inputs);
      *output++ = weights.finish(sum, channel);
      filter += params.sizes.inputs;
    }
    input += params.sizes.inputs;
  }
}

void run_float(const void* untyped) {
  const FloatParams& params = *static_cast<const FloatParams*>(untyped);
  const float* input = params.weights.input;
  float* output = params.output;
  for (int32_t batch = 0; batch < params.sizes.batches; ++batch) {
    const float* filter = params.weights.filter;
    for (int32_t channel = 0; channel < params.sizes.outputs; ++channel) {
      *output++ = params.weights.finish(dot(0.0F, input, filter, params.sizes.inputs), channel);
      filter += params.sizes.inputs;
    }
    input += params.sizes.inputs;
  }
}

// The filter is (outputs, inputs); input and output are any shapes of batches * inputs and (…, outputs).
Status read_sizes(const Op& op, Sizes* sizes) {
  HARNESS_RETURN_IF_ERROR(op.expect_inputs(2, 3));
  const Shape& filter = op.inputs[1].tensor.shape;
  const Tensor& output = op.output.tensor;
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
  if (op.output.tensor.type == TensorType::kFloat32) {
    FloatParams params{sizes, {}, op.output_values<float>()};
    HARNESS_RETURN_IF_ERROR(make_float_weights(op, options, &params.weights));
    *step = make_step(run_float, params, arena);
    return {};
  }
  Int8Params params{sizes, {}, op.output_values<int8_t>()};
  HARNESS_RETURN_IF_ERROR(make_int8_weights(model, op, options, arena, &params.weights));
  *step = make_step(run_int8, params, arena);
  return {};
}

}  // namespace harness
