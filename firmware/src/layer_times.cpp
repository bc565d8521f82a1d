#include "layer_times.h"

#include "board.h"

namespace harness {

void LayerTimes::before_op(uint16_t op) {
  if (op < kMaxOps) spans_[op].begin_ticks = board_ticks();
}

void LayerTimes::after_op(uint16_t op) {
  if (op < kMaxOps) spans_[op].end_ticks = board_ticks();
}

}  // namespace harness
