#include "memory.h"

#include "board.h"
#include "stack_paint.h"

namespace harness {
namespace {

size_t size_of(const uint8_t* symbol) { return reinterpret_cast<size_t>(symbol); }

constexpr StackPaint kStack(harness_stack_bottom, harness_stack_top);

}  // namespace

Bytes board_arena() { return {harness_arena_address, size_of(harness_arena_bytes)}; }

Bytes board_second_arena() { return {harness_second_arena_address, size_of(harness_second_arena_bytes)}; }

ConstBytes board_model_slot() { return {harness_model_slot_address, size_of(harness_model_slot_bytes)}; }

Bytes board_writable_model_slot() { return {harness_model_slot_address, size_of(harness_model_slot_writable_bytes)}; }

uint32_t board_stack_bytes() { return kStack.size_bytes(); }

uint32_t board_stack_used_bytes() { return kStack.used_bytes(); }

}  // namespace harness
