#include "ops/weighted.h"

namespace harness {
namespace {

template <typename T>
const T* bias_of(const Op& op) {
  return op.input_count == 3 && op.inputs[2].present ? op.inputs[2].values<T>() : nullptr;
}

}  // namespace

Status check_weights_types(const Op& op, int32_t channels) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 3));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  const TensorType type = op.output().tensor.type;
  if (op.inputs[1].tensor.type != type) return op.not_supported("hybrid: filter and input of different types");
  if (op.input_count == 2 || !op.inputs[2].present) return {};
  const Tensor& bias = op.inputs[2].tensor;
  const TensorType bias_type = type == TensorType::kInt8 ? TensorType::kInt32 : type;
  if (bias.type != bias_type) return op.not_supported("bias type");
  if (bias.elements != static_cast<uint32_t>(channels)) return op.malformed("bias without one element per channel");
  return {};
}

Status make_weights(ModelView& model, const Op& op, const WeightsOptions& options, Arena& arena, Int8Weights* weights) {
  Affine input;
  Affine output;
  FilterScales scales;
  if (options.products > kMaxProducts) return op.not_supported("more than 65536 products in one output");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(scales.open(model, op, op.inputs[1].tensor, options.filter_axis, options.channels));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, options.activation, output, &weights->output));
  const auto product = scales.per_channel() ? product_in_double : options.single_scale_product;
  const int32_t factor_count = scales.per_channel() ? options.channels : 1;
  ScaleFactor* factors = arena.allocate<ScaleFactor>(static_cast<size_t>(factor_count));
  for (int32_t channel = 0; channel < factor_count; ++channel) {
    ScaleFactor factor;
    const double products_scale = product(input.scale, scales.get(model, channel));
    if (!make_scale_factor(products_scale / static_cast<double>(output.scale), &factor)) {
      return op.not_supported("scales too far apart");
    }
    if (factors != nullptr) new (&factors[channel]) ScaleFactor(factor);
  }
  weights->input = op.inputs[0].values<int8_t>();
  weights->filter = op.inputs[1].values<int8_t>();
  weights->bias = bias_of<int32_t>(op);
  weights->factors = factors;
  weights->factor_step = scales.per_channel() ? 1 : 0;
  weights->input_offset = -input.zero_point;
  return {};
}

Status make_weights(ModelView&, const Op& op, const WeightsOptions& options, Arena&, FloatWeights* weights) {
  weights->input = op.inputs[0].values<float>();
  weights->filter = op.inputs[1].values<float>();
  weights->bias = bias_of<float>(op);
  return float_activation_range(op, options.activation, &weights->range);
}

}  // namespace harness
