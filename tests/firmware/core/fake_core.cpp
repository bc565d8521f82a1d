// The core's timer on a core that is played. The arguments: the cycles of a register access, and `dwt` where the cycle
// counter counts, `no-dwt` where it does not, `late` where SysTick is reloaded late, too, `late-at-last` where it is
// from its third restart on. Standard input has one number a line: cycles that pass until the timer is read again, or
// -1 for a restart. Each reading prints the ticks and the cycles since the restart.
#include <cstdlib>
#include <cstring>
#include <iostream>

#include "core_timer.h"
#include "cortex_m_registers.h"
#include "systick.h"

namespace {

constexpr uint32_t kSystickCvr = 0xE000E018;
constexpr uint32_t kDwtCtrl = 0xE0001000;
constexpr uint32_t kDwtCyccnt = 0xE0001004;
constexpr uint32_t kDemcr = 0xE000EDFC;
constexpr uint32_t kTraceEnable = 1u << 24;
constexpr uint64_t kPeriod = 1u << 24;
constexpr uint64_t kLateCycles = 1000;

struct Core {
  uint64_t access_cycles = 1;
  bool has_dwt = true;
  int prompt_restarts = 0;   // of SysTick, which is reloaded at once, before it is late
  uint64_t late_cycles = 0;  // that it shows zero then before it is reloaded
  uint64_t now = 0;
  uint64_t restarted = 0;
  uint64_t systick_begin = 0;
  uint64_t cyccnt_begin = 0;
  uint64_t wraps_seen = 0;  // of SysTick's, by the handler or as pending
  bool pending = false;
  bool locked = false;
  bool trace_enabled = false;
  bool cycles_enabled = false;

  bool counts() const { return has_dwt && trace_enabled && cycles_enabled; }

  // Time passes from wrap to wrap of SysTick, so that the handler runs for each of them unless it is locked out.
  void pass(uint64_t cycles) {
    const uint64_t end = now + cycles;
    while (systick_begin + (wraps_seen + 1) * kPeriod + late_cycles <= end) {
      ++wraps_seen;
      pending = true;
      interrupt();
    }
    now = end;
  }

  void interrupt() {
    if (!pending || locked) return;
    pending = false;
    harness::systick_handler();
  }

  uint32_t systick_counter() const {
    const uint64_t ticks = (now - systick_begin) % kPeriod;
    return ticks < late_cycles ? 0 : static_cast<uint32_t>((kPeriod - ticks) % kPeriod);
  }

  uint32_t read(uint32_t address) const {
    switch (address) {
      case kSystickCvr:
        return systick_counter();
      case kDwtCyccnt:
        return counts() ? static_cast<uint32_t>(now - cyccnt_begin) : 0;
      case harness::kIcsr:
        return pending ? harness::kIcsrPendstset : 0;
      default:
        return 0;
    }
  }

  void write(uint32_t address, uint32_t value) {
    if (address == kSystickCvr) {
      if (prompt_restarts-- == 0) late_cycles = kLateCycles;
      systick_begin = now;
      wraps_seen = 0;
    }
    if (address == harness::kIcsr && (value & harness::kIcsrPendstclr)) pending = false;
    if (address == kDemcr) trace_enabled = value & kTraceEnable;
    if (address == kDwtCtrl) cycles_enabled = value & 1;
    if (address == kDwtCyccnt) cyccnt_begin = now;
  }
};

Core core;

}  // namespace

harness::Register::operator uint32_t() const {
  core.pass(core.access_cycles);
  return core.read(address_);
}

void harness::Register::operator=(uint32_t value) {
  core.pass(core.access_cycles);
  core.write(address_, value);
}

harness::InterruptLock::InterruptLock() { core.locked = true; }

harness::InterruptLock::~InterruptLock() {
  core.locked = false;
  core.interrupt();
}

int main(int, char** arguments) {
  core.access_cycles = strtoull(arguments[1], nullptr, 10);
  core.has_dwt = strcmp(arguments[2], "dwt") == 0;
  core.prompt_restarts = strcmp(arguments[2], "late") == 0 ? 0 : strcmp(arguments[2], "late-at-last") == 0 ? 2 : -1;
  harness::core_timer_start();
  std::cout << harness::core_timer_name() << std::endl;
  for (int64_t step; std::cin >> step;) {
    if (step < 0) {
      core.trace_enabled = false;  // a debugger has left
      harness::core_timer_restart();
      core.restarted = core.now;
      continue;
    }
    core.pass(static_cast<uint64_t>(step));
    const uint64_t ticks = harness::core_timer_ticks();
    std::cout << ticks << ' ' << core.now - core.restarted << std::endl;
  }
}
