// A board whose line is standard input and output. It ends with its input. Its timer advances with every reading, and
// it aborts where something is timed before the line is quiet. FAKE_REGIONS cost regions are recorded, whatever ran.
// Its UART makes all rates that are multiples of 100. What it does in the course is logged on standard error.
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "board.h"
#include "cost_regions.h"

namespace harness {
namespace {

constexpr uint64_t kTicksPerReading = 10;

alignas(16) uint8_t arena[4096];
alignas(16) uint8_t slot[1000];
uint32_t reads;
bool quiet;
uint64_t ticks;
CostMailbox mailbox;
uint32_t next_region;

bool slot_is_flash() {
  const char* kind = getenv("FAKE_SLOT");
  return kind != nullptr && strcmp(kind, "flash") == 0;
}

}  // namespace

void board_start() {}

size_t board_read(uint8_t* bytes, size_t capacity) {
  ++reads;
  const ssize_t size = read(STDIN_FILENO, bytes, capacity);
  if (size <= 0) exit(EXIT_SUCCESS);
  return static_cast<size_t>(size);
}

void board_write(const uint8_t* bytes, size_t size) {
  quiet = false;
  fprintf(stderr, "write\n");
  while (size > 0) {
    const ssize_t written = write(STDOUT_FILENO, bytes, size);
    if (written < 0) abort();
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

void board_drain() { quiet = true; }

bool board_has_baud(uint32_t baud) { return baud % 100 == 0; }

void board_set_baud(uint32_t baud) { fprintf(stderr, "baud %u\n", baud); }

size_t board_rx_buffer_bytes() { return 4096; }

uint32_t board_rx_overruns() {
  static uint32_t overruns = 2;
  return ++overruns;  // one more at each look
}

uint32_t board_uart_interrupts() { return reads; }

void board_restart_timer() {
  if (!quiet) abort();
  ticks = 0;
  fprintf(stderr, "restart\n");
}

uint64_t board_ticks() {
  fprintf(stderr, "ticks\n");
  return ticks += kTicksPerReading;
}

uint32_t board_timer_hz() { return 1000; }

const char* board_timer_name() { return "readings"; }

void board_marker(bool level) { fprintf(stderr, "marker %d\n", level); }

uint32_t board_run_known_loop() { return 20'001; }

Bytes board_arena() { return {arena, sizeof arena}; }
Bytes board_second_arena() { return {}; }

ConstBytes board_model_slot() { return {slot, sizeof slot}; }

Bytes board_writable_model_slot() { return slot_is_flash() ? Bytes{} : Bytes{slot, sizeof slot}; }

uint32_t board_stack_bytes() { return 8192; }

uint32_t board_stack_used_bytes() { return 100; }

// Counter i of region r is 1000 r + i.
const volatile CostMailbox& board_next_cost() {
  const char* regions = getenv("FAKE_REGIONS");
  if (regions == nullptr) return mailbox;
  const bool behind = next_region == strtoul(regions, nullptr, 10);
  mailbox.version = 1;
  mailbox.index = behind ? kNoCostRegion : next_region;
  for (uint32_t i = 0; i < kCostCounters; ++i) mailbox.counters[i] = uint64_t{1000} * next_region + i;
  next_region = behind ? 0 : next_region + 1;
  return mailbox;
}

}  // namespace harness
