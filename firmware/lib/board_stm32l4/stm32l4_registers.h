// Registers of the STM32L47x: reference manual RM0351, the sections named below. The STM32L4+ (RM0432) has the same at
// the same addresses, and those that are said to be its own.
#pragma once

#include <cstdint>

namespace harness::stm32l4 {

// Flash interface, 3.7.
constexpr uint32_t kFlashAcr = 0x40022000;
constexpr uint32_t kAcrWaitStates = 7;  // of the field's four bits in an STM32L4+, which needs at most 5
constexpr uint32_t kAcrPrefetch = 1u << 8;
constexpr uint32_t kAcrInstructionCache = 1u << 9;
constexpr uint32_t kAcrDataCache = 1u << 10;

// Power control of the STM32L4+, RM0432 5.4.
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
constexpr uint32_t kRccAhb2enr = 0x4002104C;
constexpr uint32_t kAhb2enrGpiob = 1u << 1;
constexpr uint32_t kRccApb1enr1 = 0x40021058;
constexpr uint32_t kApb1enr1Pwr = 1u << 28;
constexpr uint32_t kRccApb2enr = 0x40021060;
constexpr uint32_t kApb2enrUsart1 = 1u << 14;

// GPIO port B, 8.5.
constexpr uint32_t kGpiobModer = 0x48000400;
constexpr uint32_t kGpiobAfrl = 0x48000420;

// USART1, 40.8.
constexpr uint32_t kUsartCr1 = 0x40013800;
constexpr uint32_t kCr1Enable = 1u << 0;
constexpr uint32_t kCr1Receiver = 1u << 2;
constexpr uint32_t kCr1Transmitter = 1u << 3;
constexpr uint32_t kCr1ReceiveInterrupt = 1u << 5;
constexpr uint32_t kUsartBrr = 0x4001380C;
constexpr uint32_t kUsartIsr = 0x4001381C;
constexpr uint32_t kIsrOverrun = 1u << 3;
constexpr uint32_t kIsrReceived = 1u << 5;
constexpr uint32_t kIsrTransmissionComplete = 1u << 6;
constexpr uint32_t kIsrTransmitEmpty = 1u << 7;
constexpr uint32_t kUsartIcr = 0x40013820;
constexpr uint32_t kIcrOverrun = 1u << 3;
constexpr uint32_t kUsartRdr = 0x40013824;
constexpr uint32_t kUsartTdr = 0x40013828;

// Position in the vector table, 13.3.
constexpr uint32_t kUsart1Interrupt = 37;

}  // namespace harness::stm32l4
