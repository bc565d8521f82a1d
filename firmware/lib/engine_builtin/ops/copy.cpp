#include "ops/copy.h"

#include <cstring>

namespace harness {
namespace {

void copy_runs(const void* copy) { static_cast<const Copy*>(copy)->run(); }

// The size being known, a copy is a load and a store.
template <int32_t kBytes>
void copy_elements(const void* untyped) {
  const Copy& copy = *static_cast<const Copy*>(untyped);
  copy.runs.run(
      [&](int32_t from, int32_t to) { std::memcpy(copy.to + to * kBytes, copy.from + from * kBytes, kBytes); });
}

}  // namespace

void Copy::run() const {
  const int32_t step = static_cast<int32_t>(element_bytes);
  runs.run([&](int32_t first, int32_t second) { std::memcpy(to + second * step, from + first * step, run_bytes); });
}

Copy make_copy(const StridedLoop& elements, const uint8_t* from, uint8_t* to, uint32_t element_bytes) {
  Copy copy{elements, from, to, element_bytes, element_bytes};
  StridedLoop& runs = copy.runs;
  if (runs.rank != 0 && runs.strides[runs.rank - 1].first == 1 && runs.strides[runs.rank - 1].second == 1) {
    copy.run_bytes *= static_cast<uint32_t>(runs.extents[--runs.rank]);
  }
  return copy;
}

Step make_copy_step(const Copy& copy, Arena& arena) {
  switch (copy.run_bytes == copy.element_bytes ? copy.element_bytes : 0) {
    case 1:
      return make_step(copy_elements<1>, copy, arena);
    case 2:
      return make_step(copy_elements<2>, copy, arena);
    case 4:
      return make_step(copy_elements<4>, copy, arena);
    default:
      return make_step(copy_runs, copy, arena);
  }
}

}  // namespace harness
