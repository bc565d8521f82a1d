// Registers of the nRF51: nRF51 Series Reference Manual, the chapters named below.
#pragma once

#include <cstdint>

#if !defined(HARNESS_UART_TXD_PIN) || !defined(HARNESS_UART_RXD_PIN)
#error "boards.toml: support = nrf51 needs firmware.peripherals = { uart_txd_pin = <P0.n>, uart_rxd_pin = <P0.n> }"
#endif

namespace harness::nrf51 {

// Clock management.
constexpr uint32_t kClockStartHfclk = 0x40000000;
constexpr uint32_t kClockHfclkStarted = 0x40000100;

// UART.
constexpr uint32_t kUartStartRx = 0x40002000;
constexpr uint32_t kUartStartTx = 0x40002008;
constexpr uint32_t kUartReceived = 0x40002108;  // RXDRDY
constexpr uint32_t kUartSent = 0x4000211C;      // TXDRDY
constexpr uint32_t kUartIntenset = 0x40002304;
constexpr uint32_t kIntensetReceived = 1u << 2;
constexpr uint32_t kUartErrorsrc = 0x40002480;
constexpr uint32_t kErrorsrcOverrun = 1u << 0;
constexpr uint32_t kUartEnable = 0x40002500;
constexpr uint32_t kEnableUart = 4;
constexpr uint32_t kUartPseltxd = 0x4000250C;
constexpr uint32_t kUartPselrxd = 0x40002514;
constexpr uint32_t kUartRxd = 0x40002518;
constexpr uint32_t kUartTxd = 0x4000251C;
constexpr uint32_t kUartBaudrate = 0x40002524;
constexpr uint32_t kUartInterrupt = 2;

// GPIO: bit n is P0.n.
constexpr uint32_t kGpioSet = 0x50000508;     // OUTSET
constexpr uint32_t kGpioClear = 0x5000050C;   // OUTCLR
constexpr uint32_t kGpioOutput = 0x50000518;  // DIRSET
#ifdef HARNESS_MARKER_PIN
constexpr uint32_t kMarker = 1u << HARNESS_MARKER_PIN;
#else
constexpr uint32_t kMarker = 0;  // what is written has no effect
#endif

// TIMER0. A task is triggered by writing 1; an event reads 1 until 0 is written.
constexpr uint32_t kTimerStart = 0x40008000;
constexpr uint32_t kTimerClear = 0x4000800C;
constexpr uint32_t kTimerCapture0 = 0x40008040;
constexpr uint32_t kTimerCompare1 = 0x40008144;
constexpr uint32_t kTimerIntenset = 0x40008304;
constexpr uint32_t kIntensetCompare1 = 1u << 17;
constexpr uint32_t kTimerBitmode = 0x40008508;
constexpr uint32_t kBitmode32 = 3;
constexpr uint32_t kTimerPrescaler = 0x40008510;
constexpr uint32_t kTimerCc0 = 0x40008540;
constexpr uint32_t kTimerCc1 = 0x40008544;
constexpr uint32_t kTimerInterrupt = 8;

}  // namespace harness::nrf51
