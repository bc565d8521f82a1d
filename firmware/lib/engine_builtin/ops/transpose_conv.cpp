// TRANSPOSE_CONV is the transpose of a convolution whose image is this op's output: each of its inputs is what the
// convolution computes at one place of its window. An output is the sum over the places whose window covers it.
#include "ops/kernels.h"
#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {
namespace {

enum Input : uint32_t { kOutputShape, kFilter, kInput, kBias };

// The filter is (output channels, height, width, input channels).
template <typename Weights>
struct Params {
  Window window;  // the convolution's
  Weights weights;
  typename Weights::Value* output = nullptr;
};

// Along one axis: the places that cover an element, and the filter's cell over it at the first of them. From one place
// to the next it is `stride` cells less.
struct Cover {
  int32_t first = 0;
  int32_t count = 0;
  int32_t cell = 0;
};

Cover find_cover(const WindowAxis& axis, int32_t element) {
  const int32_t cell_at_place_0 = element + axis.padding;
  const int32_t past_filter = std::max(cell_at_place_0 - axis.filter + 1, int32_t{0});
  const int32_t first = (past_filter + axis.stride - 1) / axis.stride;
  const int32_t end = std::min(cell_at_place_0 / axis.stride + 1, axis.output);
  return {first, std::max(end - first, int32_t{0}), cell_at_place_0 - first * axis.stride};
}

// One channel of one output pixel; `input` is the image of its batch. One channel at a time: blocks of four, as in
// convolutions, would take as much flash again for each type.
template <typename Weights>
typename Weights::Value sum_channel(const Params<Weights>& params, const Cover& rows, const Cover& columns,
                                    const typename Weights::Value* input, int32_t channel) {
  const Window& window = params.window;
  const int32_t depth = window.output_depth;
  const auto* filter = params.weights.filter + channel * window.y.filter * window.x.filter * depth;
  typename Weights::Sum sums[1] = {};
  for (int32_t row = 0; row < rows.count; ++row) {
    for (int32_t column = 0; column < columns.count; ++column) {
      const int32_t place = (rows.first + row) * window.x.output + columns.first + column;
      const int32_t cell =
          (rows.cell - row * window.y.stride) * window.x.filter + columns.cell - column * window.x.stride;
      add_products(params.weights, input + place * depth, filter + cell * depth, 0, depth, sums);
    }
  }
  return params.weights.finish(sums[0], channel);
}

template <typename Weights>
void run(const void* untyped) {
  const Params<Weights>& params = *static_cast<const Params<Weights>*>(untyped);
  const Window& window = params.window;
  auto* output = params.output;
  for (int32_t batch = 0; batch < window.batches; ++batch) {
    const auto* input = params.weights.input + batch * window.y.output * window.x.output * window.output_depth;
    for (int32_t y = 0; y < window.y.input; ++y) {
      const Cover rows = find_cover(window.y, y);
      for (int32_t x = 0; x < window.x.input; ++x) {
        const Cover columns = find_cover(window.x, x);
        for (int32_t channel = 0; channel < window.input_depth; ++channel) {
          *output++ = sum_channel(params, rows, columns, input, channel);
        }
      }
    }
  }
}

// The first input, the output's shape, says nothing that the output does not.
Status read_window(ModelView& model, const Op& op, Window* window) {
  const Shape& filter = op.inputs[kFilter].tensor.shape;
  if (filter.rank != 4) return op.malformed("filter that does not have 4 dimensions");
  WindowOptions options = read_window_options<schema::TransposeConvOptions>(model, op);
  options.filter_height = filter.dims[1];
  options.filter_width = filter.dims[2];
  HARNESS_RETURN_IF_ERROR(make_window(op, op.output().tensor.shape, op.inputs[kInput].tensor.shape, options, window));
  const bool fits = filter.dims[0] == window->input_depth && filter.dims[3] == window->output_depth;
  return fits ? Status{} : op.malformed("filter differs from input or output in channels");
}

template <typename Weights>
Status prepare(ModelView& model, const Op& op, const Window& window, const WeightsOptions& options, Arena& arena,
               Step* step) {
  Params<Weights> params{window, {}, op.output_values<typename Weights::Value>()};
  HARNESS_RETURN_IF_ERROR(make_weights(model, op, options, arena, &params.weights));
  *step = make_step(run<Weights>, params, arena);
  return {};
}

}  // namespace

Status prepare_transpose_conv(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Window window;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kTransposeConv));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(kBias, kBias + 1));
  HARNESS_RETURN_IF_ERROR(read_window(model, op, &window));
  WeightsOptions options;
  options.activation = option<Activation>(model, op, schema::TransposeConvOptions::kActivation);
  options.channels = window.input_depth;
  options.products = int64_t{window.y.filter} * window.x.filter * window.output_depth;
  options.values = kInput;
  options.bias = kBias;
  HARNESS_RETURN_IF_ERROR(check_weights_types(op, options));
  switch (op.output().tensor.type) {
    case TensorType::kInt8:
      return prepare<kernels::Int8Weights>(model, op, window, options, arena, step);
    case TensorType::kInt16:
      if (has_narrow_sums(op, options)) return op.not_supported("int32 bias of int16 values");
      return prepare<Int16Weights>(model, op, window, options, arena, step);
    default:
      return prepare<FloatWeights>(model, op, window, options, arena, step);
  }
}

}  // namespace harness
