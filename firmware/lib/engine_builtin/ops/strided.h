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
      if (outer.first == int64_t{step.first} * extent && outer.second == int64_t{step.second} * extent) {
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
    run_rows([&](Strides at, Strides step, int32_t count) {
      for (int32_t i = 0; i < count; ++i) body(at.first + i * step.first, at.second + i * step.second);
    });
  }

  // The same for whole rows of `count` elements, the first one's offsets being `at`: body(at, step, count).
  template <typename Body>
  void run_rows(const Body& body) const {
    const int inner = rank == 0 ? 0 : rank - 1;
    const int32_t count = rank == 0 ? 1 : extents[inner];
    int32_t index[kMaxRank] = {};
    Strides at;
    do {
      body(at, strides[inner], count);
    } while (advance(inner, index, &at));
  }

  void swap_tensors() {
    for (int i = 0; i < rank; ++i) strides[i] = {strides[i].second, strides[i].first};
  }

 private:
  // To the next index of the dimensions before `inner`; false after the last.
  bool advance(int inner, int32_t* index, Strides* at) const {
    for (int i = inner - 1; i >= 0; --i) {
      const int32_t moves = ++index[i] < extents[i] ? 1 : 1 - extents[i];
      at->first += moves * strides[i].first;
      at->second += moves * strides[i].second;
      if (moves == 1) return true;
      index[i] = 0;
    }
    return false;
  }
};

}  // namespace harness
