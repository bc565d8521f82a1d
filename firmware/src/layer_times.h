// When each op of an inference began and ended, in ticks since board_restart_timer().
#pragma once

#include <cstdint>

#include "engine.h"

namespace harness {

class LayerTimes final : public OpObserver {
 public:
  static constexpr uint16_t kMaxOps = 256;

  struct Span {
    uint64_t begin_ticks;
    uint64_t end_ticks;
  };

  // Ops from kMaxOps on are not recorded.
  void before_op(uint16_t op) override;
  void after_op(uint16_t op) override;

  const Span& span(uint16_t op) const { return spans_[op]; }

 private:
  Span spans_[kMaxOps];
};

}  // namespace harness
