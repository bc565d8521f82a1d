// Which UART the host listens on: USART1 on pins PB6 and PB7, or LPUART1 on PG7 and PG8 (boards.toml, `uart`).
#pragma once

#include <cstdint>

#include "gpio.h"
#include "stm32l4_registers.h"

namespace harness::stm32l4 {

struct Uart {
  uint32_t address;
  uint32_t clock_enable;
  uint32_t clock_bit;
  uint32_t interrupt;
  Pin transmit;
  Pin receive;
  uint32_t function;       // of both pins
  uint32_t divider_scale;  // BRR divides the clock by that much less
  uint32_t least_divider;
  uint32_t most_divider;

  constexpr uint32_t reg(uint32_t offset) const { return address + offset; }
};

#ifndef HARNESS_UART
#define HARNESS_UART 0x40013800
#endif

// Functions: data sheets DS10969 (STM32L475, table 17) and DS12023 (STM32L4R5). Dividers: RM0351, baud rate generation.
constexpr Uart kUsart1 = {
    kUsart1Address, kRccApb2enr, kApb2enrUsart1, kUsart1Interrupt, {kPortB, 6}, {kPortB, 7}, 7, 1, 16, 0xFFFF,
};
constexpr Uart kLpuart1 = {
    kLpuart1Address, kRccApb1enr2, kApb1enr2Lpuart1, kLpuart1Interrupt, {kPortG, 7}, {kPortG, 8}, 8, 256,
    0x300,           0xFFFFF,
};
constexpr Uart kUart = HARNESS_UART == kLpuart1.address ? kLpuart1 : kUsart1;
static_assert(HARNESS_UART == kUart.address,
              "boards.toml: firmware.peripherals.uart is 0x40013800 (USART1) or 0x40008000 (LPUART1)");

// What BRR needs for a rate, 0 where the rate would be more than 1.5 % off: a receiver samples a byte's last bit right
// while both ends together are off by less than 3 %.
constexpr uint32_t uart_divider(uint32_t baud) {
  constexpr uint64_t kScaledHz = uint64_t{HARNESS_CLOCK_HZ} * kUart.divider_scale;
  if (baud == 0) return 0;
  const uint64_t divider = (kScaledHz + baud / 2) / baud;
  if (divider < kUart.least_divider || divider > kUart.most_divider) return 0;
  const uint64_t made = divider * baud;
  const uint64_t off = made > kScaledHz ? made - kScaledHz : kScaledHz - made;
  return off * 1000 <= kScaledHz * 15 ? static_cast<uint32_t>(divider) : 0;
}

// At `baud`, which it must have; the interrupt is the caller's to enable.
void start_uart(uint32_t baud);
void set_uart_baud(uint32_t baud);

}  // namespace harness::stm32l4
