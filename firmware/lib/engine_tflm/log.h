// What the library says when something is wrong, instead of a console.
#pragma once

#include <cstdarg>
#include <cstddef>
#include <cstdint>

namespace harness {

class LibraryLog {
 public:
  static constexpr int kNoOp = -1;

  void clear();
  void write(const char* format, va_list values);

  // Why the library gave up: the first line since clear(), as causes come before consequences. Valid until clear().
  const char* text() const;
  // The op that a line named, else kNoOp.
  int op() const { return op_; }
  // Whether the memory planner had no room for its own tables.
  bool planner_is_full() const { return planner_is_full_; }

 private:
  char text_[96] = "";
  int op_ = kNoOp;
  bool planner_is_full_ = false;
};

LibraryLog& library_log();

// `format` filled in as printf would, for %d %i %u %x %c %s %f %% with flags, widths and lengths, cut to `capacity`
// including the 0. printf itself needs a heap. Floats are written without their fraction, flags and widths are ignored.
void format_text(char* text, size_t capacity, const char* format, va_list values);

}  // namespace harness
