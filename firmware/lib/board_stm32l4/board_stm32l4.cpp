// STM32L4 and STM32L4+ boards.
#include "board.h"
#include "clock.h"
#include "core_timer.h"
#include "cortex_m_registers.h"
#include "marker.h"
#include "receive_ring.h"
#include "systick.h"
#include "uart.h"

namespace harness {
namespace {

using namespace stm32l4;

constexpr uint64_t kSilenceTicks = HARNESS_CLOCK_HZ / 2;  // after which board_read() returns

ReceiveRing received;
volatile uint32_t hardware_overruns;
volatile uint32_t interrupts;

// QEMU's UART takes its next byte when QEMU's main loop comes round, and reading RDR does not wake that; a write to
// SysTick's counter does. Without it bytes move only while the core sleeps: the next vector would not travel during an
// inference. It spoils a timed window, but so does the interrupt, and the host repeats a window with one.
void wake_emulator() {
  if (!core_timer_counts_cycles()) systick_clear();
}

void handle_uart() {
  interrupts = interrupts + 1;
  const uint32_t status = reg32(kUart.reg(kUartIsr));
  if (status & kIsrOverrun) {
    reg32(kUart.reg(kUartIcr)) = kIcrOverrun;
    hardware_overruns = hardware_overruns + 1;
  }
  if (status & kIsrReceived) {
    received.put(static_cast<uint8_t>(reg32(kUart.reg(kUartRdr))));
    wake_emulator();
  }
}

struct InterruptVectors {
  InterruptHandler before_uart[kUart.interrupt];
  InterruptHandler uart;
};

[[gnu::section(".vectors.interrupts"), gnu::used]] const InterruptVectors kInterruptVectors = {{}, handle_uart};

void wait_for_uart(uint32_t bit) { wait_for(kUart.reg(kUartIsr), bit); }

}  // namespace

void board_start() {
  start_clock();
  core_timer_start();
  start_marker();
  start_uart(kStartBaud);
  enable_interrupt(kUart.interrupt);
}

size_t board_read(uint8_t* bytes, size_t capacity) {
  const uint64_t begin = systick_ticks();
  while (received.empty() && systick_ticks() - begin < kSilenceTicks) received.sleep();
  return received.take(bytes, capacity);
}

void board_write(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    wait_for_uart(kIsrTransmitEmpty);
    reg32(kUart.reg(kUartTdr)) = bytes[i];
  }
}

void board_drain() { wait_for_uart(kIsrTransmissionComplete); }

bool board_has_baud(uint32_t baud) { return uart_divider(baud) != 0; }

void board_set_baud(uint32_t baud) {
  board_drain();
  set_uart_baud(baud);
}

size_t board_rx_buffer_bytes() { return ReceiveRing::kBytes; }

uint32_t board_rx_overruns() { return received.overruns() + hardware_overruns; }

uint32_t board_uart_interrupts() { return interrupts; }

void board_restart_timer() { core_timer_restart(); }

uint64_t board_ticks() { return core_timer_ticks(); }

uint32_t board_timer_hz() { return HARNESS_CLOCK_HZ; }

const char* board_timer_name() { return core_timer_name(); }

}  // namespace harness
