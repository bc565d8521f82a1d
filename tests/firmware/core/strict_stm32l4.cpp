// An STM32L475 or STM32L4R5 that insists on what RM0351 and RM0432 ask of a program and QEMU does not: registers that
// have a clock, wait states before the clock that needs them, a PLL that is off while it is set, a rate that is set
// while the UART is off. What is asked in vain ends the program with a message. It prints what the start leaves.
#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "board.h"
#include "clock.h"
#include "cortex_m_registers.h"
#include "marker.h"
#include "stm32l4_registers.h"
#include "uart.h"

namespace {

using namespace harness::stm32l4;

constexpr uint64_t kReadyAfter = 3;  // accesses, for an oscillator; a switched clock or supply takes 2

void demand(bool fulfilled, const std::string& what) {
  if (fulfilled) return;
  std::cerr << what << std::endl;
  exit(EXIT_FAILURE);
}

class Chip {
 public:
  uint32_t read(uint32_t address) {
    pass(address);
    return value(address);
  }

  void write(uint32_t address, uint32_t bits) {
    pass(address);
    check(address, bits);
    if (address >= kGpioPort && address % kGpioPortBytes == kGpioSetReset) {
      uint32_t& levels = registers_[address - kGpioSetReset + kLevels];
      levels = (levels | (bits & 0xFFFF)) & ~(bits >> 16);
      return;
    }
    const uint32_t before = registers_[address];
    registers_[address] = bits;
    for (uint32_t bit = 0; bit < 32; ++bit) {
      if (bits & ~before & 1u << bit) since_[{address, bit}] = now_;
    }
    changed_[address] = now_;
  }

  uint32_t hclk_hz() { return hclk_hz(value(kRccCfgr)); }

  // Of a register, without an access to it.
  uint32_t value(uint32_t address) {
    uint32_t bits = registers_[address];
    if (address == kRccCr) bits |= ready(kCrHsiOn, kCrHsiReady) | ready(kCrPllOn, kCrPllReady);
    if (address == kRccCfgr) bits |= (bits & kCfgrSwitchToPll) << 2;
    return bits;
  }

  bool level(Pin pin) { return registers_[pin.reg(kLevels)] >> pin.number & 1; }
  uint32_t mode(Pin pin) { return registers_[pin.reg(kGpioMode)] >> 2 * pin.number & 3; }
  uint32_t function(Pin pin) {
    return registers_[pin.reg(kGpioFunction) + pin.number / 8 * 4] >> 4 * (pin.number % 8) & 15;
  }

 private:
  static constexpr uint32_t kLevels = 0x14;  // ODR

  void pass(uint32_t address) {
    ++now_;
    if (address >= kGpioPort) demand_clock(address, kRccAhb2enr, 1u << (address - kGpioPort) / kGpioPortBytes);
    if (address >> 8 == kPwrCr2 >> 8) demand_clock(address, kRccApb1enr1, kApb1enr1Pwr);
    if (address >> 8 == kUart.address >> 8) demand_clock(address, kUart.clock_enable, kUart.clock_bit);
  }

  void demand_clock(uint32_t address, uint32_t enable, uint32_t bit) {
    const auto since = since_.find({enable, static_cast<uint32_t>(__builtin_ctz(bit))});
    demand(since != since_.end() && now_ >= since->second + 2, "no clock yet for " + std::to_string(address));
  }

  void check(uint32_t address, uint32_t bits) {
    if (address == kRccPllcfgr) demand(!(value(kRccCr) & kCrPllOn), "PLLCFGR is set while the PLL is on");
    if (address == kRccCfgr) check_switch(bits);
    if (address == kUart.reg(kUartBrr)) demand(!(value(kUart.reg(kUartCr1)) & kCr1Enable), "BRR is set while it is on");
    if (address == kUart.reg(kUartCr1) && (bits & kCr1Enable)) demand(value(kUart.reg(kUartBrr)) != 0, "no rate");
  }

  void check_switch(uint32_t cfgr) {
    if ((cfgr & kCfgrSwitchToPll) != kCfgrSwitchToPll) return;
    demand(value(kRccCr) & kCrPllReady, "the PLL is not ready");
    const bool boost = HARNESS_CLOCK_HZ > 80'000'000 && !(value(kPwrCr5) & kCr5NormalMode);
    const uint32_t hz = hclk_hz(cfgr);
    demand(hz <= (boost ? 120'000'000 : 80'000'000), "too fast for the core's voltage");
    const bool faster_than_half = hz > 80'000'000 && (value(kRccCfgr) & kCfgrSwitchToPll) != kCfgrSwitchToPll;
    demand(!faster_than_half, "to more than 80 MHz in one step");
    const uint32_t wait_states = value(kFlashAcr) & kAcrWaitStates;
    demand(now_ > changed_[kFlashAcr] + 1, "wait states were not read back");
    demand(wait_states >= (hz - 1) / (boost ? 20'000'000 : 16'000'000), "too few wait states");
  }

  uint32_t hclk_hz(uint32_t cfgr) {
    if ((cfgr & kCfgrSwitchToPll) != kCfgrSwitchToPll) return 4'000'000;  // MSI
    const uint32_t pll = registers_[kRccPllcfgr];
    const uint32_t vco_hz = 16'000'000 / ((pll >> 4 & 15) + 1) * (pll >> 8 & 127);
    const uint32_t divider = cfgr >> 4 & 15;
    return vco_hz / (2 * ((pll >> 25 & 3) + 1)) >> (divider < 8 ? 0 : divider - 7);
  }

  uint32_t ready(uint32_t on, uint32_t flag) {
    const auto since = since_.find({kRccCr, static_cast<uint32_t>(__builtin_ctz(on))});
    const bool is_on = registers_[kRccCr] & on;
    return is_on && since != since_.end() && now_ >= since->second + kReadyAfter ? flag : 0;
  }

  uint64_t now_ = 0;
  std::map<uint32_t, uint32_t> registers_ = {
      {kRccCr, 0x63},
      {kFlashAcr, 0x600},
      {kPwrCr5, kCr5NormalMode},
      {kGpioPort, 0xABFFFFFF},
      {kGpioPort + 0x400, 0xFFFFFEBF},
  };
  std::map<std::pair<uint32_t, uint32_t>, uint64_t> since_;  // when a bit of a register was set
  std::map<uint32_t, uint64_t> changed_;
};

Chip chip;

void print_uart() {
  const uint64_t divided_hz = uint64_t{chip.hclk_hz()} * kUart.divider_scale;
  std::cout << "baud " << divided_hz / chip.value(kUart.reg(kUartBrr)) << '\n';
}

void print_pin(const char* name, Pin pin) {
  std::cout << name << " P" << static_cast<char>('A' + pin.port) << pin.number << " mode " << chip.mode(pin)
            << " function " << chip.function(pin) << " level " << chip.level(pin) << '\n';
}

void print_marker(bool level) {
  harness::board_marker(level);
  print_pin("marker", {HARNESS_MARKER_PORT, HARNESS_MARKER_PIN});
}

}  // namespace

harness::Register::operator uint32_t() const { return chip.read(address_); }

void harness::Register::operator=(uint32_t value) { chip.write(address_, value); }

int main() {
  start_clock();
  std::cout << "hclk " << chip.hclk_hz() << "\nacr 0x" << std::hex << chip.value(kFlashAcr) << std::dec << '\n';
  start_uart(harness::kStartBaud);
  std::cout << "port G " << (chip.value(kPwrCr2) & kCr2PortGSupplied ? "supplied" : "cut off") << '\n';
  print_uart();
  print_pin("transmit", kUart.transmit);
  print_pin("receive", kUart.receive);
  start_marker();
  for (const bool level : {false, true, false}) print_marker(level);
  set_uart_baud(921600);
  print_uart();
  print_pin("debugger", {0, 13});
  print_pin("debugger", {0, 14});
}
