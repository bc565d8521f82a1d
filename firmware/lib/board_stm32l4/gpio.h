// Pins of the GPIO ports.
#pragma once

#include <cstdint>

#include "stm32l4_registers.h"

namespace harness::stm32l4 {

struct Pin {
  uint32_t port;  // 0 is A
  uint32_t number;

  constexpr uint32_t reg(uint32_t offset) const { return kGpioPort + port * kGpioPortBytes + offset; }
};

constexpr uint32_t kPortB = 1;
constexpr uint32_t kPortG = 6;

// A low output.
void make_output(Pin pin);
// Hands the pin to a peripheral: `function` is the number in the data sheet's table of alternate functions.
void make_alternate(Pin pin, uint32_t function);

inline void set_pin(Pin pin, bool level) { reg32(pin.reg(kGpioSetReset)) = 1u << (pin.number + (level ? 0 : 16)); }

}  // namespace harness::stm32l4
