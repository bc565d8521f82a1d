#include <limits>

#include "activation.h"
#include "ops/window.h"

namespace harness {
namespace {

struct Int8Params {
  Window window;
  const int8_t* input = nullptr;
  int8_t* output = nullptr;
  Int8Output stage;
};

struct FloatParams {
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
  static int8_t of(const Patch& patch, const int8_t* input, const Int8Params& params) {
    const int32_t sum = fold(patch, input, int32_t{0}, [](int32_t a, int8_t b) { return a + b; });
    const int32_t count = patch.rows * patch.columns;
    const int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return params.stage.from((sum + half) / count - params.stage.zero_point);
  }

  static float of(const Patch& patch, const float* input, const FloatParams& params) {
    const float sum = fold(patch, input, 0.0F, [](float a, float b) { return a + b; });
    return clamp(sum / static_cast<float>(patch.rows * patch.columns), params.range);
  }
};

struct Max {
  static int8_t of(const Patch& patch, const int8_t* input, const Int8Params& params) {
    const int32_t max = fold(patch, input, kInt8Min, [](int32_t a, int8_t b) { return std::max(a, int32_t{b}); });
    return params.stage.from(max - params.stage.zero_point);
  }

  static float of(const Patch& patch, const float* input, const FloatParams& params) {
    constexpr float kLowest = std::numeric_limits<float>::lowest();
    return clamp(fold(patch, input, kLowest, [](float a, float b) { return std::max(a, b); }), params.range);
  }
};

template <typename Pool, typename T, typename Params>
void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
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
  // An int8 sum over the image must fit in 32 bits.
  constexpr int64_t kMaxPixels = int64_t{1} << 23;
  if (int64_t{window->y.input} * window->x.input > kMaxPixels)
    return op.not_supported("image of more than 2^23 pixels");
  if (window->input_depth != window->output_depth) return op.malformed("input and output differ in channels");
  return {};
}

template <typename Pool>
Status prepare_pool(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Window window;
  HARNESS_RETURN_IF_ERROR(make_pool_window(model, op, &window));
  const Activation activation = option<Activation>(model, op, schema::Pool2DOptions::kActivation);
  if (op.output().tensor.type == TensorType::kFloat32) {
    FloatParams params{window, op.inputs[0].values<float>(), op.output_values<float>(), {}};
    HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &params.range));
    *step = make_step(run<Pool, float, FloatParams>, params, arena);
    return {};
  }
  Affine input;
  Affine output;
  Int8Params params{window, op.inputs[0].values<int8_t>(), op.output_values<int8_t>(), {}};
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, input, output));
  HARNESS_RETURN_IF_ERROR(quantized_activation(op, activation, output, &params.stage));
  *step = make_step(run<Pool, int8_t, Int8Params>, params, arena);
  return {};
}

}  // namespace

Status prepare_average_pool_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare_pool<Average>(model, op, arena, step);
}

Status prepare_max_pool_2d(ModelView& model, const Op& op, Arena& arena, Step* step) {
  return prepare_pool<Max>(model, op, arena, step);
}

}  // namespace harness
