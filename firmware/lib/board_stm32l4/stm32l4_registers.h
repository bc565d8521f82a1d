// Registers of the STM32L47x: reference manual RM0351, the sections named below. The STM32L4+ (RM0432) has the same at
// the same addresses, and those that are said to be its own.
#pragma once

#include <cstdint>

#include "cortex_m_registers.h"

namespace harness::stm32l4 {

// Flash interface, 3.7.
constexpr uint32_t kFlashAcr = 0x40022000;
constexpr uint32_t kAcrWaitStates = 7;  // of the field's four bits in an STM32L4+, which needs at most 5
constexpr uint32_t kAcrPrefetch = 1u << 8;
constexpr uint32_t kAcrInstructionCache = 1u << 9;
constexpr uint32_t kAcrDataCache = 1u << 10;

// Power control, 5.4; CR5 is the STM32L4+'s, RM0432 5.4.
constexpr uint32_t kPwrCr2 = 0x40007004;
constexpr uint32_t kCr2PortGSupplied = 1u << 9;  // IOSV: VDDIO2, of PG2 to PG15, is valid
constexpr uint32_t kPwrCr5 = 0x40007080;
constexpr uint32_t kCr5NormalMode = 1u << 8;

// Reset and clock control, 6.4.
constexpr uint32_t kRccCr = 0x40021000;
constexpr uint32_t kCrHsiOn = 1u << 8;
constexpr uint32_t kCrHsiReady = 1u << 10;
constexpr uint32_t kCrPllOn = 1u << 24;
constexpr uint32_t kCrPllReady = 1u << 25;
constexpr uint32_t kRccCfgr = 0x40021008;
constexpr uint32_t kCfgrSwitchToPll = 3u << 0;
constexpr uint32_t kCfgrSwitchStatus = 3u << 2;
constexpr uint32_t kCfgrBusesHalved = 8u << 4;
constexpr uint32_t kRccPllcfgr = 0x4002100C;
constexpr uint32_t kPllcfgrSourceHsi16 = 2u << 0;
constexpr uint32_t kPllcfgrMultiplierShift = 8;
constexpr uint32_t kPllcfgrMainOutput = 1u << 24;
constexpr uint32_t kRccAhb2enr = 0x4002104C;  // bit n: GPIO port n
constexpr uint32_t kRccApb1enr1 = 0x40021058;
constexpr uint32_t kApb1enr1Pwr = 1u << 28;
constexpr uint32_t kRccApb1enr2 = 0x4002105C;
constexpr uint32_t kApb1enr2Lpuart1 = 1u << 0;
constexpr uint32_t kRccApb2enr = 0x40021060;
constexpr uint32_t kApb2enrUsart1 = 1u << 14;

// GPIO ports, 8.5, from A on.
constexpr uint32_t kGpioPort = 0x48000000;
constexpr uint32_t kGpioPortBytes = 0x400;
constexpr uint32_t kGpioMode = 0x00;  // two bits for each pin
constexpr uint32_t kModeOutput = 1;
constexpr uint32_t kModeAlternate = 2;
constexpr uint32_t kGpioSetReset = 0x18;
constexpr uint32_t kGpioFunction = 0x20;  // four bits for each pin, in two registers

// USART, 40.8, and LPUART, 41.7: registers from their addresses on.
constexpr uint32_t kUsart1Address = 0x40013800;
constexpr uint32_t kLpuart1Address = 0x40008000;
constexpr uint32_t kUartCr1 = 0x00;
constexpr uint32_t kCr1Enable = 1u << 0;
constexpr uint32_t kCr1Receiver = 1u << 2;
constexpr uint32_t kCr1Transmitter = 1u << 3;
constexpr uint32_t kCr1ReceiveInterrupt = 1u << 5;
constexpr uint32_t kUartBrr = 0x0C;
constexpr uint32_t kUartIsr = 0x1C;
constexpr uint32_t kIsrOverrun = 1u << 3;
constexpr uint32_t kIsrReceived = 1u << 5;
constexpr uint32_t kIsrTransmissionComplete = 1u << 6;
constexpr uint32_t kIsrTransmitEmpty = 1u << 7;
constexpr uint32_t kUartIcr = 0x20;
constexpr uint32_t kIcrOverrun = 1u << 3;
constexpr uint32_t kUartRdr = 0x24;
constexpr uint32_t kUartTdr = 0x28;

// Positions in the vector table, 13.3.
constexpr uint32_t kUsart1Interrupt = 37;
constexpr uint32_t kLpuart1Interrupt = 70;

inline void wait_for(uint32_t address, uint32_t bits) {
  while ((reg32(address) & bits) != bits) {
  }
}

// Sets bits and reads them back: what a clock or a supply is switched on for answers only some cycles later.
inline void switch_on(uint32_t address, uint32_t bits) {
  reg32(address) = reg32(address) | bits;
  wait_for(address, bits);
}

}  // namespace harness::stm32l4
