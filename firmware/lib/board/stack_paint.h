// How deep a stack has ever been: painted once, it shows later what was written over.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

// A stack that grows down from `top` to `bottom`, both aligned to 4 bytes. The sanitizers must not look: most of what
// is read and written here belongs to no variable.
class StackPaint {
 public:
  constexpr StackPaint(uint32_t* bottom, uint32_t* top) : bottom_(bottom), top_(top) {}

  // Paints up to `end`, which lies below everything in use.
  __attribute__((no_sanitize("address", "undefined"))) void paint(uint32_t* end) const {
    for (volatile uint32_t* word = bottom_; word < end; ++word) *word = kPaint;
  }

  __attribute__((no_sanitize("address", "undefined"))) uint32_t used_bytes() const {
    const volatile uint32_t* word = bottom_;
    while (word < top_ && *word == kPaint) ++word;
    return static_cast<uint32_t>((top_ - word) * sizeof(uint32_t));
  }

  uint32_t size_bytes() const { return static_cast<uint32_t>((top_ - bottom_) * sizeof(uint32_t)); }

 private:
  static constexpr uint32_t kPaint = 0x5AFE57AC;

  uint32_t* bottom_;
  uint32_t* top_;
};

}  // namespace harness
