// The rate of the line: who wants another one, and when it is given up.
#pragma once

#include <cstdint>

#include "board.h"

namespace harness {

// A rate other than kStartBaud is on trial until two requests were executed at it: the second one shows that the host
// heard the answer to the first. Half a second of silence during the trial, or kMaxBadFrames in a row at any time, and
// the line goes on at kStartBaud.
class LineRate {
 public:
  static constexpr uint32_t kMaxBadFrames = 32;

  void change(uint32_t baud);

  // What happens on the line.
  void good_frame() { bad_frames_ = 0; }
  void bad_frame();
  void greeted();  // a request that is executed however often it comes: it shows nothing
  void executed();
  void silence();

 private:
  static constexpr uint32_t kTrialRequests = 2;

  bool on_trial() const { return requests_left_ > 0; }

  uint32_t baud_ = kStartBaud;
  uint32_t requests_left_ = 0;  // of the trial
  uint32_t bad_frames_ = 0;     // in a row
};

}  // namespace harness
