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

// The pixels of one window, seen from one channel.
template <typename T>
struct Patch {
  const T* first = nullptr;
  int32_t rows = 0;
  int32_t columns = 0;
  int32_t row_step = 0;
  int32_t column_step = 0;

  template <typename Sum, typename Reduce>
  Sum reduce(Sum sum, Reduce reduce) const {
    for (int32_t row = 0; row < rows; ++row) {
      const T* pixel = first + row * row_step;
      for (int32_t column = 0; column < columns; ++column) sum = reduce(sum, pixel[column * column_step]);
    }
    return sum;
  }
};

struct Average {
  // Rounds to nearest, halves away from zero.
  static int8_t of(const Patch<int8_t>& patch, const Int8Params& params) {
    const int32_t sum = patch.reduce(int32_t{0}, [](int32_t a, int8_t b) { return a + b; });
    const int32_t count = patch.rows * patch.columns;
    const int32_t half = sum > 0 ? count / 2 : -(count / 2);
    return params.stage.from((sum + half) / count - params.stage.zero_point);
  }

  static float of(const Patch<float>& patch, const FloatParams& params) {
    const float sum = patch.reduce(0.0F, [](float a, float b) { return a + b; });
    return clamp(sum / static_cast<float>(patch.rows * patch.columns), params.range);
  }
};

struct Max {
  static int8_t of(const Patch<int8_t>& patch, const Int8Params& params) {
    const int32_t max = patch.reduce(kInt8Min, [](int32_t a, int8_t b) { return std::max(a, int32_t{b}); });
    return params.stage.from(max - params.stage.zero_point);
  }

  static float of(const Patch<float>& patch, const FloatParams& params) {
    constexpr float kLowest = std::numeric_limits<float>::lowest();
    return clamp(patch.reduce(kLowest, [](float a, float b) { return std::max(a, b); }), params.range);
  }
};

template <typename Pool, typename T, typename Params>
void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  const Window& window = params.window;
  T* output = params.output;
  Patch<T> patch;
  patch.row_step = window.x.input * window.input_depth;
  patch.column_step = window.input_depth;
  for (int32_t batch = 0; batch < window.batches; ++batch) {
    for (int32_t y = 0; y < window.y.output; ++y) {
      const WindowAxis::Span rows = window.y.span(y);
      patch.rows = rows.end - rows.begin;
      for (int32_t x = 0; x < window.x.output; ++x) {
        const WindowAxis::Span columns = window.x.span(x);
        patch.columns = columns.end - columns.begin;
        const int32_t row = batch * window.y.input + rows.first;
        patch.first = params.input + (row * window.x.input + columns.first) * window.input_depth;
        for (int32_t channel = 0; channel < window.output_depth; ++channel) {
          *output++ = Pool::of(patch, params);
          ++patch.first;
        }
      }
    }
  }
}

Status make_pool_window(ModelView& model, const Op& op, Window* window) {
  using Field = schema::Pool2DOptions;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kPool2D));
  HARNESS_RETURN_IF_ERROR(op.expect_inputs(1, 1));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  WindowOptions options;
  options.padding = option<Padding>(model, op, Field::kPadding);
  options.filter_height = option<int32_t>(model, op, Field::kFilterHeight);
  options.filter_width = option<int32_t>(model, op, Field::kFilterWidth);
  options.stride_height = option<int32_t>(model, op, Field::kStrideH);
  options.stride_width = option<int32_t>(model, op, Field::kStrideW);
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
  if (op.output.tensor.type == TensorType::kFloat32) {
    FloatParams params{window, op.inputs[0].values<float>(), op.output_values<float>(), {}};
    HARNESS_RETURN_IF_ERROR(float_activation_range(op, activation, &params.range));
    *step = make_step(run<Pool, float, FloatParams>, params, arena);
    return {};
  }
  Affine input;
  Affine output;
  Int8Params params{window, op.inputs[0].values<int8_t>(), op.output_values<int8_t>(), {}};
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output.tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, input, output));
  HARNESS_RETURN_IF_ERROR(int8_activation(op, activation, output, &params.stage));
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
