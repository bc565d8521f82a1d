// What each request does (the table in docs/architecture.md). Knows nothing of frames, order or repetition.
#pragma once

#include <cstdint>

#include "engine.h"
#include "frame.h"
#include "layer_times.h"
#include "link_counters.h"
#include "messages.h"
#include "payload.h"

namespace harness {

// The payload of an ERROR.
void write_error(const Error& error, PayloadWriter& answer);

class Commands {
 public:
  // Both must live as long as this.
  Commands(Engine& engine, const LinkCounters& counters) : engine_(engine), counters_(counters) {}

  // Executes `request`, writes the payload of its answer and returns the answer's type.
  MessageType execute(const Frame& request, PayloadWriter& answer);

  // The rate at which the line is to go on after the answer to the last request; 0: at the same.
  uint32_t take_asked_baud();

 private:
  struct Entry;
  static const Entry* find(uint8_t type);
  Error dispatch(const Frame& request, PayloadWriter& answer);

  Error hello(PayloadReader& request, PayloadWriter& answer);
  Error status(PayloadReader& request, PayloadWriter& answer);
  Error model_write(PayloadReader& request, PayloadWriter& answer);
  Error model_load(PayloadReader& request, PayloadWriter& answer);
  Error input(PayloadReader& request, PayloadWriter& answer);
  Error infer(PayloadReader& request, PayloadWriter& answer);
  Error output(PayloadReader& request, PayloadWriter& answer);
  Error time(PayloadReader& request, PayloadWriter& answer);
  Error profile(PayloadReader& request, PayloadWriter& answer);
  Error layers(PayloadReader& request, PayloadWriter& answer);
  Error self_check(PayloadReader& request, PayloadWriter& answer);
  Error arena(PayloadReader& request, PayloadWriter& answer);
  Error counters(PayloadReader& request, PayloadWriter& answer);
  Error baud(PayloadReader& request, PayloadWriter& answer);

  Error invoke(OpObserver* observer);

  struct Model {
    bool loaded = false;
    uint32_t input_bytes = 0;
    uint32_t output_bytes = 0;
    uint32_t readable_output_bytes = 0;  // 0 until an inference, and after an input, which may reuse its memory
    uint16_t profiled_begin = 0;         // the ops whose times are there
    uint16_t profiled_end = 0;
  };

  Engine& engine_;
  const LinkCounters& counters_;
  LayerTimes layer_times_;
  Model model_;  // none loaded: all 0
  uint32_t asked_baud_ = 0;
};

}  // namespace harness
