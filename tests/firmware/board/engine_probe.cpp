// An engine whose input, a u32 of little-endian bytes, says what an inference does: one of Act, or, from kFirstLoop on,
// a loop of so many rounds of two instructions.
#include "engine.h"
#include "little_endian.h"

namespace harness {
namespace {

enum Act : uint32_t { kNothing, kUndefinedInstruction, kReadNowhere, kOverflowStack, kFirstLoop };

constexpr uint32_t kNowhere = 0xE0200000;

void loop(uint32_t rounds) {
  __asm volatile(
      ".syntax unified \n"
      "1: subs %0, #1 \n"
      "bne 1b"
      : "+l"(rounds)
      :
      : "cc");
}

// Takes more than 256 bytes of stack for each level.
[[gnu::noinline]] uint32_t recurse(uint32_t levels) {
  volatile uint32_t frame[64];
  frame[0] = levels;
  return levels == 0 ? 0 : recurse(levels - 1) + frame[0];
}

class ProbeEngine final : public Engine {
 public:
  const char* name() const override { return "probe"; }
  const char* version() const override { return "0"; }

  Status load(ConstBytes, ArenaMemory) override { return {}; }
  ArenaUse arena_use() const override { return {}; }
  ArenaPart arena_part(uint16_t) const override { return {}; }
  uint16_t op_count() const override { return 0; }
  uint16_t input_count() const override { return 1; }
  uint16_t output_count() const override { return 0; }
  Bytes input(uint16_t) override { return {input_, sizeof input_}; }
  ConstBytes output(uint16_t) const override { return {}; }

  Status invoke(OpObserver*) override {
    switch (const uint32_t act = load_u32(input_)) {
      case kNothing:
        break;
      case kUndefinedInstruction:
        __asm volatile("udf #0");
        break;
      case kReadNowhere:
        static_cast<void>(*reinterpret_cast<volatile uint32_t*>(kNowhere));
        break;
      case kOverflowStack:
        recurse(1000);
        break;
      default:
        loop(act);
    }
    return {};
  }

 private:
  uint8_t input_[4] = {};
};

ProbeEngine probe_engine;

}  // namespace

Engine& engine() { return probe_engine; }

}  // namespace harness
