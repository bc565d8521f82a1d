// Out of the library at once, from wherever in it: its kernels use memory that they ask for without a look whether they
// got it, and call abort() where a model asks for what they do not have. Nothing in between has a destructor that
// matters: the library frees nothing.
#pragma once

#include <csetjmp>

namespace harness {

class Escape {
 public:
  // Whether `work(subject)` returned by itself.
  bool guard(void (*work)(void* subject), void* subject);

  // Ends the guarded work; traps where none is running.
  [[noreturn]] void leave();

 private:
  std::jmp_buf back_;
  bool guarding_ = false;
};

// The one of this firmware: abort() has no other way to find it.
Escape& library_escape();

}  // namespace harness
