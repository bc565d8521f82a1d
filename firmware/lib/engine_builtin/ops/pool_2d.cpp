#include <limits>

#include "activation.h"
#include "ops/window.h"

namespace harness {
namespace {

template <typename T>
struct Params {
  Window window;
  const T* input = nullptr;
  T* output = nullptr;
  QuantizedOutput<T> stage;
};

template <>
struct Params<float> {
  Window window;
  const float* input = nullptr;
  float* output = nullptr;
  FloatRange range;
};

// Folds `reduce` over the patch's pixels; `input` is one channel of the first.
template <typename Sum, typename T, typename Reduce>
Sum fold(const Patch& patch, const T* input, Sum sum, Reduce reduce) {
  for (int32_t row = 0; row < patch.rows; ++row) {
    const T* pixel = input + row * patch.input_row;
    for (int32_t column = 0; column < patch.columns; ++column) sum = reduce(sum, pixel[column * patch.input_column]);
  }
  return sum;
}

struct Average {
  // Rounds to nearest, halves away from zero.
  template <typename T>
  static T of(const Patch& patch, const T* input, const Params<T>& params) {
    const int32_t sum = fold(patch, input, int32_t{0}, [](int32_t a, T b) { return a + b; });
    const int32_t count = patch.rows * patch.columns;
    const int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return params.stage.from((sum + half) / count - params.stage.zero_point);
  }

  static float of(const Patch& patch, const float* input, const Params<float>& params) {
    const float sum = fold(patch, input, 0.0F, [](float a, float b) { return a + b; });
    return clamp(sum / static_cast<float>(patch.rows * patch.columns), params.range);
  }
};

struct Max {
  template <typename T>
  static T of(const Patch& patch, const T* input, const Params<T>& params) {
    constexpr int32_t kLowest = std::numeric_limits<T>::min();
    const int32_t max = fold(patch, input, kLowest, [](int32_t a, T b) { return std::max(a, int32_t{b}); });
    return params.stage.from(max - params.stage.zero_point);
  }

  static float of(const Patch& patch, const float* input, const Params<float>& params) {
    constexpr float kLowest = std::numeric_limits<float>::lowest();
    return clamp(fold(patch, input, kLowest, [](float a, float b) { return std::max(a, b); }), params.range);
  }
};

template <typename Pool, typename T>
void run(const void* untyped) {
  const Params<T>& params = *static_cast<const Params<T>*>(untyped);
  T* output = params.output;
  for_each_patch(params.window, [&](const Patch& patch) {
    const T* input = params.input + patch.input;
    for (int32_t channel = 0; channel < params.window.output_depth; ++channel) {
      *output++ = Pool::of(patch, input + channel, params);
    }
  });
}

Status make_pool_window(ModelView& model, const Op& op, Window* window) {
  using Field = schema::Pool2DOptions;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kPool2D));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  WindowOptions options = read_window_options<Field>(model, op);
  options.filter_height = option<int32_t>(model, op, Field::kFilterHeight);
  options.filter_width = option<int32_t>(model, op, Field::kFilterWidth);
  HARNESS_RETURN_IF_ERROR(make_window(op, options, window));
  if (window->input_depth != window->output_depth) return op.malformed("input and output differ in channels");
  return {};
}

Status finish(ModelView&, const Op& op, Activation activation, Params<float>* params) {
  return float_activation_range(op, activation, &params->range);
}

template <typename T>
Status finish(ModelView& model, const Op& op, Activation activation, Params<T>* params) {
  // A sum over the window must fit in 32 bits.
  constexpr int64_t kMaxPixels = (int64_t{1} << 31) >> (8 * sizeof(T));
  const WindowAxis& y = params->window.y;
  const WindowAxis& x = params->window.x;
  if (int64_t{std::min(y.filter, y.input)} * std::min(x.filter, x.input) > kMaxPixels) {
    return op.not_supported("window of more values than a sum has room for");
  }
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, input, output));
  return quantized_activation(op, activation, output, &params->stage);
}

template <typename Pool, typename T>
Status prepare(ModelView& model, const Op& op, const Window& window, Arena& arena, Step* step) {
  const Activation activation = option<Activation>(model, op, schema::Pool2DOptions::kActivation);
  Params<T> params{window, op.inputs[0].values<T>(), op.output_values<T>(), {}};
  HARNESS_RETURN_IF_ERROR(finish(model, op, activation, &params));
  *step = make_step(run<Pool, T>, params, arena);
  return {};
}

template <typename Pool>
Status prepare_pool(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Window window;
  HARNESS_RETURN_IF_ERROR(make_pool_window(model, op, &window));
  const TensorType type = op.output().tensor.type;
  if (type == TensorType::kFloat32) return prepare<Pool, float>(model, op, window, arena, step);
  if (type == TensorType::kInt16) return prepare<Pool, int16_t>(model, op, window, arena, step);
  return prepare<Pool, int8_t>(model, op, window, arena, step);
}

}  // namespace

Status prepare_average_pool_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare_pool<Average>(model, op, arena, step);
}

Status prepare_max_pool_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare_pool<Max>(model, op, arena, step);
}

}  // namespace harness
