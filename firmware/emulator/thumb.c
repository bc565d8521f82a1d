// SPDX-License-Identifier: MIT
// Loaded into QEMU, whose licence is GPL-2.0: hence MIT here, beside the rest of the project's Apache-2.0.
#include "thumb.h"

// MOVs of a register to itself: no compiler emits them, every Cortex-M has them. docs/architecture.md, Cost regions.
static enum mark mark_of(uint16_t code) {
  switch (code) {
    case 0x46E4:  // mov r12, r12
      return MARK_RESET;
    case 0x46C9:  // mov r9, r9
      return MARK_BEGIN;
    case 0x46D2:  // mov r10, r10
      return MARK_END;
    case 0x46DB:  // mov r11, r11
      return MARK_NEXT;
    default:
      return MARK_NONE;
  }
}

struct instruction decode_thumb(const uint8_t* code, size_t bytes, uint32_t address) {
  struct instruction decoded = {.address = address, .bytes = (uint8_t)bytes};
  const uint16_t first = (uint16_t)(code[0] | code[1] << 8);
  if (bytes == 2) {
    decoded.mark = mark_of(first);
    decode_thumb16(first, &decoded);
  } else {
    decode_thumb32(first, (uint16_t)(code[2] | code[3] << 8), &decoded);
  }
  return decoded;
}
