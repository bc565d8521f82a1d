// How a window slides over an NHWC image: what convolutions and poolings have in common.
#pragma once

#include <algorithm>

#include "op.h"

namespace harness {

// Along one axis.
struct WindowAxis {
  int32_t input = 0;
  int32_t output = 0;
  int32_t filter = 0;
  int32_t stride = 0;
  int32_t dilation = 0;
  int32_t padding = 0;  // before the first element

  // The part of the filter that lies inside the image when the window is at one place.
  struct Span {
    int32_t begin = 0;  // filter index
    int32_t end = 0;
    int32_t first = 0;  // input index of the filter's `begin`
  };

  // From one filter element to the next. No more than one is inside the image where `dilation` exceeds its size.
  int32_t step() const { return std::min(dilation, input); }

  Span span(int32_t output_index) const {
    const int32_t origin = output_index * stride - padding;
    Span result;
    result.begin = origin < 0 ? (dilation - 1 - origin) / dilation : 0;
    result.end = std::min(filter, (input - origin + dilation - 1) / dilation);
    if (result.end <= result.begin) return {};
    result.first = origin + result.begin * dilation;
    return result;
  }
};

struct Window {
  int32_t batches = 0;
  int32_t input_depth = 0;
  int32_t output_depth = 0;
  WindowAxis y;
  WindowAxis x;
};

struct WindowOptions {
  Padding padding = Padding::kSame;
  int32_t filter_height = 0;
  int32_t filter_width = 0;
  int32_t stride_height = 0;
  int32_t stride_width = 0;
  int32_t dilation_height = 1;
  int32_t dilation_width = 1;
};

// Checks options, input and output against each other (both NHWC, float32 or int8).
Status make_window(const Op& op, const WindowOptions& options, Window* window);

}  // namespace harness
