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
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, options));
  const TensorType type = op.output().tensor.type;
  auto* prepare_type = prepare<kernels::Int8Weights>;
  if (type == TensorType::kFloat32) prepare_type = prepare<FloatWeights>;
  if (type == TensorType::kInt16) {
    prepare_type = has_narrow_sums(op, options) ? prepare<NarrowInt16Weights> : prepare<Int16Weights>;
  }
  return prepare_type(model, op, geometry, options, arena, step);
}

}  // namespace harness
