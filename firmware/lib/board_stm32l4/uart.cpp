#include "uart.h"

namespace harness::stm32l4 {

void start_uart(uint32_t baud) {
  switch_on(kUart.clock_enable, kUart.clock_bit);
  make_alternate(kUart.transmit, kUart.function);
  make_alternate(kUart.receive, kUart.function);
  set_uart_baud(baud);
}

// BRR takes a value only while the UART is off (RM0351, 40.8.4).
void set_uart_baud(uint32_t baud) {
  reg32(kUart.reg(kUartCr1)) = 0;
  reg32(kUart.reg(kUartBrr)) = uart_divider(baud);
  reg32(kUart.reg(kUartCr1)) = kCr1Enable | kCr1Receiver | kCr1Transmitter | kCr1ReceiveInterrupt;
}

}  // namespace harness::stm32l4
