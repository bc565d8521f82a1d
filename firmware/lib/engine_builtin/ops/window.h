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

// The window at one place, as far as it lies inside the image.
struct Patch {
  int32_t rows = 0;
  int32_t columns = 0;
  int32_t input = 0;         // element under its first cell, channel 0
  int32_t input_row = 0;     // elements of the image from one of its rows to the next
  int32_t input_column = 0;  // and from one of its columns to the next
  int32_t filter_row = 0;    // its first cell in the filter
  int32_t filter_column = 0;
};

// Its first cell, counted along the filter's rows: for filters that are tensors, whose cells an int32 can count.
inline int32_t first_filter_cell(const Window& window, const Patch& patch) {
  return patch.filter_row * window.x.filter + patch.filter_column;
}

// Calls body(patch, pixel) for each place of an op's output, whose channels start at `pixel`.
template <typename T, typename Body>
void for_each_pixel(const Window& window, T* output, const Body& body) {
  Patch patch;
  patch.input_row = window.y.step() * window.x.input * window.input_depth;
  patch.input_column = window.x.step() * window.input_depth;
  for (int32_t batch = 0; batch < window.batches; ++batch) {
    for (int32_t y = 0; y < window.y.output; ++y) {
      const WindowAxis::Span rows = window.y.span(y);
      patch.rows = rows.end - rows.begin;
      patch.filter_row = rows.begin;
      for (int32_t x = 0; x < window.x.output; ++x) {
        const WindowAxis::Span columns = window.x.span(x);
        const int32_t row = batch * window.y.input + rows.first;
        patch.columns = columns.end - columns.begin;
        patch.input = (row * window.x.input + columns.first) * window.input_depth;
        patch.filter_column = columns.begin;
        body(patch, output);
        output += window.output_depth;
      }
    }
  }
}

struct WindowOptions {
  Padding padding = Padding::kSame;
  int32_t filter_height = 0;
  int32_t filter_width = 0;
  int32_t stride_height = 0;
  int32_t stride_width = 0;
  int32_t dilation_height = 1;
  int32_t dilation_width = 1;
};

// Padding and strides, which all tables have; the rest is the caller's.
template <typename Field>
WindowOptions read_window_options(ModelView& model, const Op& op) {
  WindowOptions options;
  options.padding = option<Padding>(model, op, Field::kPadding);
  options.stride_height = option<int32_t>(model, op, Field::kStrideH);
  options.stride_width = option<int32_t>(model, op, Field::kStrideW);
  return options;
}

// The same with the dilations and the size of a filter whose dimensions 1 and 2 are height and width.
template <typename Field>
WindowOptions read_filter_options(ModelView& model, const Op& op, const Shape& filter) {
  WindowOptions options = read_window_options<Field>(model, op);
  options.filter_height = filter.dims[1];
  options.filter_width = filter.dims[2];
  options.dilation_height = option<int32_t>(model, op, Field::kDilationH, 1);
  options.dilation_width = option<int32_t>(model, op, Field::kDilationW, 1);
  return options;
}

// Checks options, input and output against each other (both NHWC).
Status make_window(const Op& op, const Shape& input, const Shape& output, const WindowOptions& options, Window* window);

// The same for an op whose input 0 is the image.
inline Status make_window(const Op& op, const WindowOptions& options, Window* window) {
  return make_window(op, op.inputs[0].tensor.shape, op.output().tensor.shape, options, window);
}

}  // namespace harness
