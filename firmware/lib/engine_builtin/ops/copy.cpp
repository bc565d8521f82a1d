#include "ops/copy.h"

#include <cstring>

namespace harness {
namespace {

struct Params {
  StridedLoop runs;
  const uint8_t* from = nullptr;
  uint8_t* to = nullptr;
  uint32_t element_bytes = 0;
  uint32_t run_bytes = 0;
};

void copy_runs(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  const int32_t element_bytes = static_cast<int32_t>(params.element_bytes);
  params.runs.run([&](int32_t from, int32_t to) {
    std::memcpy(params.to + to * element_bytes, params.from + from * element_bytes, params.run_bytes);
  });
}

// The size being known, a copy is a load and a store.
template <int32_t kBytes>
void copy_elements(const void* untyped) {
  const Params& params = *static_cast<const Params*>(untyped);
  params.runs.run(
      [&](int32_t from, int32_t to) { std::memcpy(params.to + to * kBytes, params.from + from * kBytes, kBytes); });
}

}  // namespace

Step make_copy(StridedLoop elements, const uint8_t* from, uint8_t* to, uint32_t element_bytes, Arena& arena) {
  Params params{elements, from, to, element_bytes, element_bytes};
  StridedLoop& runs = params.runs;
  if (runs.rank != 0 && runs.strides[runs.rank - 1].first == 1 && runs.strides[runs.rank - 1].second == 1) {
    params.run_bytes *= static_cast<uint32_t>(runs.extents[--runs.rank]);
    return make_step(copy_runs, params, arena);
  }
  switch (element_bytes) {
    case 1:
      return make_step(copy_elements<1>, params, arena);
    case 2:
      return make_step(copy_elements<2>, params, arena);
    case 4:
      return make_step(copy_elements<4>, params, arena);
    default:
      return make_step(copy_runs, params, arena);
  }
}

}  // namespace harness
