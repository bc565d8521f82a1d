// STM32L4 boards whose host listens on USART1, pins PB6 and PB7.
#include "board.h"
#include "clock.h"
#include "cortex_m_registers.h"
#include "receive_ring.h"
#include "stm32l4_registers.h"
#include "systick.h"

namespace harness {
namespace {

using namespace stm32l4;

ReceiveRing received;
volatile uint32_t hardware_overruns;
volatile uint32_t interrupts;

// QEMU's USART takes its next byte when QEMU's main loop comes round, and reading RDR does not wake that; a write to
// SysTick's counter does. Without it bytes move only while the core sleeps: the next vector would not travel during an
// inference. It spoils a timed window, but so does the interrupt, and the host repeats a window with one.
void wake_emulator() { systick_clear(); }

void handle_usart() {
  interrupts = interrupts + 1;
  const uint32_t status = reg32(kUsartIsr);
  if (status & kIsrOverrun) {
    reg32(kUsartIcr) = kIcrOverrun;
    hardware_overruns = hardware_overruns + 1;
  }
  if (status & kIsrReceived) {
    received.put(static_cast<uint8_t>(reg32(kUsartRdr)));
    wake_emulator();
  }
}

struct InterruptVectors {
  InterruptHandler before_usart1[kUsart1Interrupt];
  InterruptHandler usart1;
};

[[gnu::section(".vectors.interrupts"), gnu::used]] const InterruptVectors kInterruptVectors = {{}, handle_usart};

void start_usart() {
  reg32(kRccAhb2enr) = reg32(kRccAhb2enr) | kAhb2enrGpiob;
  reg32(kRccApb2enr) = reg32(kRccApb2enr) | kApb2enrUsart1;
  // PB6 (TX) and PB7 (RX): alternate function 7 (data sheets of STM32L475, table 17, and STM32L4R5, too).
  reg32(kGpiobAfrl) = (reg32(kGpiobAfrl) & ~0xFF000000u) | 0x77000000u;
  reg32(kGpiobModer) = (reg32(kGpiobModer) & ~0xF000u) | 0xA000u;
  reg32(kUsartBrr) = (HARNESS_CLOCK_HZ + HARNESS_BAUD / 2) / HARNESS_BAUD;
  reg32(kUsartCr1) = kCr1Enable | kCr1Receiver | kCr1Transmitter | kCr1ReceiveInterrupt;
  enable_interrupt(kUsart1Interrupt);
}

void wait_for_usart(uint32_t bit) {
  while (!(reg32(kUsartIsr) & bit)) {
  }
}

}  // namespace

void board_start() {
  start_clock();
  systick_restart();
  start_usart();
}

size_t board_read(uint8_t* bytes, size_t capacity) { return received.take(bytes, capacity); }

void board_write(const uint8_t* bytes, size_t size) {
  for (size_t i = 0; i < size; ++i) {
    wait_for_usart(kIsrTransmitEmpty);
    reg32(kUsartTdr) = bytes[i];
  }
}

void board_drain() { wait_for_usart(kIsrTransmissionComplete); }

size_t board_rx_buffer_bytes() { return ReceiveRing::kBytes; }

uint32_t board_rx_overruns() { return received.overruns() + hardware_overruns; }

uint32_t board_uart_interrupts() { return interrupts; }

void board_restart_timer() { systick_restart(); }

uint64_t board_ticks() { return systick_ticks(); }

uint32_t board_timer_hz() { return HARNESS_CLOCK_HZ; }

const char* board_timer_name() { return "SysTick"; }

}  // namespace harness
