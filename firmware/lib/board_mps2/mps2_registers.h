// Registers of the MPS2 board with a Cortex-M image (AN385, AN386, AN500): Arm Cortex-M System Design Kit Technical
// Reference Manual (DDI 0479), the components named below; addresses and interrupts: Application Note AN386, chapter 3.
#pragma once

#include <cstdint>

namespace harness::mps2 {

// UART 0, APB UART.
constexpr uint32_t kUartData = 0x40004000;
constexpr uint32_t kUartState = 0x40004004;
constexpr uint32_t kStateTransmitFull = 1u << 0;
constexpr uint32_t kStateReceiveFull = 1u << 1;
constexpr uint32_t kStateReceiveOverrun = 1u << 3;
constexpr uint32_t kUartCtrl = 0x40004008;
constexpr uint32_t kCtrlTransmit = 1u << 0;
constexpr uint32_t kCtrlReceive = 1u << 1;
constexpr uint32_t kCtrlReceiveInterrupt = 1u << 3;
constexpr uint32_t kUartIntclear = 0x4000400C;
constexpr uint32_t kIntclearReceive = 1u << 1;
constexpr uint32_t kUartBauddiv = 0x40004010;
constexpr uint32_t kUart0ReceiveInterrupt = 0;

// Timer 0, APB timer.
constexpr uint32_t kTimerCtrl = 0x40000000;
constexpr uint32_t kTimerCtrlEnable = 1u << 0;
constexpr uint32_t kTimerCtrlInterrupt = 1u << 3;
constexpr uint32_t kTimerValue = 0x40000004;
constexpr uint32_t kTimerReload = 0x40000008;
constexpr uint32_t kTimerIntclear = 0x4000000C;  // reads as INTSTATUS
constexpr uint32_t kTimerIntclearBit = 1u << 0;
constexpr uint32_t kTimer0Interrupt = 8;

}  // namespace harness::mps2
