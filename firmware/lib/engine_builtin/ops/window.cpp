#include "ops/window.h"

namespace harness {
namespace {

constexpr int64_t kMaxReach = int64_t{1} << 28;  // keeps every position in int32

// TensorFlow's rules: SAME gives ceil(input / stride) places, VALID as many as fit; of an odd number of padded
// elements the larger half comes after the image.
Status finish_axis(const Op& op, Padding padding, WindowAxis* axis) {
  if (axis->filter <= 0 || axis->stride <= 0 || axis->dilation <= 0) {
    return op.malformed("filter size, stride or dilation is not positive");
  }
  if (axis->filter == 1) axis->dilation = 1;  // between no elements
  const int64_t reach = (int64_t{axis->filter} - 1) * axis->dilation + 1;
  if (reach > kMaxReach || axis->input > kMaxReach || axis->stride > kMaxReach) {
    return op.not_supported("window of more than 2^28 elements");
  }
  const int64_t places = padding == Padding::kSame ? axis->input : axis->input - reach + 1;
  const int64_t output = places <= 0 ? 0 : (places + axis->stride - 1) / axis->stride;
  if (output != axis->output) return op.malformed("output shape does not follow from input, filter and stride");
  const int64_t padded = (output - 1) * axis->stride + reach - axis->input;
  axis->padding = static_cast<int32_t>(std::max(padded, int64_t{0}) / 2);
  return {};
}

}  // namespace

Status make_window(const Op& op, const Shape& input, const Shape& output, const WindowOptions& options,
                   Window* window) {
  if (input.rank != 4 || output.rank != 4) return op.malformed("image that does not have 4 dimensions");
  if (input.dims[0] != output.dims[0]) return op.malformed("input and output differ in batch");
  if (options.padding != Padding::kSame && options.padding != Padding::kValid) {
    return op.malformed("padding is neither SAME nor VALID");
  }
  window->batches = input.dims[0];
  window->input_depth = input.dims[3];
  window->output_depth = output.dims[3];
  window->y = {input.dims[1], output.dims[1], options.filter_height, options.stride_height, options.dilation_height, 0};
  window->x = {input.dims[2], output.dims[2], options.filter_width, options.stride_width, options.dilation_width, 0};
  HARNESS_RETURN_IF_ERROR(finish_axis(op, options.padding, &window->y));
  return finish_axis(op, options.padding, &window->x);
}

}  // namespace harness
