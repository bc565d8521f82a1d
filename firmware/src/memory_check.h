// Are the memories there that boards.toml says? A wrong entry would show as a wrong output, or as a fault of anything.
#pragma once

#include "messages.h"

namespace harness {

// Looks at words of the arena's pieces and of the model slot: at a region's first one, at those powers of two behind
// it, at its last one. Each of the arena must keep what is written, and none of the others may show it. All keep their
// contents. The error names the region by its key in boards.toml.
Error check_memories();

// What a fault means that happens now: an error where check_memories() is looking at a word.
Error memory_under_check();

}  // namespace harness
