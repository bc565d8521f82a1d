// Boards with an nRF51, a Cortex-M0: the host listens on the UART.
#include "board.h"
#include "cortex_m_registers.h"
#include "nrf51_registers.h"
#include "receive_ring.h"
#include "timer.h"

static_assert(HARNESS_CLOCK_HZ == 16'000'000, "clock_hz in boards.toml: an nRF51 runs at 16 MHz");

namespace harness {
namespace {

using namespace nrf51;

ReceiveRing received;
volatile uint32_t hardware_overruns;
volatile uint32_t interrupts;

void handle_uart() {
  interrupts = interrupts + 1;
  if (reg32(kUartErrorsrc) & kErrorsrcOverrun) {
    reg32(kUartErrorsrc) = kErrorsrcOverrun;
    hardware_overruns = hardware_overruns + 1;
  }
  while (reg32(kUartReceived)) {
    reg32(kUartReceived) = 0;  // before the byte is taken: the next one in the queue raises it again
    received.put(static_cast<uint8_t>(reg32(kUartRxd)));
  }
}

struct InterruptVectors {
  InterruptHandler before_uart[kUartInterrupt];
  InterruptHandler uart;
  InterruptHandler before_timer[kTimerInterrupt - kUartInterrupt - 1];
  InterruptHandler timer;
};

[[gnu::section(".vectors.interrupts"), gnu::used]] const InterruptVectors kInterruptVectors = {
    {}, handle_uart, {}, handle_timer};

// The crystal: the internal oscillator is too inexact for a UART and a timer.
void start_clock() {
  reg32(kClockHfclkStarted) = 0;
  reg32(kClockStartHfclk) = 1;
  while (!reg32(kClockHfclkStarted)) {
  }
}

// BAUDRATE is the rate in 2^-32 of the clock, and its lowest 12 bits are 0.
constexpr uint32_t baudrate_register(uint64_t baud) {
  return static_cast<uint32_t>(((baud << 32) / HARNESS_CLOCK_HZ + 0x800) & ~uint64_t{0xFFF});
}

void start_uart() {
  reg32(kUartPseltxd) = HARNESS_UART_TXD_PIN;
  reg32(kUartPselrxd) = HARNESS_UART_RXD_PIN;
  reg32(kUartBaudrate) = baudrate_register(kStartBaud);
  reg32(kUartEnable) = kEnableUart;
  reg32(kUartIntenset) = kIntensetReceived;
  enable_interrupt(kUartInterrupt);
  reg32(kUartStartTx) = 1;
  reg32(kUartStartRx) = 1;
}

}  // namespace

void board_start() {
  start_clock();
  start_timer();
  reg32(kGpioOutput) = kMarker;
  start_uart();
}

size_t board_read(uint8_t* bytes, size_t capacity) {
  received.wait();
  return received.take(bytes, capacity);
}

void board_write(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    reg32(kUartSent) = 0;
    reg32(kUartTxd) = bytes[i];
    while (!reg32(kUartSent)) {
    }
  }
}

void board_drain() {}  // board_write() waits for every byte

bool board_has_baud(uint32_t) { return false; }

void board_set_baud(uint32_t) {}

size_t board_rx_buffer_bytes() { return ReceiveRing::kBytes; }

uint32_t board_rx_overruns() { return received.overruns() + hardware_overruns; }

uint32_t board_uart_interrupts() { return interrupts; }

void board_restart_timer() { restart_timer(); }

uint64_t board_ticks() { return timer_ticks(); }

uint32_t board_timer_hz() { return HARNESS_CLOCK_HZ; }

const char* board_timer_name() { return "TIMER0"; }

void board_marker(bool level) { reg32(level ? kGpioSet : kGpioClear) = kMarker; }

}  // namespace harness
