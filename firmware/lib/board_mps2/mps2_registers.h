// The APB UART of Arm's MPS2 and MPS3 boards: Cortex-M System Design Kit Technical Reference Manual (DDI 0479), 4.3.
// Where it lies is in boards.toml, from the Application Note of the FPGA image.
#pragma once

#include <cstdint>

#if !defined(HARNESS_UART) || !defined(HARNESS_UART_INTERRUPT)
#error "boards.toml: support = mps2 needs firmware.peripherals = { uart = <address>, uart_interrupt = <number> }"
#endif

namespace harness::mps2 {

constexpr uint32_t kUartData = HARNESS_UART;
constexpr uint32_t kUartState = HARNESS_UART + 0x04;
constexpr uint32_t kStateTransmitFull = 1u << 0;
constexpr uint32_t kStateReceiveFull = 1u << 1;
constexpr uint32_t kStateReceiveOverrun = 1u << 3;
constexpr uint32_t kUartCtrl = HARNESS_UART + 0x08;
constexpr uint32_t kCtrlTransmit = 1u << 0;
constexpr uint32_t kCtrlReceive = 1u << 1;
constexpr uint32_t kCtrlReceiveInterrupt = 1u << 3;
constexpr uint32_t kUartIntclear = HARNESS_UART + 0x0C;
constexpr uint32_t kIntclearReceive = 1u << 1;
constexpr uint32_t kUartBauddiv = HARNESS_UART + 0x10;
// The one for receiving.
constexpr uint32_t kUartInterrupt = HARNESS_UART_INTERRUPT;

}  // namespace harness::mps2
