// A board whose line is standard input and output. It ends with its input. Its timer advances with every reading, and
// it aborts where something is timed before the line is quiet. Its UART makes all rates that are multiples of 100. What
// it does in the course is logged on standard error. FAKE_REGIONS cost regions are recorded, whatever ran. Behind
// FAKE_SILENCE bytes the line is silent for a while.
// FAKE_MEMORY: the second piece of its arena is a "hole", or the first piece once more.
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "board.h"
#include "cost_regions.h"

namespace harness {
namespace {

constexpr uint64_t kTicksPerReading = 10;

constexpr size_t kArenaBytes = 4096;

uint8_t* arena;
uint8_t* second_arena;
alignas(16) uint8_t slot[1000];
uint32_t reads;
bool quiet;
uint64_t ticks;
CostMailbox mailbox;
uint32_t next_region;

size_t until_silence() {
  const char* bytes = getenv("FAKE_SILENCE");
  return bytes == nullptr ? SIZE_MAX : strtoul(bytes, nullptr, 10);
}

size_t bytes_until_silence = until_silence();

bool slot_is_flash() {
  const char* kind = getenv("FAKE_SLOT");
  return kind != nullptr && strcmp(kind, "flash") == 0;
}

bool memory_is(const char* kind) {
  const char* wanted = getenv("FAKE_MEMORY");
  return wanted != nullptr && strcmp(wanted, kind) == 0;
}

uint8_t* map_arena(int file, int protection) {
  void* const mapped = mmap(nullptr, kArenaBytes, protection, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  return static_cast<uint8_t*>(mapped);
}

void on_fault(int) {
  constexpr uint32_t kBusFault = 0x8200;
  report_fault(kBusFault);
  _exit(EXIT_SUCCESS);
}

}  // namespace

void board_start() {
  const int file = memfd_create("arena", 0);
  if (file < 0 || ftruncate(file, kArenaBytes) != 0) abort();
  arena = map_arena(file, PROT_READ | PROT_WRITE);
  if (memory_is("alias")) second_arena = map_arena(file, PROT_READ | PROT_WRITE);
  if (!memory_is("hole")) return;
  second_arena = map_arena(file, PROT_NONE);
  signal(SIGSEGV, on_fault);
}

size_t board_read(uint8_t* bytes, size_t capacity) {
  ++reads;
  const bool speaks = bytes_until_silence > 0;
  const ssize_t size = read(STDIN_FILENO, bytes, std::min(capacity, bytes_until_silence));
  if (speaks && size <= 0) exit(EXIT_SUCCESS);
  bytes_until_silence = speaks ? bytes_until_silence - static_cast<size_t>(size) : SIZE_MAX;
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

Bytes board_arena() { return {arena, kArenaBytes}; }
Bytes board_second_arena() { return {second_arena, second_arena == nullptr ? 0 : kArenaBytes}; }

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
