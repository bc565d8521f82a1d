#include "layer_times.h"

#include <algorithm>

#include "board.h"

namespace harness {

void LayerTimes::before_op(uint16_t op) { slot(op).begin_ticks = board_ticks(); }

void LayerTimes::after_op(uint16_t op) { slot(op).end_ticks = board_ticks(); }

// Ops before `first_` wrap to large numbers.
LayerTimes::Span& LayerTimes::slot(uint16_t op) { return spans_[std::min<uint32_t>(uint32_t{op} - first_, kOps)]; }

}  // namespace harness
