#include <algorithm>
#include <cmath>
#include <cstring>

#include "op.h"

namespace harness {
namespace {

// Along one axis: output element i is the input's at (i + offset) * scale, rounded.
struct Axis {
  int32_t input = 0;
  int32_t output = 0;
  float scale = 0;
  float offset = 0;
  float (*round)(float) = nullptr;

  int32_t source(int32_t i) const {
    const int32_t nearest = static_cast<int32_t>(round((static_cast<float>(i) + offset) * scale));
    return std::min(std::max(nearest, int32_t{0}), input - 1);
  }
};

struct Params {
  int32_t batches = 0;
  Axis y;
  Axis x;
  uint32_t pixel_bytes = 0;
  const uint8_t* input = nullptr;
  uint8_t* output = nullptr;
};

void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  const uint8_t* image = params.input;
  uint8_t* output = params.output;
  const uint32_t row_bytes = static_cast<uint32_t>(params.x.input) * params.pixel_bytes;
  for (int32_t batch = 0; batch < params.batches; ++batch) {
    for (int32_t y = 0; y < params.y.output; ++y) {
      const uint8_t* row = image + static_cast<uint32_t>(params.y.source(y)) * row_bytes;
      for (int32_t x = 0; x < params.x.output; ++x) {
        std::memcpy(output, row + static_cast<uint32_t>(params.x.source(x)) * params.pixel_bytes, params.pixel_bytes);
        output += params.pixel_bytes;
      }
    }
    image += static_cast<uint32_t>(params.y.input) * row_bytes;
  }
}

float round_down(float value) { return std::floor(value); }
float round_to_nearest(float value) { return std::round(value); }

struct Alignment {
  bool corners = false;
  bool half_pixel_centers = false;
};

Axis make_axis(int32_t input, int32_t output, Alignment alignment) {
  const int32_t shorter = alignment.corners && output > 1 ? 1 : 0;  // distances between the outermost elements
  const float scale = static_cast<float>(input - shorter) / static_cast<float>(output - shorter);
  return {input, output, scale, alignment.half_pixel_centers ? 0.5F : 0.0F,
          alignment.corners ? round_to_nearest : round_down};
}

Status check_shapes(const Op& op) {
  constexpr int32_t kMostPixels = 1 << 24;  // along an axis: more are not exact in float
  const Shape& input = op.inputs[0].tensor.shape;
  const Shape& output = op.output().tensor.shape;
  const int32_t* size = nullptr;
  if (input.rank != 4 || output.rank != 4) return op.malformed("image without 4 dimensions");
  HARNESS_RETURN_IF_ERROR(op.read_constants(1, 2, &size));
  if (size[0] != output.dims[1] || size[1] != output.dims[2]) {
    return op.malformed("output does not have the size asked for");
  }
  const bool rest_same = input.dims[0] == output.dims[0] && input.dims[3] == output.dims[3];
  if (!rest_same) return op.malformed("input and output differ in more than height and width");
  const int32_t longest = std::max({input.dims[1], input.dims[2], output.dims[1], output.dims[2]});
  return longest <= kMostPixels ? Status{} : op.not_supported("image with a side over 2^24");
}

}  // namespace

Status prepare_resize_nearest_neighbor(ModelView& model, const Op& op, Arena& arena, Step* step) {
  using Options = schema::ResizeNearestNeighborOptions;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kResizeNearestNeighbor));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(check_shapes(op));
  const Alignment alignment{option<int8_t>(model, op, Options::kAlignCorners) != 0,
                            option<int8_t>(model, op, Options::kHalfPixelCenters) != 0};
  const int32_t* from = op.inputs[0].tensor.shape.dims;
  const int32_t* to = op.output().tensor.shape.dims;
  Params params;
  params.batches = from[0];
  params.y = make_axis(from[1], to[1], alignment);
  params.x = make_axis(from[2], to[2], alignment);
  params.pixel_bytes = static_cast<uint32_t>(from[3]) * op.output().tensor.element_bytes();
  params.input = op.inputs[0].values<uint8_t>();
  params.output = op.output_values<uint8_t>();
  *step = make_step(run, params, arena);
  return {};
}

}  // namespace harness
