// The device's rules of the link (docs/architecture.md, "The link"): what to do with each frame that comes.
#pragma once

#include <cstddef>
#include <cstdint>

#include "commands.h"
#include "engine.h"
#include "frame.h"
#include "line_rate.h"
#include "link_counters.h"
#include "link_sizes.h"
#include "messages.h"

namespace harness {

class Session {
 public:
  explicit Session(Engine& engine) : commands_(engine, counters_) {}

  // Takes bytes as they come from the host and writes the answers to the board. No bytes: the line was silent.
  void receive(const uint8_t* bytes, size_t size);

  // Answers the request being executed with ERROR; called from a fault.
  void report_fault(uint32_t fault_status);

 private:
  struct Answer {
    MessageType type = MessageType::kError;
    uint16_t seq = 0;
    bool kept = false;
    size_t payload_bytes = 0;
    uint8_t payload[kMaxPayloadBytes];
  };

  void handle(const Frame& frame);
  void restart(uint16_t seq);
  void execute(const Frame& request);
  const Answer* find_answer(uint16_t seq) const;
  void send_nak(NakReason reason);
  void send(MessageType type, uint16_t seq, const uint8_t* payload, size_t payload_bytes);

  LinkCounters counters_;
  LineRate rate_;
  Commands commands_;
  FrameDecoder decoder_;
  uint16_t expected_ = 0;
  Answer answers_[kWindow];
  size_t oldest_ = 0;  // in answers_: the next to be replaced
  uint8_t encoded_[kMaxEncodedBytes + 1];
};

}  // namespace harness
