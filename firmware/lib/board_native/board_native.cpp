// The firmware as a Linux program. Its serial line is a pseudo-terminal, whose path is the one line it prints; it ends
// when its standard input does, so that it never outlives the process that started it.
#include <ctime>

#include "board.h"
#include "cost_regions.h"
#include "serial_line.h"
#include "stack_paint.h"

namespace harness {
namespace {

constexpr uint32_t kTimerHz = 1'000'000'000;
constexpr size_t kStackWords = HARNESS_STACK_BYTES / sizeof(uint32_t);

alignas(16) uint8_t arena[HARNESS_ARENA_BYTES];
alignas(16) uint8_t model_slot[HARNESS_MODEL_SLOT_BYTES];
SerialLine line;
StackPaint stack(nullptr, nullptr);
uint64_t timer_start_ns;

// The part of the main thread's stack below board_start()'s caller.
void paint_stack() {
  constexpr size_t kOwnFrameWords = 256;
  uint32_t* const top = static_cast<uint32_t*>(__builtin_frame_address(0));
  stack = StackPaint(top - kStackWords, top);
  stack.paint(top - kOwnFrameWords);
}

uint64_t now_ns() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<uint64_t>(now.tv_sec) * kTimerHz + static_cast<uint64_t>(now.tv_nsec);
}

}  // namespace

void board_start() {
  paint_stack();
  line.open();
  board_restart_timer();
}

size_t board_read(uint8_t* bytes, size_t capacity) { return line.read(bytes, capacity); }

void board_write(const uint8_t* bytes, size_t size) { line.write(bytes, size); }

// What is written is the kernel's to deliver.
void board_drain() {}

// A pseudo-terminal has no rate.
bool board_has_baud(uint32_t) { return false; }

void board_set_baud(uint32_t) {}

size_t board_rx_buffer_bytes() { return SerialLine::kReceiveBytes; }

uint32_t board_rx_overruns() { return 0; }

uint32_t board_uart_interrupts() { return 0; }

void board_restart_timer() { timer_start_ns = now_ns(); }

uint64_t board_ticks() { return now_ns() - timer_start_ns; }

uint32_t board_timer_hz() { return kTimerHz; }

const char* board_timer_name() { return "CLOCK_MONOTONIC"; }

uint32_t board_run_known_loop() { return 0; }

void board_marker(bool) {}

Bytes board_arena() { return {arena, sizeof arena}; }

Bytes board_second_arena() { return {}; }

ConstBytes board_model_slot() { return {model_slot, sizeof model_slot}; }

Bytes board_writable_model_slot() { return {model_slot, sizeof model_slot}; }

uint32_t board_stack_bytes() { return stack.size_bytes(); }

uint32_t board_stack_used_bytes() { return stack.used_bytes(); }

const volatile CostMailbox& board_next_cost() {
  static constexpr CostMailbox kNothingCounts = {};
  return kNothingCounts;
}

}  // namespace harness
