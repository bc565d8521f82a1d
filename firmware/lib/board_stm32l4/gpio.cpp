#include "gpio.h"

namespace harness::stm32l4 {
namespace {

// PG2 to PG15 have a supply of their own, VDDIO2, and are cut off until the program says that it is there (RM0351,
// Independent I/O supply rail).
void supply(Pin pin) {
  if (pin.port != kPortG) return;
  switch_on(kRccApb1enr1, kApb1enr1Pwr);
  reg32(kPwrCr2) = reg32(kPwrCr2) | kCr2PortGSupplied;
}

void start(Pin pin) {
  supply(pin);
  switch_on(kRccAhb2enr, 1u << pin.port);
}

void set_field(uint32_t address, uint32_t shift, uint32_t mask, uint32_t value) {
  reg32(address) = (reg32(address) & ~(mask << shift)) | value << shift;
}

void set_mode(Pin pin, uint32_t mode) { set_field(pin.reg(kGpioMode), 2 * pin.number, 3, mode); }

}  // namespace

void make_output(Pin pin) {
  start(pin);
  set_pin(pin, false);
  set_mode(pin, kModeOutput);
}

void make_alternate(Pin pin, uint32_t function) {
  start(pin);
  set_field(pin.reg(kGpioFunction) + pin.number / 8 * 4, 4 * (pin.number % 8), 15, function);
  set_mode(pin, kModeAlternate);
}

}  // namespace harness::stm32l4
