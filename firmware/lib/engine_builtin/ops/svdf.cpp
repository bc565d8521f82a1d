#include <cstring>
#include <limits>

#include "activation.h"
#include "op.h"
#include "quantization.h"

namespace harness {
namespace {

// A filter is a vector over the inputs (its feature weights) and one over time (its time weights). Its state is the
// latest `memory` products of inputs and feature weights, the newest last; state and time weights give its output.
// A unit's output is the sum of `rank` filters' and a bias.
struct Sizes {
  int32_t batches = 0;
  int32_t inputs = 0;
  int32_t units = 0;
  int32_t rank = 0;
  int32_t memory = 0;
};

struct FloatArithmetic {
  using Value = float;
  using State = float;
  using Sum = float;

  FloatRange range;

  float feature_product(float value, float weight) const { return value * weight; }
  float remember(float sum) const { return sum; }
  float time_product(float state, float weight) const { return state * weight; }
  static float add(float a, float b) { return a + b; }
  float finish(float sum) const { return clamp(sum, range); }
};

// int8 with a state, and time weights, of int8 or int16. Products over time may be many and wrap.
template <typename T>
struct IntegerArithmetic {
  using Value = int8_t;
  using State = T;
  using Sum = int32_t;

  int32_t input_zero_point = 0;
  int32_t state_zero_point = 0;
  ScaleFactor to_state;
  ScaleFactor to_output;
  Int8Output stage;

  int32_t feature_product(int8_t value, int8_t weight) const { return (value - input_zero_point) * weight; }
  T remember(int32_t sum) const {
    constexpr int32_t kMin = std::numeric_limits<T>::min();
    constexpr int32_t kMax = std::numeric_limits<T>::max();
    return static_cast<T>(std::min(std::max(scale(sum, to_state), kMin), kMax) + state_zero_point);
  }
  int32_t time_product(T state, T weight) const { return (state - state_zero_point) * weight; }
  static int32_t add(int32_t a, int32_t b) { return wrapping_add(a, b); }
  int8_t finish(int32_t sum) const { return stage.from(scale(sum, to_output)); }
};

template <typename Arithmetic>
struct Params {
  using Value = typename Arithmetic::Value;
  using State = typename Arithmetic::State;
  using Sum = typename Arithmetic::Sum;

  Sizes sizes;
  Arithmetic arithmetic;
  const Value* input = nullptr;
  const Value* features = nullptr;
  const State* times = nullptr;
  const Sum* bias = nullptr;  // null: none
  State* state = nullptr;
  Value* output = nullptr;
};

// Updates a filter's state and gives its output.
template <typename Arithmetic>
typename Arithmetic::Sum run_filter(const Params<Arithmetic>& params, const typename Arithmetic::Value* input,
                                    int32_t filter, typename Arithmetic::State* state) {
  const Sizes& sizes = params.sizes;
  const auto* features = params.features + filter * sizes.inputs;
  typename Arithmetic::Sum products = 0;
  for (int32_t i = 0; i < sizes.inputs; ++i) products += params.arithmetic.feature_product(input[i], features[i]);
  std::memmove(state, state + 1, static_cast<size_t>(sizes.memory - 1) * sizeof(*state));
  state[sizes.memory - 1] = params.arithmetic.remember(products);
  const auto* times = params.times + filter * sizes.memory;
  typename Arithmetic::Sum sum = 0;
  for (int32_t i = 0; i < sizes.memory; ++i) {
    sum = Arithmetic::add(sum, params.arithmetic.time_product(state[i], times[i]));
  }
  return sum;
}

template <typename Arithmetic>
void run(const void* untyped) {
  const Params<Arithmetic>& params = *static_cast<const Params<Arithmetic>*>(untyped);
  const Sizes& sizes = params.sizes;
  auto* state = params.state;
  auto* output = params.output;
  for (int32_t batch = 0; batch < sizes.batches; ++batch) {
    const auto* input = params.input + batch * sizes.inputs;
    for (int32_t filter = 0, unit = 0; unit < sizes.units; ++unit) {
      typename Arithmetic::Sum sum = params.bias == nullptr ? 0 : params.bias[unit];
      for (const int32_t end = filter + sizes.rank; filter < end; ++filter, state += sizes.memory) {
        sum = Arithmetic::add(sum, run_filter(params, input, filter, state));
      }
      *output++ = params.arithmetic.finish(sum);
    }
  }
}

enum Input : uint32_t { kInput, kFeatures, kTimes, kBias, kState, kInputs };

bool has_shape(const Tensor& tensor, int64_t rows, int64_t columns) {
  return tensor.shape.rank == 2 && tensor.shape.dims[0] == rows && tensor.shape.dims[1] == columns;
}

Status read_sizes(ModelView& model, const Op& op, Sizes* sizes) {
  const Tensor& features = op.inputs[kFeatures].tensor;
  const Tensor& times = op.inputs[kTimes].tensor;
  const Tensor& state = op.inputs[kState].tensor;
  if (features.shape.rank != 2 || times.shape.rank != 2) return op.malformed("weights that do not have 2 dimensions");
  const int32_t filters = features.shape.dims[0];
  const int32_t rank = option<int32_t>(model, op, schema::SVDFOptions::kRank);
  if (rank <= 0 || filters % rank != 0) return op.malformed("filters are not a multiple of the rank");
  *sizes = {op.output().tensor.shape.dims[0], features.shape.dims[1], filters / rank, rank, times.shape.dims[1]};
  if (!has_shape(op.output().tensor, sizes->batches, sizes->units) ||
      !has_shape(op.inputs[kInput].tensor, sizes->batches, sizes->inputs) || times.shape.dims[0] != filters ||
      !has_shape(state, sizes->batches, int64_t{sizes->memory} * filters)) {
    return op.malformed("shapes of input, weights, state and output do not go together");
  }
  return {};
}

Status check_operands(const Op& op) {
  HARNESS_RETURN_IF_ERROR(op.expect_operands(3, kInputs));
  if (op.input_count != kInputs || !op.inputs[kState].present) return op.malformed("op without state");
  if (!op.inputs[kState].tensor.is_variable) return op.malformed("state that is not a variable tensor");
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  if (op.inputs[kFeatures].tensor.type != op.output().tensor.type) return op.not_supported("type of feature weights");
  const bool same = op.inputs[kTimes].tensor.type == op.inputs[kState].tensor.type;
  return same ? Status{} : op.not_supported("time weights and state of different types");
}

Status check_bias(const Op& op, TensorType type, int32_t units) {
  const Operand& bias = op.inputs[kBias];
  if (!bias.present) return {};
  if (bias.tensor.type != type) return op.not_supported("bias type");
  return bias.tensor.elements == static_cast<uint32_t>(units) ? Status{}
                                                              : op.malformed("bias without one element per unit");
}

template <typename Arithmetic>
Step make_svdf(const Op& op, const Sizes& sizes, const Arithmetic& arithmetic, Arena& arena) {
  using P = Params<Arithmetic>;
  P params;
  params.sizes = sizes;
  params.arithmetic = arithmetic;
  params.input = op.inputs[kInput].values<typename P::Value>();
  params.features = op.inputs[kFeatures].values<typename P::Value>();
  params.times = op.inputs[kTimes].values<typename P::State>();
  params.bias = op.inputs[kBias].present ? op.inputs[kBias].values<typename P::Sum>() : nullptr;
  params.state = reinterpret_cast<typename P::State*>(op.inputs[kState].activation);
  params.output = op.output_values<typename P::Value>();
  return make_step(run<Arithmetic>, params, arena);
}

Status prepare_float(ModelView& model, const Op& op, const Sizes& sizes, Arena& arena, Step* step) {
  FloatArithmetic arithmetic;
  if (op.inputs[kState].tensor.type != TensorType::kFloat32) return op.not_supported("state type");
  HARNESS_RETURN_IF_ERROR(check_bias(op, TensorType::kFloat32, sizes.units));
  const Activation activation = option<Activation>(model, op, schema::SVDFOptions::kActivation);
  HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &arithmetic.range));
  *step = make_svdf(op, sizes, arithmetic, arena);
  return {};
}

// The activation is in the output's range: TensorFlow Lite Micro applies no other.
template <typename T>
Status prepare_integer(ModelView& model, const Op& op, const Sizes& sizes, Arena& arena, Step* step) {
  constexpr int32_t kMaxInputs = 1 << 16;  // whose sum of products fits in 32 bits
  IntegerArithmetic<T> arithmetic;
  Affine tensors[kInputs];
  Affine output;
  if (sizes.inputs > kMaxInputs) return op.not_supported("more than 65536 inputs");
  for (const Input input : {kInput, kFeatures, kTimes, kState}) {
    HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[input].tensor, &tensors[input]));
  }
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_bias(op, TensorType::kInt32, sizes.units));
  if (tensors[kFeatures].zero_point != 0 || tensors[kTimes].zero_point != 0) {
    return op.not_supported("weights with a zero point other than 0");
  }
  const auto scale_of = [&](Input input) { return static_cast<double>(tensors[input].scale); };
  const double to_state = scale_of(kInput) * scale_of(kFeatures) / scale_of(kState);
  const double to_output = scale_of(kState) * scale_of(kTimes) / static_cast<double>(output.scale);
  if (!make_scale_factor(to_state, &arithmetic.to_state) || !make_scale_factor(to_output, &arithmetic.to_output)) {
    return op.not_supported("scales too far apart");
  }
  arithmetic.input_zero_point = tensors[kInput].zero_point;
  arithmetic.state_zero_point = tensors[kState].zero_point;
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, Activation::kNone, output, &arithmetic.stage));
  *step = make_svdf(op, sizes, arithmetic, arena);
  return {};
}

}  // namespace

Status prepare_svdf(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Sizes sizes;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kSVDF));
  HARNESS_RETURN_IF_ERROR(check_operands(op));
  HARNESS_RETURN_IF_ERROR(read_sizes(model, op, &sizes));
  if (op.output().tensor.type == TensorType::kFloat32) return prepare_float(model, op, sizes, arena, step);
  switch (op.inputs[kState].tensor.type) {
    case TensorType::kInt8:
      return prepare_integer<int8_t>(model, op, sizes, arena, step);
    case TensorType::kInt16:
      return prepare_integer<int16_t>(model, op, sizes, arena, step);
    default:
      return op.not_supported("state type");
  }
}

}  // namespace harness
