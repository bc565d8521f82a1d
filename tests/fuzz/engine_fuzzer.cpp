// A libFuzzer target: loads any bytes as a model into an arena of any size and runs it, twice.
//   input: u16 bytes of the arena's first part, u16 of its second, u32 seed of the values in the model's inputs, the
//          model; all little-endian
// Model and arena have exactly these sizes, so AddressSanitizer sees each access outside of them. The two runs find
// different bytes in the arena: where they answer differently, one has read what nothing has written.
#include <algorithm>
#include <chrono>
#include <csetjmp>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <random>
#include <string>

#include "../firmware/engine/engine_memory.h"
#include "engine.h"
#include "fuzz_input.h"

namespace {

using harness::Bytes;
using harness::ConstBytes;
using harness::Status;
using harness::StatusCode;

// Leaves an inference that takes too long. Only between ops: one op's work is bounded by arena bytes times model bytes.
class Deadline final : public harness::OpObserver {
 public:
  void before_op(uint16_t) override {
    if (std::chrono::steady_clock::now() > end_) std::longjmp(passed, 1);
  }
  void after_op(uint16_t) override {}

  std::jmp_buf passed;

 private:
  std::chrono::steady_clock::time_point end_ = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
};

struct Answer {
  Status status;
  std::string output;
  bool complete = true;
};

void write_inputs(uint32_t seed) {
  std::minstd_rand random(seed);
  for (uint16_t i = 0; i < harness::engine().input_count(); ++i) {
    const Bytes input = harness::engine().input(i);
    std::generate_n(input.data, input.size, [&] { return static_cast<uint8_t>(random() >> 8); });
  }
}

// The bytes that a refusal asks for, given in the last piece, are enough.
void check_needed(ConstBytes model, const FuzzHeader& header, uint32_t needed) {
  constexpr uint32_t kMostBytes = 1 << 20;
  const uint32_t first = header.second_bytes < 8 ? needed : header.first_bytes / 16 * 16;
  if (needed > kMostBytes) return;
  AlignedBytes first_piece(first, 0);
  AlignedBytes second_piece(needed - first, 0);
  const Status status = harness::engine().load(model, {first_piece.view(), second_piece.view()});
  if (status.code == StatusCode::kArenaTooSmall) std::abort();
}

Status invoke(bool* complete) {
  Deadline deadline;
  *complete = false;
  if (setjmp(deadline.passed) != 0) return {};
  const Status status = harness::engine().invoke(&deadline);
  *complete = true;
  return status;
}

Answer run(ConstBytes model, const FuzzHeader& header, uint8_t fill) {
  AlignedBytes first(header.first_bytes, fill);
  AlignedBytes second(header.second_bytes, fill);
  Answer answer;
  answer.status = harness::engine().load(model, {first.view(), second.view()});
  if (!answer.status.ok()) return answer;
  const harness::ArenaUse use = harness::engine().arena_use();
  if (use.total_bytes > first.view().size + second.view().size) std::abort();
  if (use.persistent_bytes > use.total_bytes) std::abort();
  write_inputs(header.seed);
  answer.status = invoke(&answer.complete);
  if (!answer.status.ok()) std::abort();
  answer.output = read_outputs();
  return answer;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size < sizeof(FuzzHeader)) return -1;
  const FuzzHeader header = read_header(data);
  AlignedBytes model(size - sizeof(header), 0);
  std::memcpy(model.view().data, data + sizeof(header), model.view().size);
  const ConstBytes file{model.view().data, model.view().size};
  const Answer once = run(file, header, 0xA5);
  if (once.status.code == StatusCode::kArenaTooSmall) check_needed(file, header, once.status.detail);
  const Answer again = run(file, header, 0x3C);
  if (!once.complete || !again.complete) return 0;
  if (once.status.code != again.status.code || once.status.detail != again.status.detail) std::abort();
  if (once.output != again.output) std::abort();
  return 0;
}
