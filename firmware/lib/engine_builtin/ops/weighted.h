// What the ops with a filter have in common: its operands, how its products become outputs.
#pragma once

#include <type_traits>

#include "activation.h"
#include "op.h"
#include "quantization.h"

namespace harness {

// An int8 sum of this many products cannot overflow 32 bits: 65536 * 128 * 255 < 2^31.
constexpr int32_t kMaxProducts = 65536;

// sums[c] += Σ input[i] * filter[c * filter_step + i], each in order: float sums depend on it.
template <int kChannels, typename Weights>
void add_products(const Weights& weights, const typename Weights::Value* input, const typename Weights::Filter* filter,
                  int32_t filter_step, int32_t count, typename Weights::Sum (&sums)[kChannels]) {
#pragma GCC unroll 4
  for (int32_t i = 0; i < count; ++i) {
#pragma GCC unroll 4
    for (int c = 0; c < kChannels; ++c) sums[c] = weights.add_product(sums[c], input[i], filter[c * filter_step + i]);
  }
}

// The outputs of neighbouring channels from their sums of products.
template <int kChannels, typename Weights>
void finish_channels(const Weights& weights, const typename Weights::Sum (&sums)[kChannels], int32_t channel,
                     typename Weights::Value* output) {
#pragma GCC unroll 4
  for (int c = 0; c < kChannels; ++c) output[channel + c] = weights.finish(sums[c], channel + c);
}

inline int32_t scale_sum(int32_t sum, ScaleFactor factor) { return scale(sum, factor); }
inline int32_t scale_sum(int64_t sum, ScaleFactor factor) { return scale_wide(sum, factor); }

// An int64 constant of a model, which is aligned to 4 bytes only.
struct WordAlignedInt64 {
  uint32_t low;
  uint32_t high;

  operator int64_t() const { return static_cast<int64_t>(uint64_t{high} << 32 | low); }
};

// Of an op on int8 or int16 values, whose sums have the bias's type.
template <typename T, typename Bias>
struct QuantizedWeights {
  using Value = T;
  using Filter = int8_t;
  using Sum = Bias;
  using StoredBias = std::conditional_t<std::is_same_v<Bias, int64_t>, WordAlignedInt64, Bias>;

  const T* input = nullptr;
  const int8_t* filter = nullptr;
  const StoredBias* bias = nullptr;      // null: none
  const ScaleFactor* factors = nullptr;  // of each output channel, or one for all
  int32_t factor_step = 0;               // 1 or 0
  int32_t input_offset = 0;              // minus the input's zero point
  QuantizedOutput<T> output;

  Bias add_product(Bias sum, T value, int8_t weight) const {
    return wrapping_add(sum, Bias{(value + input_offset) * weight});
  }

  T finish(Bias products, int32_t channel) const {
    const Bias sum = bias == nullptr ? products : wrapping_add(products, Bias{bias[channel]});
    return output.from(scale_sum(sum, factors[channel * factor_step]));
  }
};

using Int8Weights = QuantizedWeights<int8_t, int32_t>;
using Int16Weights = QuantizedWeights<int16_t, int64_t>;
using NarrowInt16Weights = QuantizedWeights<int16_t, int32_t>;  // their sums wrap as TensorFlow Lite Micro's

struct FloatWeights {
  using Value = float;
  using Filter = float;
  using Sum = float;

  const float* input = nullptr;
  const float* filter = nullptr;
  const float* bias = nullptr;  // null: none
  FloatRange range;

  float add_product(float sum, float value, float weight) const { return sum + value * weight; }

  float finish(float products, int32_t channel) const {
    return clamp(bias == nullptr ? products : products + bias[channel], range);
  }
};

struct WeightsOptions {
  Activation activation = Activation::kNone;
  int32_t filter_axis = 0;  // the filter's axis of output channels
  int32_t channels = 0;
  int64_t products = 0;  // in one output
  // The type of an int16 op's sums where it has no bias: int32, or any other for int64.
  TensorType absent_bias_type = TensorType::kInt64;
  // Which of the op's inputs are the values and the bias; the filter is input 1, and the bias the last.
  uint32_t values = 0;
  uint32_t bias = 2;
};

// Checks that values, filter, bias and output have types that go together, and the bias an element for each channel.
Status check_weights_types(const Op& op, const WeightsOptions& options);

// Whether an int16 op adds up in 32 bits.
bool has_narrow_sums(const Op& op, const WeightsOptions& options);

template <typename T, typename Bias>
Status make_weights(ModelView& model, const Op& op, const WeightsOptions& options, Arena& arena,
                    QuantizedWeights<T, Bias>* weights);
Status make_weights(ModelView& model, const Op& op, const WeightsOptions& options, Arena& arena, FloatWeights* weights);

}  // namespace harness
