#include "ops/kernels.h"
#include "ops/pooling.h"

namespace harness {
namespace {

template <typename Pool, typename T>
void run(const void* untyped) {
  kernels::pool(Pool{}, *static_cast<const Pooling<T>*>(untyped));
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

Status finish(ModelView&, const Op& op, Activation activation, Pooling<float>* pooling) {
  return float_activation_range(op, activation, &pooling->stage.output);
}

template <typename T>
Status finish(ModelView& model, const Op& op, Activation activation, Pooling<T>* pooling) {
  // A sum over the window must fit in 32 bits.
  constexpr int64_t kMaxPixels = (int64_t{1} << 31) >> (8 * sizeof(T));
  const WindowAxis& y = pooling->window.y;
  const WindowAxis& x = pooling->window.x;
  if (int64_t{std::min(y.filter, y.input)} * std::min(x.filter, x.input) > kMaxPixels) {
    return op.not_supported("window of more values than a sum has room for");
  }
  Affine input;
  Affine output;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.inputs[0].tensor, &input));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, op.output().tensor, &output));
  HARNESS_RETURN_IF_ERROR(check_same_quantization(op, input, output));
  return quantized_activation(op, activation, output, &pooling->stage.output);
}

template <typename Pool, typename T>
Status prepare(ModelView& model, const Op& op, const Window& window, Arena& arena, Step* step) {
  const Activation activation = option<Activation>(model, op, schema::Pool2DOptions::kActivation);
  Pooling<T> pooling{window, op.inputs[0].values<T>(), op.output_values<T>(), {}};
  HARNESS_RETURN_IF_ERROR(finish(model, op, activation, &pooling));
  *step = make_step(run<Pool, T>, pooling, arena);
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
