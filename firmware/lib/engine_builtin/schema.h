// Field numbers and enum values of the TensorFlow Lite file format, as far as this engine reads it.
// Source: tensorflow/compiler/mlir/lite/schema/schema.fbs, where a table's fields are numbered in order from 0.
#pragma once

#include <cstdint>

namespace harness {
namespace schema {

constexpr uint32_t kVersion = 3;

enum class Model : uint16_t { kVersion = 0, kOperatorCodes = 1, kSubgraphs = 2, kBuffers = 4 };
enum class OperatorCode : uint16_t { kDeprecatedBuiltinCode = 0, kBuiltinCode = 3 };
enum class SubGraph : uint16_t { kTensors = 0, kInputs = 1, kOutputs = 2, kOperators = 3 };
enum class Buffer : uint16_t { kData = 0, kOffset = 1 };
enum class Tensor : uint16_t { kShape = 0, kType = 1, kBuffer = 2, kQuantization = 4, kIsVariable = 5, kSparsity = 6 };
enum class Quantization : uint16_t { kScale = 2, kZeroPoint = 3, kDetailsType = 4, kQuantizedDimension = 6 };
enum class Operator : uint16_t { kOpcodeIndex = 0, kInputs = 1, kOutputs = 2, kOptionsType = 3, kOptions = 4 };

enum class Conv2DOptions : uint16_t {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kActivation = 3,
  kDilationW = 4,
  kDilationH = 5,
  kBiasType = 6
};
enum class DepthwiseConv2DOptions : uint16_t {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kDepthMultiplier = 3,
  kActivation = 4,
  kDilationW = 5,
  kDilationH = 6
};
enum class Pool2DOptions : uint16_t {
  kPadding = 0,
  kStrideW = 1,
  kStrideH = 2,
  kFilterWidth = 3,
  kFilterHeight = 4,
  kActivation = 5
};
enum class FullyConnectedOptions : uint16_t { kActivation = 0, kWeightsFormat = 1, kBiasType = 4 };
enum class SoftmaxOptions : uint16_t { kBeta = 0 };
enum class AddOptions : uint16_t { kActivation = 0 };
enum class SubOptions : uint16_t { kActivation = 0 };
enum class MulOptions : uint16_t { kActivation = 0 };
enum class SVDFOptions : uint16_t { kRank = 0, kActivation = 1 };
enum class LeakyReluOptions : uint16_t { kAlpha = 0 };
enum class TransposeConvOptions : uint16_t { kPadding = 0, kStrideW = 1, kStrideH = 2, kActivation = 3 };
enum class ConcatenationOptions : uint16_t { kAxis = 0, kActivation = 1 };
enum class PackOptions : uint16_t { kAxis = 1 };
enum class ResizeNearestNeighborOptions : uint16_t { kAlignCorners = 0, kHalfPixelCenters = 1 };
enum class StridedSliceOptions : uint16_t {
  kBeginMask = 0,
  kEndMask = 1,
  kEllipsisMask = 2,
  kNewAxisMask = 3,
  kShrinkAxisMask = 4,
  kOffset = 5
};
enum class ReducerOptions : uint16_t { kKeepDims = 0 };

// Which options table an operator carries (the union BuiltinOptions).
enum class OptionsType : uint8_t {
  kNone = 0,
  kConv2D = 1,
  kDepthwiseConv2D = 2,
  kPool2D = 5,
  kSVDF = 6,
  kFullyConnected = 8,
  kSoftmax = 9,
  kConcatenation = 10,
  kAdd = 11,
  kMul = 21,
  kReducer = 27,
  kSub = 28,
  kStridedSlice = 32,
  kMaximumMinimum = 39,
  kTransposeConv = 49,
  kPack = 59,
  kResizeNearestNeighbor = 74,
  kLeakyRelu = 75,
  kHardSwish = 91,
};

}  // namespace schema

enum class TensorType : int8_t { kFloat32 = 0, kInt32 = 2, kInt64 = 4, kInt16 = 7, kInt8 = 9 };
enum class Padding : int8_t { kSame = 0, kValid = 1 };
enum class Activation : int8_t { kNone = 0, kRelu = 1, kReluN1To1 = 2, kRelu6 = 3 };

}  // namespace harness
