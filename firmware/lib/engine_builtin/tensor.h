// What a kernel knows of a tensor while it prepares.
#pragma once

#include <cstdint>

#include "flatbuffer.h"
#include "schema.h"

namespace harness {

constexpr int kMaxRank = 6;

struct Shape {
  int rank = 0;
  int32_t dims[kMaxRank] = {};  // positive

  int32_t last() const { return rank == 0 ? 1 : dims[rank - 1]; }
  bool operator==(const Shape& other) const {
    if (rank != other.rank) return false;
    for (int i = 0; i < rank; ++i) {
      if (dims[i] != other.dims[i]) return false;
    }
    return true;
  }
};

struct Quantization {
  FlatVector scales;       // float
  FlatVector zero_points;  // int64
  int32_t axis = 0;
};

// One scale and zero point for a whole tensor of integers: real = scale * (q - zero_point).
struct Affine {
  float scale = 0;
  int32_t zero_point = 0;
};

struct Tensor {
  TensorType type = TensorType::kFloat32;
  Shape shape;
  uint32_t elements = 0;
  uint32_t bytes = 0;
  Quantization quantization;
  const uint8_t* constant = nullptr;  // in the model; null for what an inference computes
  bool is_variable = false;           // state that an op keeps while an inference runs

  uint32_t element_bytes() const { return bytes / elements; }
};

}  // namespace harness
