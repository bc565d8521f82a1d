// Prints what BRR needs for each rate on standard input, 0 where the UART does not make it.
#include <iostream>

#include "uart.h"

int main() {
  for (uint32_t baud; std::cin >> baud;) std::cout << harness::stm32l4::uart_divider(baud) << std::endl;
}
