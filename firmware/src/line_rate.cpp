#include "line_rate.h"

namespace harness {

void LineRate::change(uint32_t baud) {
  board_set_baud(baud);
  baud_ = baud;
  requests_left_ = baud == kStartBaud ? 0 : kTrialRequests;
  bad_frames_ = 0;
}

void LineRate::bad_frame() {
  if (++bad_frames_ >= kMaxBadFrames && baud_ != kStartBaud) change(kStartBaud);
}

void LineRate::greeted() {
  if (on_trial()) requests_left_ = kTrialRequests;
}

void LineRate::executed() {
  if (on_trial()) --requests_left_;
}

void LineRate::silence() {
  if (on_trial()) change(kStartBaud);
}

}  // namespace harness
