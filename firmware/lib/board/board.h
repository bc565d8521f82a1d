// What the firmware needs of a board; exactly one board_* library defines these functions.
#pragma once

#include <cstddef>
#include <cstdint>

#include "bytes.h"

namespace harness {

// Clocks, UART, timer. Called once, before anything else.
void board_start();

// Bytes received since the last call, at most `capacity`; sleeps until there is at least one. Where the UART can change
// its rate, 0 after half a second without any.
size_t board_read(uint8_t* bytes, size_t capacity);
// Queues or sends all bytes; returns when they are accepted.
void board_write(const uint8_t* bytes, size_t size);
// Returns when no byte waits for the transmitter: none of them disturbs a timed window after it. The last one may still
// be on the line.
void board_drain();
// Every UART starts at this rate, and goes back to it where a faster one fails.
constexpr uint32_t kStartBaud = 115200;
// Whether the UART makes this rate, to 1.5 % at most; false for any where it cannot change.
bool board_has_baud(uint32_t baud);
// Goes on at a rate that it has, once all bytes are sent.
void board_set_baud(uint32_t baud);
size_t board_rx_buffer_bytes();
uint32_t board_rx_overruns();
uint32_t board_uart_interrupts();  // running count, to see whether a window was disturbed

// Restarts the timer at zero; board_ticks() counts from there.
void board_restart_timer();
uint64_t board_ticks();
uint32_t board_timer_hz();
const char* board_timer_name();
// Runs a loop of known length and returns its instructions; 0 where the compiler decides on the length.
uint32_t board_run_known_loop();

// The level of the pin that tells a power meter what runs; nothing on boards without such a pin.
void board_marker(bool level);

Bytes board_arena();
Bytes board_second_arena();  // more of it elsewhere; empty where there is no more
ConstBytes board_model_slot();
// The same memory, writable; empty where the slot is flash.
Bytes board_writable_model_slot();

uint32_t board_stack_bytes();
uint32_t board_stack_used_bytes();  // high-water mark since start

// Defined by the firmware, called by a board whose processor faulted: says so on the line. It may use board_write() and
// board_drain(), and nothing that the fault may have left half done. `fault_status`: the core's CFSR, 0 where it has
// none.
void report_fault(uint32_t fault_status);

}  // namespace harness
