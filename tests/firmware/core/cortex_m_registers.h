// In place of the firmware's own: a core whose SysTick and cycle counter are played by fake_core.cpp, in virtual time.
#pragma once

#include <cstdint>

namespace harness {

// One access to a register; each takes some cycles.
class Register {
 public:
  explicit Register(uint32_t address) : address_(address) {}
  operator uint32_t() const;
  void operator=(uint32_t value);

 private:
  uint32_t address_;
};

inline Register reg32(uint32_t address) { return Register(address); }

constexpr uint32_t kIcsr = 0xE000ED04;
constexpr uint32_t kIcsrPendstset = 1u << 26;
constexpr uint32_t kIcsrPendstclr = 1u << 25;

class InterruptLock {
 public:
  InterruptLock();
  ~InterruptLock();
};

}  // namespace harness
