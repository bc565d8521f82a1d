// Runs models for the tests: reads cases from the standard input, writes answers to the standard output, until the
// input ends. All numbers are little-endian, as the computer's.
//   case:   u32 model bytes, u32 bytes of the arena's first piece, u32 of its second, u32 input bytes, the model, the
//           input (zeros where it is too short)
//   answer: u16 status, u32 detail, u32 text bytes, u32 arena total, u32 persistent, u16 before, u16 after (calls of
//           the observer), u32 output bytes, the text, the output
// Model and pieces of the arena have exactly these sizes, so AddressSanitizer sees each access outside of them.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "engine.h"
#include "engine_memory.h"

namespace {

using harness::Bytes;
using harness::Status;

constexpr uint8_t kUninitialized = 0xA5;

// Checks that calls come in pairs and in order.
class CountingObserver final : public harness::OpObserver {
 public:
  void before_op(uint16_t op) override {
    if (op != before || before != after) std::abort();
    ++before;
  }
  void after_op(uint16_t op) override {
    if (op != after) std::abort();
    ++after;
  }

  uint16_t before = 0;
  uint16_t after = 0;
};

bool read_exactly(void* bytes, size_t size) { return std::fread(bytes, 1, size, stdin) == size; }

template <typename T>
void write(T value) {
  std::fwrite(&value, sizeof(value), 1, stdout);
}

void write_inputs(const std::vector<uint8_t>& values) {
  size_t start = 0;
  for (uint16_t i = 0; i < harness::engine().input_count(); ++i) {
    const Bytes input = harness::engine().input(i);
    std::memset(input.data, 0, input.size);
    const size_t size = std::min(input.size, values.size() - start);
    std::copy_n(values.begin() + static_cast<ptrdiff_t>(start), size, input.data);
    start += size;
  }
}

bool run_case() {
  uint32_t sizes[4];
  if (!read_exactly(sizes, sizeof(sizes))) return false;
  AlignedBytes model(sizes[0], kUninitialized);
  AlignedBytes arena(sizes[1], kUninitialized);
  AlignedBytes second_arena(sizes[2], kUninitialized);
  std::vector<uint8_t> input(sizes[3]);
  const Bytes file = model.view();
  if (!read_exactly(file.data, file.size) || !read_exactly(input.data(), input.size())) return false;

  harness::Engine& engine = harness::engine();
  CountingObserver observer;
  std::string output;
  Status status = engine.load({file.data, file.size}, {arena.view(), second_arena.view()});
  if (status.ok()) {
    write_inputs(input);
    status = engine.invoke(&observer);
  }
  if (status.ok()) output = read_outputs();

  const harness::ArenaUse use = engine.arena_use();
  write(static_cast<uint16_t>(status.code));
  write(status.detail);
  write(static_cast<uint32_t>(std::strlen(status.text)));
  write(use.total_bytes);
  write(use.persistent_bytes);
  write(observer.before);
  write(observer.after);
  write(static_cast<uint32_t>(output.size()));
  std::fputs(status.text, stdout);
  std::fwrite(output.data(), 1, output.size(), stdout);
  std::fflush(stdout);
  return true;
}

}  // namespace

int main() {
  while (run_case()) {
  }
  return 0;
}
