// Registers of a Cortex-M: Armv7-M Architecture Reference Manual (DDI 0403E), B3.2. Armv6-M has the same, but for those
// that are said to be missing there.
#pragma once

#include <cstdint>

namespace harness {

inline volatile uint32_t& reg32(uint32_t address) { return *reinterpret_cast<volatile uint32_t*>(address); }

// System control block, B3.2.2.
constexpr uint32_t kIcsr = 0xE000ED04;
constexpr uint32_t kIcsrPendstset = 1u << 26;
constexpr uint32_t kIcsrPendstclr = 1u << 25;
constexpr uint32_t kVtor = 0xE000ED08;  // not in Armv6-M, where it is optional
constexpr uint32_t kCfsr = 0xE000ED28;  // not in Armv6-M
constexpr uint32_t kCpacr = 0xE000ED88;
constexpr uint32_t kCpacrFpuFullAccess = 0xFu << 20;

// Nested vectored interrupt controller, B3.4.
constexpr uint32_t kNvicIser = 0xE000E100;
constexpr uint32_t kNvicIcpr = 0xE000E280;

inline uint32_t interrupt_bit(uint32_t interrupt) { return 1u << interrupt % 32; }

inline void enable_interrupt(uint32_t interrupt) { reg32(kNvicIser + interrupt / 32 * 4) = interrupt_bit(interrupt); }

inline void clear_pending_interrupt(uint32_t interrupt) {
  reg32(kNvicIcpr + interrupt / 32 * 4) = interrupt_bit(interrupt);
}

// Keeps interrupts waiting while it lives, and leaves them as they were.
class InterruptLock {
 public:
  InterruptLock() { __asm volatile("mrs %0, primask \n cpsid i" : "=r"(primask_)::"memory"); }
  ~InterruptLock() { __asm volatile("msr primask, %0" ::"r"(primask_) : "memory"); }
  InterruptLock(const InterruptLock&) = delete;
  InterruptLock& operator=(const InterruptLock&) = delete;

 private:
  uint32_t primask_;
};

using InterruptHandler = void (*)();

}  // namespace harness
