// The firmware: it answers the requests that come over the line, for ever.
#include "board.h"
#include "engine.h"
#include "session.h"

namespace harness {
namespace {

// Constructed by run(), after board_start(); static because a fault must find it.
Session* session;

[[noreturn]] void run() {
  board_start();
  static Session only_session(engine());
  session = &only_session;
  uint8_t bytes[64];
  for (;;) session->receive(bytes, board_read(bytes, sizeof bytes));
}

}  // namespace

void report_fault(uint32_t fault_status) {
  if (session != nullptr) session->report_fault(fault_status);
}

}  // namespace harness

int main() { harness::run(); }
