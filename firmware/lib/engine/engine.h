// What the firmware knows of an inference engine: load a model, run it, report each op. Nothing here knows which
// engine is linked in; exactly one library defines engine().
#pragma once

#include <cstdint>

#include "bytes.h"

namespace harness {

// The values are the link's error codes (docs/architecture.md).
enum class StatusCode : uint16_t {
  kOk = 0,
  kNoModel = 6,
  kBadModel = 7,
  kUnsupported = 8,
  kArenaTooSmall = 9,
  kEngineFailed = 10,
};

// `detail` is what the code's row in docs/architecture.md says: a byte offset, an op index, a number of bytes.
// `text` has static lifetime and names the cause in a few words.
struct Status {
  StatusCode code = StatusCode::kOk;
  uint32_t detail = 0;
  const char* text = "";
  constexpr bool ok() const { return code == StatusCode::kOk; }
};

// Called around each op of an inference, in execution order.
class OpObserver {
 public:
  virtual void before_op(uint16_t op) = 0;
  virtual void after_op(uint16_t op) = 0;

 protected:
  ~OpObserver() = default;
};

// The arena: one piece of RAM, or two that need not touch. Both are 16-byte aligned; `second` may be empty.
struct ArenaMemory {
  Bytes first;
  Bytes second;
};

struct ArenaUse {
  uint32_t total_bytes = 0;
  uint32_t persistent_bytes = 0;  // part of the total that lives as long as the model is loaded
};

// A share of the arena and what it is for, in words for people.
struct ArenaPart {
  const char* name = "";
  uint32_t bytes = 0;
};

class Engine {
 public:
  virtual const char* name() const = 0;
  virtual const char* version() const = 0;

  // Validates `model` and prepares it. All of them stay in use until the next load. `model` is 16-byte aligned;
  // it is untrusted. After an error no model is loaded.
  virtual Status load(ConstBytes model, ArenaMemory arena) = 0;

  virtual ArenaUse arena_use() const = 0;
  // Shares that add up to the total, in an order of the engine's own; behind the last one the name is empty.
  virtual ArenaPart arena_part(uint16_t index) const = 0;
  virtual uint16_t op_count() const = 0;
  virtual uint16_t input_count() const = 0;
  virtual uint16_t output_count() const = 0;
  virtual Bytes input(uint16_t index) = 0;
  virtual ConstBytes output(uint16_t index) const = 0;

  // Runs once on what stands in the inputs; inputs may be overwritten by it. State (variable tensors) is reset first:
  // an inference does not depend on those before it. `observer` may be null.
  virtual Status invoke(OpObserver* observer) = 0;

 protected:
  ~Engine() = default;
};

Engine& engine();

}  // namespace harness
