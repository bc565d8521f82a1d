// Loops over tensors of any rank, each dimension with a step of its own for each side.
#pragma once

#include "tensor.h"

namespace harness {

// Elements from one index to the next, for each of two tensors; 0 repeats.
struct Strides {
  int32_t first = 0;
  int32_t second = 0;
};

struct StridedLoop {
  int rank = 0;
  int32_t extents[kMaxRank] = {};
  Strides strides[kMaxRank];

  // Adds an inner dimension; what can be one dimension with the last becomes one.
  void add(int32_t extent, Strides step) {
    if (extent == 1) return;
    if (rank != 0) {
      Strides& outer = strides[rank - 1];
      if (outer.first == step.first * extent && outer.second == step.second * extent) {
        extents[rank - 1] *= extent;
        outer = step;
        return;
      }
    }
    extents[rank] = extent;
    strides[rank] = step;
    ++rank;
  }

  // Calls body(first, second) with the two offsets of each element, the innermost dimension fastest.
  template <typename Body>
  void run(const Body& body) const {
    run_from(0, Strides{}, body);
  }

 private:
  template <typename Body>
  void run_from(int dimension, Strides at, const Body& body) const {
    if (dimension == rank) {
      body(at.first, at.second);
      return;
    }
    const Strides step = strides[dimension];
    if (dimension == rank - 1) {
      for (int32_t i = 0; i < extents[dimension]; ++i) body(at.first + i * step.first, at.second + i * step.second);
      return;
    }
    for (int32_t i = 0; i < extents[dimension]; ++i) {
      run_from(dimension + 1, Strides{at.first + i * step.first, at.second + i * step.second}, body);
    }
  }
};

}  // namespace harness
