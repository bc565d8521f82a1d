// Evaluates the engine's arithmetic for the tests: lines of a function's name and its arguments on the standard input,
// its result in a line of the standard output.
#include <cstdlib>
#include <iostream>
#include <string>

#include "ops/fixed_point.h"
#include "planner.h"
#include "quantization.h"

namespace {

using harness::PlanRecord;
using harness::ScaleFactor;

template <typename T>
T next() {
  T value{};
  std::cin >> value;
  return value;
}

void scale_factor() {
  ScaleFactor factor;
  const double real = std::strtod(next<std::string>().c_str(), nullptr);
  const bool made = harness::make_scale_factor(real, &factor);
  std::cout << made << ' ' << factor.multiplier << ' ' << factor.shift << '\n';
}

void scale() {
  const int32_t x = next<int32_t>();
  const int32_t multiplier = next<int32_t>();
  std::cout << harness::scale(x, ScaleFactor{multiplier, next<int32_t>()}) << '\n';
}

void scale_wide() {
  const int64_t x = next<int64_t>();
  const int32_t multiplier = next<int32_t>();
  std::cout << harness::scale_wide(x, ScaleFactor{multiplier, next<int32_t>()}) << '\n';
}

// Arguments: the boundary, the number of records and of each its bytes, first and last op. Result: the bytes
// of both pieces, then the offsets.
void plan() {
  PlanRecord records[64];
  const uint64_t boundary = next<uint64_t>();
  const uint16_t count = next<uint16_t>();
  for (uint16_t i = 0; i < count; ++i) {
    records[i].bytes = next<uint32_t>();
    records[i].first_op = next<uint16_t>();
    records[i].last_op = next<uint16_t>();
  }
  const harness::FrontBytes front = harness::plan_greedy_by_size(records, count, boundary);
  std::cout << front.first << ' ' << front.second;
  for (uint16_t i = 0; i < count; ++i) std::cout << ' ' << records[i].offset;
  std::cout << '\n';
}

}  // namespace

int main() {
  for (std::string function; std::cin >> function;) {
    if (function == "scale_factor") scale_factor();
    if (function == "scale") scale();
    if (function == "scale_wide") scale_wide();
    if (function == "plan") plan();
    if (function == "exp") std::cout << harness::exp_of_negative(next<int32_t>()) << '\n';
    if (function == "reciprocal") std::cout << harness::reciprocal_of_one_plus(next<int32_t>()) << '\n';
  }
  return 0;
}
