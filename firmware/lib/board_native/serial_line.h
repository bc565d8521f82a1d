// A pseudo-terminal in raw mode, as the firmware's end of a serial line.
#pragma once

#include <cstddef>
#include <cstdint>

namespace harness {

class SerialLine {
 public:
  // What the kernel keeps for a reader who is busy: N_TTY_BUF_SIZE of Linux.
  static constexpr size_t kReceiveBytes = 4096;

  // Prints `pty <path>`, the host's end, on standard output. Ends the program with a message where that fails.
  void open();
  // Waits for at least one byte. Ends the program when standard input ends, here and in write().
  size_t read(uint8_t* bytes, size_t capacity);
  void write(const uint8_t* bytes, size_t size);

 private:
  void wait_for(short event);

  int master_ = -1;
};

}  // namespace harness
