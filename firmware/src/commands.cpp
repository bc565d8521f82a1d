#include "commands.h"

#include <algorithm>
#include <cstring>

#include "board.h"
#include "cost_regions.h"
#include "crc32.h"
#include "link_sizes.h"
#include "memory_check.h"
#include "tensors.h"

namespace harness {
namespace {

constexpr uint32_t kMaxTimedInferences = 1'000'000;

Error out_of_range(uint32_t limit, const char* text) { return {ErrorCode::kOutOfRange, limit, text}; }

Error no_model() { return {ErrorCode::kNoModel, 0, "no model is loaded"}; }

constexpr bool same(StatusCode status, ErrorCode error) {
  return static_cast<uint16_t>(status) == static_cast<uint16_t>(error);
}

// The engine's codes are the link's.
static_assert(same(StatusCode::kOk, ErrorCode::kNone) && same(StatusCode::kNoModel, ErrorCode::kNoModel) &&
              same(StatusCode::kBadModel, ErrorCode::kBadModel) &&
              same(StatusCode::kUnsupported, ErrorCode::kUnsupported) &&
              same(StatusCode::kArenaTooSmall, ErrorCode::kArenaTooSmall) &&
              same(StatusCode::kEngineFailed, ErrorCode::kEngineFailed));

Error to_error(const Status& status) { return {static_cast<ErrorCode>(status.code), status.detail, status.text}; }

bool failed(const Error& error) { return error.code != ErrorCode::kNone; }

bool lies_within(uint32_t offset, size_t size, size_t limit) { return offset <= limit && size <= limit - offset; }

// A stretch of time in which nothing of ours is on the line. Only the cost regions within it are recorded.
class QuietWindow {
 public:
  // `marker`: its level from the beginning; it is low when the window has ended.
  explicit QuietWindow(bool marker) {
    cost_reset();
    board_drain();
    interrupts_ = board_uart_interrupts();
    board_marker(marker);
    board_restart_timer();
  }
  ~QuietWindow() { board_marker(false); }
  QuietWindow(const QuietWindow&) = delete;
  QuietWindow& operator=(const QuietWindow&) = delete;

  // Ends the window: its ticks, and the interrupts of the UART within.
  void write_to(PayloadWriter& answer) const {
    const uint64_t ticks = board_ticks();
    board_marker(false);
    answer.u64(ticks);
    answer.u32(board_uart_interrupts() - interrupts_);
  }

 private:
  uint32_t interrupts_;
};

}  // namespace

void write_error(const Error& error, PayloadWriter& answer) {
  answer.clear();
  answer.u16(static_cast<uint16_t>(error.code));
  answer.u32(error.detail);
  answer.string(error.text);
}

// A request: its payload has `fixed_bytes`, and more only where `open_ended`.
struct Commands::Entry {
  MessageType type;
  uint8_t fixed_bytes;
  bool open_ended;
  Error (Commands::*run)(PayloadReader& request, PayloadWriter& answer);
};

const Commands::Entry* Commands::find(uint8_t type) {
  static constexpr Entry kEntries[] = {
      {MessageType::kHello, 2, true, &Commands::hello},  // later protocols may say more
      {MessageType::kStatus, 0, false, &Commands::status},
      {MessageType::kModelWrite, 4, true, &Commands::model_write},
      {MessageType::kModelLoad, 8, false, &Commands::model_load},
      {MessageType::kInput, 4, true, &Commands::input},
      {MessageType::kInfer, 4, true, &Commands::infer},
      {MessageType::kOutput, 6, false, &Commands::output},
      {MessageType::kTime, 4, false, &Commands::time},
      {MessageType::kProfile, 2, false, &Commands::profile},
      {MessageType::kLayers, 2, false, &Commands::layers},
      {MessageType::kSelfCheck, 0, false, &Commands::self_check},
      {MessageType::kArena, 2, false, &Commands::arena},
      {MessageType::kCounters, 2, false, &Commands::counters},
      {MessageType::kBaud, 4, false, &Commands::baud},
  };
  for (const Entry& entry : kEntries) {
    if (static_cast<uint8_t>(entry.type) == type) return &entry;
  }
  return nullptr;
}

MessageType Commands::execute(const Frame& request, PayloadWriter& answer) {
  const Error error = dispatch(request, answer);
  if (failed(error)) {
    write_error(error, answer);
    return MessageType::kError;
  }
  return static_cast<MessageType>(request.type | kAnswerBit);
}

uint32_t Commands::take_asked_baud() {
  const uint32_t baud = asked_baud_;
  asked_baud_ = 0;
  return baud;
}

Error Commands::dispatch(const Frame& request, PayloadWriter& answer) {
  const Entry* entry = find(request.type);
  if (entry == nullptr) return {ErrorCode::kUnknownRequest, request.type, "unknown request"};
  const size_t size = request.payload_bytes;
  if (size < entry->fixed_bytes || (size > entry->fixed_bytes && !entry->open_ended)) {
    return {ErrorCode::kMalformedPayload, entry->fixed_bytes, "malformed payload"};
  }
  PayloadReader reader(request.payload, size);
  return (this->*entry->run)(reader, answer);
}

Error Commands::hello(PayloadReader&, PayloadWriter& answer) {
  const ConstBytes slot = board_model_slot();
  answer.u16(kProtocol);
  answer.u16(kMaxPayloadBytes);
  answer.u8(kWindow);
  answer.u32(static_cast<uint32_t>(board_rx_buffer_bytes()));
  answer.u32(static_cast<uint32_t>(board_arena().size + board_second_arena().size));
  answer.u64(reinterpret_cast<uintptr_t>(slot.data));
  answer.u32(static_cast<uint32_t>(slot.size));
  answer.u8(board_writable_model_slot().size > 0);
  answer.u32(board_timer_hz());
  answer.string(HARNESS_BUILD_ID);
  answer.string(HARNESS_BOARD);
  answer.string(engine_.name());
  answer.string(engine_.version());
  answer.string("g++ " __VERSION__);
  answer.string(board_timer_name());
  return {};
}

Error Commands::status(PayloadReader&, PayloadWriter& answer) {
  answer.u32(board_stack_bytes());
  answer.u32(board_stack_used_bytes());
  answer.u32(board_rx_overruns() - counters_.earlier_rx_overruns);
  answer.u32(counters_.bad_frames);
  answer.u32(counters_.repeated_frames);
  return {};
}

Error Commands::model_write(PayloadReader& request, PayloadWriter&) {
  const Bytes slot = board_writable_model_slot();
  if (slot.size == 0) return {ErrorCode::kSlotNotWritable, 0, "the model slot is flash"};
  const uint32_t offset = request.u32();
  if (!lies_within(offset, request.rest_bytes(), slot.size)) {
    return out_of_range(static_cast<uint32_t>(slot.size), "behind the model slot");
  }
  model_ = {};  // the engine reads it in place
  memcpy(slot.data + offset, request.rest(), request.rest_bytes());
  return {};
}

Error Commands::model_load(PayloadReader& request, PayloadWriter& answer) {
  const uint32_t model_bytes = request.u32();
  const uint32_t wanted_crc = request.u32();
  const ConstBytes slot = board_model_slot();
  model_ = {};
  if (model_bytes > slot.size) return out_of_range(static_cast<uint32_t>(slot.size), "larger than the model slot");
  Error error = check_memories();
  if (failed(error)) return error;
  const uint32_t found_crc = crc32(0, slot.data, model_bytes);
  if (found_crc != wanted_crc) return {ErrorCode::kSlotCrcDiffers, found_crc, "another model is in the slot"};

  error = to_error(engine_.load({slot.data, model_bytes}, {board_arena(), board_second_arena()}));
  if (failed(error)) return error;
  model_.loaded = true;
  model_.input_bytes = input_bytes(engine_);
  model_.output_bytes = output_bytes(engine_);
  answer.u32(engine_.arena_use().total_bytes);
  answer.u32(engine_.arena_use().persistent_bytes);
  answer.u32(model_.input_bytes);
  answer.u32(model_.output_bytes);
  answer.u16(engine_.op_count());
  return {};
}

Error Commands::input(PayloadReader& request, PayloadWriter&) {
  if (!model_.loaded) return no_model();
  const uint32_t offset = request.u32();
  if (!lies_within(offset, request.rest_bytes(), model_.input_bytes)) {
    return out_of_range(model_.input_bytes, "behind the input");
  }
  model_.readable_output_bytes = 0;
  write_input(engine_, offset, request.rest(), request.rest_bytes());
  return {};
}

Error Commands::infer(PayloadReader& request, PayloadWriter& answer) {
  Error error = input(request, answer);
  if (!failed(error)) error = invoke(nullptr);
  if (failed(error)) return error;
  const size_t size = std::min<size_t>(model_.output_bytes, answer.room());
  read_output(engine_, 0, answer.reserve(size), size);
  return {};
}

Error Commands::output(PayloadReader& request, PayloadWriter& answer) {
  if (!model_.loaded) return no_model();
  const uint32_t offset = request.u32();
  const uint16_t size = request.u16();
  if (!lies_within(offset, size, model_.readable_output_bytes)) {
    return out_of_range(model_.readable_output_bytes, "behind the output");
  }
  if (size > answer.room()) return out_of_range(static_cast<uint32_t>(answer.room()), "longer than a payload");
  read_output(engine_, offset, answer.reserve(size), size);
  return {};
}

Error Commands::time(PayloadReader& request, PayloadWriter& answer) {
  const uint32_t count = request.u32();
  if (count == 0 || count > kMaxTimedInferences) return out_of_range(kMaxTimedInferences, "count of inferences");
  const QuietWindow window(true);
  cost_begin();
  for (uint32_t left = count; left > 0; --left) {
    const Error error = invoke(nullptr);
    if (failed(error)) return error;
  }
  cost_end();
  window.write_to(answer);
  return {};
}

Error Commands::profile(PayloadReader& request, PayloadWriter& answer) {
  if (!model_.loaded) return no_model();
  const uint16_t first = request.u16();
  const uint16_t ops = engine_.op_count();
  if (first > ops) return out_of_range(ops, "behind the model's ops");
  model_.profiled_begin = model_.profiled_end = 0;
  layer_times_.start(first);
  const QuietWindow window(false);
  const Error error = invoke(&layer_times_);
  if (failed(error)) return error;
  layer_times_.finish();
  window.write_to(answer);
  answer.u16(ops);
  model_.profiled_begin = first;
  model_.profiled_end = static_cast<uint16_t>(std::min(first + kProfileOps, int{ops}));
  answer.u16(model_.profiled_end);
  return {};
}

Error Commands::layers(PayloadReader& request, PayloadWriter& answer) {
  const uint16_t first = request.u16();
  if (first < model_.profiled_begin || first >= model_.profiled_end) {
    return out_of_range(model_.profiled_end, "outside the profiled ops");
  }
  for (uint16_t op = first; op < model_.profiled_end && answer.room() >= sizeof(LayerTimes::Span); ++op) {
    answer.u64(layer_times_.span(op).begin_ticks);
    answer.u64(layer_times_.span(op).end_ticks);
  }
  return {};
}

Error Commands::self_check(PayloadReader&, PayloadWriter& answer) {
  board_drain();
  board_restart_timer();
  const uint32_t loop_instructions = board_run_known_loop();
  const uint64_t loop_ticks = board_ticks();
  board_restart_timer();
  cost_begin();  // part of every region, and of none that is less the empty one
  cost_end();
  const uint64_t empty_ticks = board_ticks();
  answer.u32(loop_instructions);
  answer.u64(loop_ticks);
  answer.u64(empty_ticks);
  return {};
}

Error Commands::arena(PayloadReader& request, PayloadWriter& answer) {
  if (!model_.loaded) return no_model();
  const ArenaPart part = engine_.arena_part(request.u16());
  answer.u32(part.bytes);
  answer.string(part.name);
  return {};
}

Error Commands::counters(PayloadReader& request, PayloadWriter& answer) {
  const uint16_t wanted = request.u16();
  uint32_t regions = 0;
  // Round and round, from wherever the last request ended: all have passed when the end has passed twice.
  for (int ends = 0; ends < 2;) {
    const volatile CostMailbox& mailbox = board_next_cost();
    const uint32_t index = mailbox.index;
    if (mailbox.version == 0) {
      answer.u16(0);
      return {};
    }
    if (index == wanted) {
      answer.u16(kCostCounters);
      for (const volatile uint64_t& counter : mailbox.counters) answer.u64(counter);
      return {};
    }
    if (index == kNoCostRegion) {
      ++ends;
    } else {
      regions = index + 1;
    }
  }
  return out_of_range(regions, "behind the last cost region");
}

Error Commands::baud(PayloadReader& request, PayloadWriter&) {
  const uint32_t baud = request.u32();
  if (!board_has_baud(baud)) return {ErrorCode::kNoSuchBaud, baud, "the UART does not make this rate"};
  asked_baud_ = baud;
  return {};
}

Error Commands::invoke(OpObserver* observer) {
  if (!model_.loaded) return no_model();
  model_.readable_output_bytes = 0;
  const Error error = to_error(engine_.invoke(observer));
  if (!failed(error)) model_.readable_output_bytes = model_.output_bytes;
  return error;
}

}  // namespace harness
