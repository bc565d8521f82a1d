#include "serial_line.h"

#include <fcntl.h>
#include <poll.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace harness {
namespace {

// A result of the C library, or the end of the program with the reason.
int require(int result, const char* what) {
  if (result >= 0) return result;
  perror(what);
  exit(EXIT_FAILURE);
}

void make_raw(int terminal) {
  termios settings;
  require(tcgetattr(terminal, &settings), "tcgetattr");
  cfmakeraw(&settings);
  require(tcsetattr(terminal, TCSANOW, &settings), "tcsetattr");
}

bool standard_input_ended() {
  uint8_t ignored[64];
  return read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

}  // namespace

void SerialLine::open() {
  master_ = require(posix_openpt(O_RDWR | O_NOCTTY), "posix_openpt");
  require(grantpt(master_), "grantpt");
  require(unlockpt(master_), "unlockpt");
  char path[64];
  if (ptsname_r(master_, path, sizeof path) != 0) require(-1, "ptsname_r");
  // Our own hold on the host's end stays open: without one, reading fails whenever no host is there.
  make_raw(require(::open(path, O_RDWR | O_NOCTTY), path));
  require(fcntl(master_, F_SETFL, O_NONBLOCK), "fcntl");
  printf("pty %s\n", path);
  fflush(stdout);
}

size_t SerialLine::read(uint8_t* bytes, size_t capacity) {
  for (;;) {
    wait_for(POLLIN);
    const ssize_t size = ::read(master_, bytes, capacity);
    if (size > 0) return static_cast<size_t>(size);
    if (errno != EAGAIN) require(-1, "reading the pseudo-terminal");
  }
}

void SerialLine::write(const uint8_t* bytes, size_t size) {
  while (size > 0) {
    wait_for(POLLOUT);
    const ssize_t written = ::write(master_, bytes, size);
    if (written < 0 && errno != EAGAIN) require(-1, "writing to the pseudo-terminal");
    if (written <= 0) continue;
    bytes += written;
    size -= static_cast<size_t>(written);
  }
}

void SerialLine::wait_for(short event) {
  for (;;) {
    pollfd files[] = {{STDIN_FILENO, POLLIN, 0}, {master_, event, 0}};
    require(poll(files, 2, -1), "poll");
    if (files[0].revents && standard_input_ended()) exit(EXIT_SUCCESS);
    if (files[1].revents) return;
  }
}

}  // namespace harness
