#include <algorithm>

#include "ops/copy.h"

namespace harness {
namespace {

// What one dimension keeps: elements first, first + stride, …, `count` of them.
struct Slice {
  int32_t first = 0;
  int32_t stride = 1;
  int32_t count = 0;
};

// One dimension of the op's operands: three constants, and a bit of each mask.
struct Request {
  int32_t begin = 0;
  int32_t end = 0;
  int32_t stride = 0;
  bool from_start = false;   // `begin` does not count
  bool to_end = false;       // `end` does not count
  bool one_element = false;  // that at `begin`; the output does not have the dimension
};

// Where `index`, which counts from the end if negative, stands between the dimension's two ends in a stride's
// direction.
int64_t clamp_index(int32_t index, int32_t extent, int32_t stride) {
  const int64_t from_front = index < 0 ? int64_t{index} + extent : index;
  const int64_t lowest = stride > 0 ? 0 : -1;
  return std::clamp(from_front, lowest, lowest + extent);
}

Slice slice_of(const Request& request, int32_t extent) {
  const bool forward = request.stride > 0;
  const int64_t start = forward ? 0 : extent - 1;
  const int64_t stop = forward ? extent : -1;
  const int64_t first = request.from_start ? start : clamp_index(request.begin, extent, request.stride);
  if (request.one_element) return {static_cast<int32_t>(first), 1, first >= 0 && first < extent ? 1 : 0};
  const int64_t end = request.to_end ? stop : clamp_index(request.end, extent, request.stride);
  const int64_t span = forward ? end - first : first - end;
  const int64_t step = forward ? request.stride : -int64_t{request.stride};
  const int64_t count = span <= 0 ? 0 : (span + step - 1) / step;
  return {static_cast<int32_t>(first), request.stride, static_cast<int32_t>(count)};
}

class Slices {
 public:
  // Reads begins, ends, strides and masks.
  Status open(ModelView& model, const Op& op) {
    const uint32_t rank = static_cast<uint32_t>(op.inputs[0].tensor.shape.rank);
    HARNESS_RETURN_IF_ERROR(op.read_constants(1, rank, &begins_));
    HARNESS_RETURN_IF_ERROR(op.read_constants(2, rank, &ends_));
    HARNESS_RETURN_IF_ERROR(op.read_constants(3, rank, &strides_));
    using Options = schema::StridedSliceOptions;
    if (option<int32_t>(model, op, Options::kEllipsisMask) != 0) return op.not_supported("ellipsis in a slice");
    if (option<int32_t>(model, op, Options::kNewAxisMask) != 0) return op.not_supported("new axis in a slice");
    if (option<int8_t>(model, op, Options::kOffset) != 0) return op.not_supported("slice whose ends are offsets");
    begin_mask_ = option<uint32_t>(model, op, Options::kBeginMask);
    end_mask_ = option<uint32_t>(model, op, Options::kEndMask);
    shrink_mask_ = option<uint32_t>(model, op, Options::kShrinkAxisMask);
    return {};
  }

  Request get(int dimension) const {
    const auto in = [dimension](uint32_t mask) { return ((mask >> dimension) & 1) != 0; };
    return {begins_[dimension], ends_[dimension], strides_[dimension],
            in(begin_mask_),    in(end_mask_),    in(shrink_mask_)};
  }

 private:
  const int32_t* begins_ = nullptr;
  const int32_t* ends_ = nullptr;
  const int32_t* strides_ = nullptr;
  uint32_t begin_mask_ = 0;
  uint32_t end_mask_ = 0;
  uint32_t shrink_mask_ = 0;
};

// The elements to copy; those of the output are neighbours.
struct Selection {
  StridedLoop loop;
  int32_t first = 0;  // element of the input
};

Status select(const Op& op, const Slices& slices, Selection* selection) {
  const Tensor& input = op.inputs[0].tensor;
  int32_t input_stride = static_cast<int32_t>(input.elements);
  int32_t output_stride = static_cast<int32_t>(op.output().tensor.elements);
  Shape expected;
  for (int i = 0; i < input.shape.rank; ++i) {
    const Request request = slices.get(i);
    if (request.stride == 0) return op.malformed("slice with a stride of 0");
    if (request.one_element && request.stride < 0) return op.malformed("one element, backwards");
    const Slice slice = slice_of(request, input.shape.dims[i]);
    if (slice.count == 0) return op.malformed("empty slice");
    if (!request.one_element) expected.dims[expected.rank++] = slice.count;
    if (output_stride % slice.count != 0) return op.malformed("output shape does not follow from the slice");
    input_stride /= input.shape.dims[i];
    output_stride /= slice.count;
    selection->first += slice.first * input_stride;
    if (slice.count != 1) selection->loop.add(slice.count, {slice.stride * input_stride, output_stride});
  }
  const bool fits = expected == op.output().tensor.shape;
  return fits ? Status{} : op.malformed("output shape does not follow from the slice");
}

}  // namespace

Status prepare_strided_slice(ModelView& model, const Op& op, Arena& arena, Step* step) {
  Slices slices;
  Selection selection;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kStridedSlice));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(4, 4));
  HARNESS_RETURN_IF_ERROR(op.expect_same_type());
  HARNESS_RETURN_IF_ERROR(slices.open(model, op));
  HARNESS_RETURN_IF_ERROR(select(op, slices, &selection));
  const uint32_t element_bytes = op.output().tensor.element_bytes();
  const uint8_t* first = op.inputs[0].values<uint8_t>();
  if (first != nullptr) first += selection.first * static_cast<int32_t>(element_bytes);
  *step = make_copy_step(make_copy(selection.loop, first, op.output_values<uint8_t>(), element_bytes), arena);
  return {};
}

}  // namespace harness
