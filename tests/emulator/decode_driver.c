// Decodes lines of "<address> <code>", both in hexadecimal and the code in the order of memory, and prints what the
// decoder knows of each.
#include <stdio.h>
#include <string.h>

#include "instruction.h"

static const char* const kKinds[KINDS] = {
#define KIND_NAME(kind, class, unit) #kind,
    INSTRUCTION_KINDS(KIND_NAME)
#undef KIND_NAME
};

static void print_registers(const char* name, uint64_t registers) {
  printf(" %s=", name);
  const char* separator = "";
  for (unsigned index = 0; index < REGISTERS; ++index) {
    if (!(registers & register_bit(index))) continue;
    const bool is_core = index < REGISTER_S0;
    printf("%s%c%u", separator, is_core ? 'r' : 's', is_core ? index : index - REGISTER_S0);
    separator = ",";
  }
}

static void print(const struct instruction* decoded) {
  printf("%s", kKinds[decoded->kind]);
  print_registers("sources", decoded->sources);
  print_registers("addresses", decoded->addresses);
  print_registers("destinations", decoded->destinations);
  print_registers("updates", decoded->updates);
  printf(" registers=%u accesses=%u predicated=%u mark=%d", decoded->registers, decoded->accesses, decoded->predicated,
         (int)decoded->mark);
  if (decoded->is_literal) printf(" literal=%#x", (unsigned)decoded->literal);
  if (decoded->on_stack) printf(" stack");
  if (decoded->leaves) printf(decoded->conditional ? " leaves?" : " leaves");
  if (decoded->pairs_narrow) printf(" narrow");
  printf("\n");
}

int main(void) {
  unsigned address;
  char code[9];
  while (scanf("%x %8s", &address, code) == 2) {
    uint8_t bytes[4] = {0};
    const size_t count = strlen(code) / 2;
    for (size_t index = 0; index < count; ++index) {
      unsigned byte;
      if (sscanf(code + 2 * index, "%2x", &byte) != 1) return 1;
      bytes[index] = (uint8_t)byte;
    }
    const struct instruction decoded = decode_thumb(bytes, count, address);
    print(&decoded);
  }
  return 0;
}
