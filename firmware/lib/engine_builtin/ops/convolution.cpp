#include "ops/convolution.h"

#include "ops/kernels.h"

namespace harness {
namespace {

template <typename Weights>
void run(const void* params) {
  kernels::convolve(*static_cast<const Convolution<Weights>*>(params));
}

template <typename Weights>
Status prepare(ModelView& model, const Op& op, const ConvolutionGeometry& geometry, const WeightsOptions& options,
               Arena& arena, Step* step) {
  Convolution<Weights> params{geometry, {}, op.output_values<typename Weights::Value>()};
  HARNESS_RETURN_IF_ERROR(make_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Weights>, params, arena);
  return {};
}

}  // namespace

Status prepare_convolution(ModelView& model, const Op& op, const ConvolutionGeometry& geometry,
                           const WeightsOptions& options, Arena& arena, Step* step) {
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, options.channels));
  const bool is_float = op.output().tensor.type == TensorType::kFloat32;
  return (is_float ? prepare<FloatWeights> : prepare<kernels::Int8Weights>)(model, op, geometry, options, arena, step);
}

}  // namespace harness
