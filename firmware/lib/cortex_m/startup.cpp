// From reset to main(), and what happens at a fault.
#include <cstdint>

#include "board.h"
#include "cortex_m_registers.h"
#include "memory.h"
#include "stack_paint.h"
#include "systick.h"

int main();

extern "C" [[noreturn]] void reset_handler();
extern "C" [[noreturn]] void fault_handler();
extern "C" [[noreturn]] void stop_after_fault();

namespace harness {
namespace {

// The first words at reset: Armv7-M ARM, B1.5.3. The board's interrupts follow (cortex_m.ld).
struct SystemVectors {
  uint32_t* stack_top;
  InterruptHandler handlers[15];
};

[[gnu::section(".vectors.system"), gnu::used]] const SystemVectors kSystemVectors = {
    harness_stack_top,
    {
        reset_handler,
        fault_handler,  // NMI
        fault_handler,  // HardFault
        fault_handler,  // MemManage
        fault_handler,  // BusFault
        fault_handler,  // UsageFault
        nullptr,
        nullptr,
        nullptr,
        nullptr,
        fault_handler,  // SVCall
        fault_handler,  // DebugMonitor
        nullptr,
        fault_handler,  // PendSV
        systick_handler,
    },
};

// Whatever ran before, a boot loader or the boot pins' choice of memory: interrupts find this table.
void use_own_vectors() {
#if __ARM_ARCH_ISA_THUMB >= 2
  reg32(kVtor) = reinterpret_cast<uint32_t>(&kSystemVectors);
#endif
}

uint32_t fault_status() {
#if __ARM_ARCH_ISA_THUMB >= 2
  return reg32(kCfsr);
#else
  return 0;
#endif
}

void enable_fpu() {
#ifdef __ARM_FP
  reg32(kCpacr) = reg32(kCpacr) | kCpacrFpuFullAccess;
  __asm volatile("dsb\n isb" ::: "memory");
#endif
}

void paint_stack() {
  constexpr uint32_t kOwnFrameWords = 32;
  uint32_t* const here = static_cast<uint32_t*>(__builtin_frame_address(0));
  StackPaint(harness_stack_bottom, harness_stack_top).paint(here - kOwnFrameWords);
}

void initialize_variables() {
  const uint32_t* source = harness_data_source;
  for (uint32_t* word = harness_data_begin; word < harness_data_end; ++word) *word = *source++;
  for (uint32_t* word = harness_bss_begin; word < harness_bss_end; ++word) *word = 0;
  for (auto constructor = harness_constructors_begin; constructor < harness_constructors_end; ++constructor) {
    (*constructor)();
  }
}

}  // namespace
}  // namespace harness

void reset_handler() {
  harness::use_own_vectors();
  harness::enable_fpu();
  harness::paint_stack();
  harness::initialize_variables();
  main();
  stop_after_fault();
}

// The stack may be what overflowed: begin it anew, nobody returns to what stood there.
[[gnu::naked]] void fault_handler() {
  __asm volatile(
      "ldr r0, =harness_stack_top \n"
      "msr msp, r0 \n"
      "bl stop_after_fault");
}

void stop_after_fault() {
  harness::report_fault(harness::fault_status());
  for (;;) __asm volatile("cpsid i \n wfi");
}
