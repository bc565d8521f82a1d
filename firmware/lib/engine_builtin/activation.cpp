#include "activation.h"

#include <cmath>
#include <limits>

namespace harness {

Status float_activation_range(const Op& op, Activation activation, FloatRange* range) {
  constexpr float kLargest = std::numeric_limits<float>::max();
  switch (activation) {
    case Activation::kNone:
      *range = {-kLargest, kLargest};
      return {};
    case Activation::kRelu:
      *range = {0, kLargest};
      return {};
    case Activation::kReluN1To1:
      *range = {-1, 1};
      return {};
    case Activation::kRelu6:
      *range = {0, 6};
      return {};
  }
  return op.not_supported("fused activation other than RELU, RELU6, RELU_N1_TO_1");
}

template <typename T>
Status quantized_activation(const Op& op, Activation activation, Affine quantization, QuantizedOutput<T>* output) {
  constexpr float kFarOutside = 1 << 24;  // of int16, whatever the zero point
  FloatRange real;
  HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &real));
  const auto steps_from_zero = [&](float value) {
    const float steps = std::round(value / quantization.scale);
    return static_cast<int32_t>(std::min(std::max(steps, -kFarOutside), kFarOutside));
  };
  *output = QuantizedOutput<T>::whole_range(quantization);
  output->min = std::max(output->min, steps_from_zero(real.min));
  output->max = std::min(output->max, steps_from_zero(real.max));
  return {};
}

template Status quantized_activation(const Op&, Activation, Affine, QuantizedOutput<int8_t>*);
template Status quantized_activation(const Op&, Activation, Affine, QuantizedOutput<int16_t>*);

}  // namespace harness
