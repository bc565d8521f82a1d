// Convolutions; among them fully connected layers, which are convolutions of single cells.
#pragma once

#include "ops/weighted.h"
#include "ops/window.h"

namespace harness {

// The filter is (output channels, height, width, input channels of one group).
struct ConvolutionGeometry {
  Window window;
  int32_t filter_depth = 0;        // input channels of one group
  int32_t filter_elements = 0;     // of one output channel
  int32_t channels_per_group = 0;  // output channels
  bool contiguous_rows = false;    // a row of the filter and the pixels under it are each contiguous in memory
};

template <typename Weights>
struct Convolution {
  ConvolutionGeometry geometry;
  Weights weights;
  typename Weights::Value* output = nullptr;
};

// The pieces of a patch that are contiguous in the image and in the filter: whole rows, or single pixels.
struct Runs {
  int32_t in_row = 0;         // pieces
  int32_t products = 0;       // in a piece
  int32_t filter_row = 0;     // elements from one row to the next
  int32_t filter_column = 0;  // elements from one pixel to the next
};

inline Runs find_runs(const ConvolutionGeometry& geometry, const Patch& patch) {
  const int32_t filter_row = geometry.window.x.filter * geometry.filter_depth;
  if (geometry.contiguous_rows) return {1, patch.columns * geometry.filter_depth, filter_row, 0};
  return {patch.columns, geometry.filter_depth, filter_row, geometry.filter_depth};
}

// Checks types and quantization, and leaves the step that convolves input 0 with input 1 and adds input 2.
Status prepare_convolution(ModelView& model, const Op& op, const ConvolutionGeometry& geometry,
                           const WeightsOptions& options, Arena& arena, Step* step);

}  // namespace harness
