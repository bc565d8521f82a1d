// When the ops of an inference began and ended, in ticks since board_restart_timer(). Each op is a cost region too, and
// the marker, low at the start, changes its level between two ops, before the first one and after the last one.
#pragma once

#include <cstdint>

#include "engine.h"
#include "link_sizes.h"

namespace harness {

class LayerTimes final : public OpObserver {
 public:
  struct Span {
    uint64_t begin_ticks;
    uint64_t end_ticks;
  };

  // Records ops `first` to `first` + kProfileOps - 1 from now on.
  void start(uint16_t first) {
    first_ = first;
    marker_ = false;
  }

  void before_op(uint16_t op) override;
  void after_op(uint16_t op) override;
  // After the last op.
  void finish() { toggle_marker(); }

  // Of an op that has been recorded.
  const Span& span(uint16_t op) const { return spans_[op - first_]; }

 private:
  void toggle_marker();
  Span& slot(uint16_t op);

  uint16_t first_ = 0;
  bool marker_ = false;
  // All other ops share the last one: they take the same time as those that are recorded, so that the times of
  // several inferences fit together.
  Span spans_[kProfileOps + 1];
};

}  // namespace harness
