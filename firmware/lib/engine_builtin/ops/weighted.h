// What the ops with a filter have in common: its operands, how its products become outputs.
#pragma once

#include "activation.h"
#include "op.h"
#include "quantization.h"

namespace harness {

// An int8 sum of this many products cannot overflow 32 bits: 65536 * 128 * 255 < 2^31.
constexpr int32_t kMaxProducts = 65536;

// sums[c] += Σ product(input[i], filter[c * filter_step + i]), each in order: float sums depend on it.
template <int kChannels, typename Weights>
void add_products(const Weights& weights, const typename Weights::Value* input, const typename Weights::Filter* filter,
                  int32_t filter_step, int32_t count, typename Weights::Sum (&sums)[kChannels]) {
#pragma GCC unroll 4
  for (int32_t i = 0; i < count; ++i) {
#pragma GCC unroll 4
    for (int c = 0; c < kChannels; ++c) sums[c] += weights.product(input[i], filter[c * filter_step + i]);
  }
}

struct Int8Weights {
  using Value = int8_t;
  using Filter = int8_t;
  using Sum = int32_t;

  const int8_t* input = nullptr;
  const int8_t* filter = nullptr;
  const int32_t* bias = nullptr;         // null: none
  const ScaleFactor* factors = nullptr;  // of each output channel, or one for all
  int32_t factor_step = 0;               // 1 or 0
  int32_t input_offset = 0;              // minus the input's zero point
  Int8Output output;

  int32_t product(int8_t value, int8_t weight) const { return (value + input_offset) * weight; }

  int8_t finish(int32_t products, int32_t channel) const {
    const int32_t sum = bias == nullptr ? products : wrapping_add(products, bias[channel]);
    return output.from(scale(sum, factors[channel * factor_step]));
  }
};

struct FloatWeights {
  using Value = float;
  using Filter = float;
  using Sum = float;

  const float* input = nullptr;
  const float* filter = nullptr;
  const float* bias = nullptr;  // null: none
  FloatRange range;

  float product(float value, float weight) const { return value * weight; }

  float finish(float products, int32_t channel) const {
    return clamp(bias == nullptr ? products : products + bias[channel], range);
  }
};

// The product of two scales, rounded to float or not: TensorFlow Lite does one or the other.
inline double product_in_float(float a, float b) { return a * b; }
inline double product_in_double(float a, float b) { return static_cast<double>(a) * static_cast<double>(b); }

struct WeightsOptions {
  Activation activation = Activation::kNone;
  int32_t filter_axis = 0;  // the filter's axis of output channels
  int32_t channels = 0;
  int64_t products = 0;  // in one output
  // Input scale times filter scale, where the filter has one scale.
  double (*single_scale_product)(float, float) = product_in_double;
};

// Checks that input, filter, bias and output have types that go together and that the bias has `channels` elements.
Status check_weights_types(const Op& op, int32_t channels);
Status make_weights(ModelView& model, const Op& op, const WeightsOptions& options, Arena& arena, Int8Weights* weights);
Status make_weights(ModelView& model, const Op& op, const WeightsOptions& options, Arena& arena, FloatWeights* weights);

}  // namespace harness
