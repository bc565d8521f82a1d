#include "ops/weighted.h"

namespace harness {
namespace {

const Operand* bias_operand(const Op& op, const WeightsOptions& options) {
  const Operand& bias = op.inputs[options.bias];
  return bias.present ? &bias : nullptr;
}

template <typename T>
const T* bias_of(const Op& op, const WeightsOptions& options) {
  const Operand* operand = bias_operand(op, options);
  return operand == nullptr ? nullptr : operand->values<T>();
}

bool is_bias_type(TensorType bias, TensorType values) {
  if (values == TensorType::kFloat32) return bias == TensorType::kFloat32;
  return bias == TensorType::kInt32 || (values == TensorType::kInt16 && bias == TensorType::kInt64);
}

// Whether sums of this type can be scaled.
bool is_scalable(int32_t, ScaleFactor) { return true; }
bool is_scalable(int64_t, ScaleFactor factor) { return factor.shift <= kMaxWideShift; }

// One factor for all channels or one for each, from the scales of input, filter and output to the arena.
template <typename Sum>
Status make_factors(ModelView& model, const Op& op, const FilterScales& scales, int32_t channels, float input,
                    float output, Arena& arena, const ScaleFactor** result) {
  const int32_t count = scales.per_channel() ? channels : 1;
  ScaleFactor* factors = arena.allocate<ScaleFactor>(static_cast<size_t>(count));
  for (int32_t channel = 0; channel < count; ++channel) {
    ScaleFactor factor;
    const double products_scale = static_cast<double>(input) * static_cast<double>(scales.get(model, channel));
    if (!make_scale_factor(products_scale / static_cast<double>(output), &factor) || !is_scalable(Sum{}, factor)) {
      return op.not_supported("scales too far apart");
    }
    if (factors != nullptr) new (&factors[channel]) ScaleFactor(factor);
  }
  *result = factors;
  return {};
}

}  // namespace

Status check_weights_types(const Op& op, const WeightsOptions& options) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(options.bias, options.bias + 1));
  const TensorType type = op.output().tensor.type;
  if (op.inputs[options.values].tensor.type != type) return op.not_supported("input and output of different types");
  const bool is_float = type == TensorType::kFloat32;
  if (!is_float && type != TensorType::kInt8 && type != TensorType::kInt16) return op.not_supported("output type");
  const TensorType filter_type = is_float ? TensorType::kFloat32 : TensorType::kInt8;
  if (op.inputs[1].tensor.type != filter_type) return op.not_supported("hybrid: filter and input of different types");
  const Operand* bias = bias_operand(op, options);
  if (bias == nullptr) return {};
  if (!is_bias_type(bias->tensor.type, type)) return op.not_supported("bias type");
  if (bias->tensor.elements != static_cast<uint32_t>(options.channels)) {
    return op.malformed("bias without one element per channel");
  }
  return {};
}

bool has_narrow_sums(const Op& op, const WeightsOptions& options) {
  const Operand* bias = bias_operand(op, options);
  return (bias == nullptr ? options.absent_bias_type : bias->tensor.type) == TensorType::kInt32;
}

template <typename T, typename Bias>
Status make_weights(ModelView& model, const Op& op, const WeightsOptions& options, Arena& arena,
                    QuantizedWeights<T, Bias>* weights) {
  Affine input;
  Affine output;
  FilterScales scales;
  if (options.products > kMaxProducts) return op.not_supported("more than 65536 products in one output");
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[options.values].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(scales.open(model, op, op.inputs[1].tensor, options.filter_axis, options.channels));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, options.activation, output, &weights->output));
  HARNESS_RETURN_IF_ERROR(
      make_factors<Bias>(model, op, scales, options.channels, input.scale, output.scale, arena, &weights->factors));
  weights->input = op.inputs[options.values].values<T>();
  weights->filter = op.inputs[1].values<int8_t>();
  weights->bias = bias_of<typename QuantizedWeights<T, Bias>::StoredBias>(op, options);
  weights->factor_step = scales.per_channel() ? 1 : 0;
  weights->input_offset = -input.zero_point;
  return {};
}

template Status make_weights(ModelView&, const Op&, const WeightsOptions&, Arena&, Int8Weights*);
template Status make_weights(ModelView&, const Op&, const WeightsOptions&, Arena&, Int16Weights*);
template Status make_weights(ModelView&, const Op&, const WeightsOptions&, Arena&, NarrowInt16Weights*);

Status make_weights(ModelView&, const Op& op, const WeightsOptions& options, Arena&, FloatWeights* weights) {
  weights->input = op.inputs[options.values].values<float>();
  weights->filter = op.inputs[1].values<float>();
  weights->bias = bias_of<float>(op, options);
  return float_activation_range(op, options.activation, &weights->range);
}

}  // namespace harness
