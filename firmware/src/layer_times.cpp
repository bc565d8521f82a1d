#include "layer_times.h"

#include "board.h"
#include "cost_regions.h"

namespace harness {

void LayerTimes::before_op(uint16_t op) {
  toggle_marker();
  slot(op).begin_ticks = board_ticks();
  cost_begin();
}

void LayerTimes::after_op(uint16_t op) {
  cost_end();
  slot(op).end_ticks = board_ticks();
}

void LayerTimes::toggle_marker() {
  marker_ = !marker_;
  board_marker(marker_);
}

// The lesser of index and kProfileOps, without a branch: both ways must take the same time on every core. Ops before
// `first_` wrap to large numbers.
LayerTimes::Span& LayerTimes::slot(uint16_t op) {
  const uint32_t index = uint32_t{op} - first_;
  const uint32_t inside = -static_cast<uint32_t>(index < kProfileOps);  // all bits, or none
  return spans_[(index & inside) | (kProfileOps & ~inside)];
}

}  // namespace harness
