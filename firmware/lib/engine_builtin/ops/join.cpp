// CONCATENATION, PACK and SPLIT: one tensor, in memory, is rounds of runs, in each round one of every piece.
#include <cstring>

#include "op.h"
#include "quantization.h"

namespace harness {
namespace {

// One run a round, on the whole's side and on the piece's.
struct Piece {
  const uint8_t* from = nullptr;
  uint8_t* to = nullptr;
  uint32_t from_step = 0;  // bytes from one round to the next
  uint32_t to_step = 0;
  uint32_t run_bytes = 0;
};

struct Params {
  const Piece* pieces = nullptr;
  uint32_t piece_count = 0;
  uint32_t rounds = 0;
};

void run(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  for (uint32_t i = 0; i < params.piece_count; ++i) {
    const Piece& piece = params.pieces[i];
    for (uint32_t round = 0; round < params.rounds; ++round) {
      std::memcpy(piece.to + round * piece.to_step, piece.from + round * piece.from_step, piece.run_bytes);
    }
  }
}

uint32_t rounds_before(const Shape& shape, int axis) {
  uint32_t rounds = 1;
  for (int i = 0; i < axis; ++i) rounds *= static_cast<uint32_t>(shape.dims[i]);
  return rounds;
}

// Values move unchanged, so they must mean the same on both sides.
Status check_same_values(ModelView& model, const Op& op, const Tensor& whole, const Tensor& piece) {
  if (piece.type != whole.type) return op.not_supported("tensors of different types");
  if (whole.type != TensorType::kInt8 && whole.type != TensorType::kInt16) return {};
  Affine of_whole;
  Affine of_piece;
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, whole, &of_whole));
  HARNESS_RETURN_IF_ERROR(read_affine(model, op, piece, &of_piece));
  return check_same_quantization(op, of_whole, of_piece);
}

// Checks that the pieces lie one behind the other along an axis of the whole.
Status check_along_axis(ModelView& model, const Op& op, const Tensor& whole, const Operand* pieces, uint32_t count,
                        int axis) {
  int64_t extent = 0;
  for (uint32_t i = 0; i < count; ++i) {
    Shape expected = whole.shape;
    const Shape& shape = pieces[i].tensor.shape;
    HARNESS_RETURN_IF_ERROR(check_same_values(model, op, whole, pieces[i].tensor));
    expected.dims[axis] = shape.dims[axis];
    if (!(expected == shape)) return op.malformed("tensors differ in more than the axis");
    extent += shape.dims[axis];
  }
  return extent == whole.shape.dims[axis] ? Status{} : op.malformed("sizes along the axis do not add up");
}

// Checks that the pieces are the whole's slices along an axis, which they do not have themselves.
Status check_across_axis(ModelView& model, const Op& op, const Tensor& whole, const Operand* pieces, uint32_t count,
                         int axis) {
  Shape expected;
  for (int i = 0; i < whole.shape.rank; ++i) {
    if (i != axis) expected.dims[expected.rank++] = whole.shape.dims[i];
  }
  for (uint32_t i = 0; i < count; ++i) {
    HARNESS_RETURN_IF_ERROR(check_same_values(model, op, whole, pieces[i].tensor));
    if (!(expected == pieces[i].tensor.shape)) return op.malformed("inputs are not slices of the output");
  }
  const bool all = whole.shape.dims[axis] == static_cast<int32_t>(count);
  return all ? Status{} : op.malformed("as many inputs as the output has slices are needed");
}

// Stores make_piece(operand, its bytes a round, where they begin in a round of the whole) for each operand.
template <typename MakePiece>
Step make_rounds(const Operand* operands, uint32_t count, uint32_t rounds, Arena& arena, const MakePiece& make_piece) {
  Piece* pieces = arena.allocate<Piece>(count);
  uint32_t begin = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t run_bytes = operands[i].tensor.bytes / rounds;
    if (pieces != nullptr) new (&pieces[i]) Piece(make_piece(operands[i], run_bytes, begin));
    begin += run_bytes;
  }
  return make_step(run, Params{pieces, count, rounds}, arena);
}

Step make_join(const Op& op, int axis, Arena& arena) {
  const uint32_t rounds = rounds_before(op.output().tensor.shape, axis);
  const uint32_t whole_bytes = op.output().tensor.bytes / rounds;
  uint8_t* whole = op.output_values<uint8_t>();
  return make_rounds(op.inputs, op.input_count, rounds, arena,
                     [=](const Operand& piece, uint32_t run_bytes, uint32_t begin) {
                       return Piece{piece.values<uint8_t>(), whole + begin, run_bytes, whole_bytes, run_bytes};
                     });
}

Step make_split(const Op& op, int axis, Arena& arena) {
  const uint32_t rounds = rounds_before(op.inputs[1].tensor.shape, axis);
  const uint32_t whole_bytes = op.inputs[1].tensor.bytes / rounds;
  const uint8_t* whole = op.inputs[1].values<uint8_t>();
  return make_rounds(op.outputs, op.output_count, rounds, arena,
                     [=](const Operand& piece, uint32_t run_bytes, uint32_t begin) {
                       return Piece{whole + begin, piece.activation, whole_bytes, run_bytes, run_bytes};
                     });
}

}  // namespace

Status prepare_concatenation(ModelView& model, const Op& op, Arena& arena, Step* step) {
  using Options = schema::ConcatenationOptions;
  const Tensor& whole = op.output().tensor;
  int axis = 0;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kConcatenation));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(op.input_count, op.input_count));
  if (option<Activation>(model, op, Options::kActivation) != Activation::kNone) {
    return op.not_supported("activation after a concatenation");
  }
  HARNESS_RETURN_IF_ERROR(op.resolve_axis(option<int32_t>(model, op, Options::kAxis), whole.shape.rank, &axis));
  HARNESS_RETURN_IF_ERROR(check_along_axis(model, op, whole, op.inputs, op.input_count, axis));
  *step = make_join(op, axis, arena);
  return {};
}

Status prepare_pack(ModelView& model, const Op& op, Arena& arena, Step* step) {
  const Tensor& whole = op.output().tensor;
  int axis = 0;
  HARNESS_RETURN_IF_ERROR(op.expect_options(schema::OptionsType::kPack));
  HARNESS_RETURN_IF_ERROR(op.expect_operands(op.input_count, op.input_count));
  const int32_t wanted_axis = option<int32_t>(model, op, schema::PackOptions::kAxis);
  HARNESS_RETURN_IF_ERROR(op.resolve_axis(wanted_axis, whole.shape.rank, &axis));
  HARNESS_RETURN_IF_ERROR(check_across_axis(model, op, whole, op.inputs, op.input_count, axis));
  *step = make_join(op, axis, arena);
  return {};
}

Status prepare_split(ModelView& model, const Op& op, Arena& arena, Step* step) {
  const int32_t* wanted_axis = nullptr;
  int axis = 0;
  HARNESS_RETURN_IF_ERROR(op.expect_operands(2, 2, op.output_count));
  HARNESS_RETURN_IF_ERROR(op.read_constants(0, 1, &wanted_axis));
  const Tensor& whole = op.inputs[1].tensor;
  HARNESS_RETURN_IF_ERROR(op.resolve_axis(*wanted_axis, whole.shape.rank, &axis));
  HARNESS_RETURN_IF_ERROR(check_along_axis(model, op, whole, op.outputs, op.output_count, axis));
  *step = make_split(op, axis, arena);
  return {};
}

}  // namespace harness
