// Addresses and sizes that the linker knows (cortex_m.ld). A size is the address of its symbol.
#pragma once

#include <cstdint>

extern "C" {
extern uint32_t harness_stack_bottom[];
extern uint32_t harness_stack_top[];
extern uint32_t harness_data_begin[];
extern uint32_t harness_data_end[];
extern const uint32_t harness_data_source[];
extern uint32_t harness_bss_begin[];
extern uint32_t harness_bss_end[];
extern void (*const harness_constructors_begin[])();
extern void (*const harness_constructors_end[])();
extern uint8_t harness_arena_address[];
extern uint8_t harness_arena_bytes[];
extern uint8_t harness_second_arena_address[];
extern uint8_t harness_second_arena_bytes[];
extern uint8_t harness_model_slot_address[];
extern uint8_t harness_model_slot_bytes[];
extern uint8_t harness_model_slot_writable_bytes[];
}
