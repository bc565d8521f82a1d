#pragma once

#include "ops/broadcast.h"
#include "ops/sum.h"

namespace harness {
namespace portable {

template <typename Combine, typename T>
Step make_sum(const Op& op, const StridedLoop& loop, const QuantizedSum<Combine, T>& sum, Arena& arena) {
  return make_combination(op, loop, sum, arena);
}

}  // namespace portable
}  // namespace harness
