// Prints what the log makes of lines as the library writes them, one answer a line.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>

#include "log.h"

void MicroPrintf(const char* format, ...);

namespace {

void show() { std::printf("%s|%d\n", harness::library_log().text(), harness::library_log().op()); }

template <typename... Values>
void print(const char* format, Values... values) {
  harness::library_log().clear();
  MicroPrintf(format, values...);
  show();
}

}  // namespace

int main() {
  show();
  print("nothing to fill in");
  print("Input type %s (%d) not supported.", "INT64", -4);
  print("Requested: %u, available %zu, missing: %5u", 4000000000U, size_t{12}, 7U);
  print("100%% of %c and %i", 'x', INT32_MIN);
  print("0x%08x %ld %lld %lu", 0xBEEFU, -5L, INT64_MIN, 5UL);
  print("scale %.3f and %f", 2.75, -1e6);
  print("%f, %f, %f, %f", 1e300, -1e300, HUGE_VAL, std::nan(""));
  print("no string: %s", static_cast<const char*>(nullptr));
  print("ends in %");
  print("Node %s (number %df) failed to prepare with status %d", "CONV_2D", 12, 1);
  const char* const long_word = "0123456789012345678901234567890123456789012345678901234567890123456789";
  print("%s%s", long_word, long_word);

  harness::library_log().clear();
  MicroPrintf("the cause");
  MicroPrintf("Node %s (number %d) failed to invoke with status %d", "ADD", 3, 1);
  show();
}
