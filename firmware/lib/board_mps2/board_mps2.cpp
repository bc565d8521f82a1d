// Arm's MPS2 and MPS3 boards: the host listens on UART 0.
#include "board.h"
#include "core_timer.h"
#include "cortex_m_registers.h"
#include "mps2_registers.h"
#include "receive_ring.h"

namespace harness {
namespace {

using namespace mps2;

ReceiveRing received;
volatile uint32_t hardware_overruns;
volatile uint32_t interrupts;

void handle_receive() {
  interrupts = interrupts + 1;
  // Acknowledged first: a byte that comes while the others are taken raises the interrupt again.
  reg32(kUartIntclear) = kIntclearReceive;
  if (reg32(kUartState) & kStateReceiveOverrun) {
    reg32(kUartState) = kStateReceiveOverrun;
    hardware_overruns = hardware_overruns + 1;
  }
  while (reg32(kUartState) & kStateReceiveFull) received.put(static_cast<uint8_t>(reg32(kUartData)));
}

struct InterruptVectors {
  InterruptHandler handlers[kUartInterrupt + 1];
};

constexpr InterruptVectors interrupt_vectors() {
  InterruptVectors vectors = {};
  vectors.handlers[kUartInterrupt] = handle_receive;
  return vectors;
}

[[gnu::section(".vectors.interrupts"), gnu::used]] const InterruptVectors kInterruptVectors = interrupt_vectors();

void start_uart() {
  reg32(kUartBauddiv) = HARNESS_CLOCK_HZ / kStartBaud;
  reg32(kUartCtrl) = kCtrlTransmit | kCtrlReceive | kCtrlReceiveInterrupt;
  enable_interrupt(kUartInterrupt);
}

void wait_for_transmitter() {
  while (reg32(kUartState) & kStateTransmitFull) {
  }
}

}  // namespace

void board_start() {
  core_timer_start();
  start_uart();
}

size_t board_read(uint8_t* bytes, size_t capacity) {
  received.wait();
  return received.take(bytes, capacity);
}

void board_write(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    wait_for_transmitter();
    reg32(kUartData) = bytes[i];
  }
}

void board_drain() { wait_for_transmitter(); }

bool board_has_baud(uint32_t) { return false; }

void board_set_baud(uint32_t) {}

size_t board_rx_buffer_bytes() { return ReceiveRing::kBytes; }

uint32_t board_rx_overruns() { return received.overruns() + hardware_overruns; }

uint32_t board_uart_interrupts() { return interrupts; }

void board_restart_timer() { core_timer_restart(); }

uint64_t board_ticks() { return core_timer_ticks(); }

uint32_t board_timer_hz() { return HARNESS_CLOCK_HZ; }

const char* board_timer_name() { return core_timer_name(); }

void board_marker(bool) {}

}  // namespace harness
