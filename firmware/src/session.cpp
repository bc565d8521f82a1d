#include "session.h"

#include "board.h"
#include "memory_check.h"
#include "payload.h"

namespace harness {

void Session::receive(const uint8_t* bytes, size_t size) {
  if (size == 0) rate_.silence();
  for (size_t i = 0; i < size; ++i) {
    switch (decoder_.feed(bytes[i])) {
      case FrameDecoder::Result::kIncomplete:
        break;
      case FrameDecoder::Result::kFrame:
        rate_.good_frame();
        handle(decoder_.frame());
        break;
      case FrameDecoder::Result::kBadFrame:
        ++counters_.bad_frames;
        send_nak(NakReason::kBadFrame);
        rate_.bad_frame();
        break;
    }
  }
}

void Session::handle(const Frame& frame) {
  if (frame.type == static_cast<uint8_t>(MessageType::kHello)) restart(frame.seq);
  if (frame.seq == expected_) {
    execute(frame);
  } else if (const Answer* answer = find_answer(frame.seq)) {
    ++counters_.repeated_frames;
    send(answer->type, answer->seq, answer->payload, answer->payload_bytes);
  } else {
    send_nak(NakReason::kOutOfOrder);
  }
}

void Session::restart(uint16_t seq) {
  for (Answer& answer : answers_) answer.kept = false;
  // A receiver that is switched on while the first frame arrives sees a cut one: that is no fault of the line.
  counters_ = {};
  counters_.earlier_rx_overruns = board_rx_overruns();
  rate_.greeted();
  expected_ = seq;
}

void Session::execute(const Frame& request) {
  Answer& answer = answers_[oldest_];
  oldest_ = (oldest_ + 1) % kWindow;
  PayloadWriter writer(answer.payload, sizeof answer.payload);
  answer.type = commands_.execute(request, writer);
  answer.seq = request.seq;
  answer.payload_bytes = writer.size();
  answer.kept = true;
  ++expected_;
  send(answer.type, answer.seq, answer.payload, answer.payload_bytes);
  rate_.executed();
  if (const uint32_t baud = commands_.take_asked_baud()) rate_.change(baud);
}

const Session::Answer* Session::find_answer(uint16_t seq) const {
  for (const Answer& answer : answers_) {
    if (answer.kept && answer.seq == seq) return &answer;
  }
  return nullptr;
}

void Session::send_nak(NakReason reason) {
  const uint8_t payload[] = {static_cast<uint8_t>(reason)};
  send(MessageType::kNak, expected_, payload, sizeof payload);
}

void Session::report_fault(uint32_t fault_status) {
  uint8_t payload[32];
  PayloadWriter writer(payload, sizeof payload);
  const Error memory = memory_under_check();
  const bool is_memorys = memory.code != ErrorCode::kNone;
  write_error(is_memorys ? memory : Error{ErrorCode::kProcessorFault, fault_status, "processor fault"}, writer);
  // The delimiter in front ends a frame that the fault may have cut.
  const uint8_t delimiter = 0;
  board_write(&delimiter, 1);
  send(MessageType::kError, expected_, payload, writer.size());
  board_drain();
}

void Session::send(MessageType type, uint16_t seq, const uint8_t* payload, size_t payload_bytes) {
  size_t size = encode_frame({static_cast<uint8_t>(type), seq, payload, payload_bytes}, encoded_);
  // Should the line damage the answer's own delimiter, this one ends it: there may be no answer behind it.
  encoded_[size++] = 0;
  board_write(encoded_, size);
}

}  // namespace harness
