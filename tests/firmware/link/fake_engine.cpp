// An engine whose "model" says what to do: fields u16, little-endian, see Field. Byte i of its output is byte i of its
// input (0 behind the end) plus the number of inferences so far; an inference leaves nothing of the input.
#include <cstring>

#include "engine.h"
#include "little_endian.h"

namespace harness {
namespace {

enum Field { kLoadCode, kOpCount, kInput0, kInput1, kOutput0, kOutput1, kFailingOp, kFieldCount };

class FakeEngine final : public Engine {
 public:
  const char* name() const override { return "fake"; }
  const char* version() const override { return "0"; }

  Status load(ConstBytes model, ArenaMemory arena) override {
    if (model.size != kFieldCount * sizeof(uint16_t)) return {StatusCode::kBadModel, 0, "not a fake model"};
    for (int i = 0; i < kFieldCount; ++i) fields_[i] = load_u16(model.data + 2 * i);
    inputs_ = arena.first.data;
    outputs_ = inputs_ + input_bytes();
    memset(arena.first.data, 0, arena.first.size);
    inferences_ = 0;
    return {static_cast<StatusCode>(fields_[kLoadCode]), 77, "load"};
  }

  ArenaUse arena_use() const override { return {input_bytes() + output_bytes(), 5}; }
  ArenaPart arena_part(uint16_t index) const override {
    const ArenaPart parts[] = {{"input", input_bytes()}, {"output", output_bytes()}};
    return index < 2 ? parts[index] : ArenaPart{};
  }
  uint16_t op_count() const override { return fields_[kOpCount]; }
  uint16_t input_count() const override { return 2; }
  uint16_t output_count() const override { return 2; }
  Bytes input(uint16_t index) override {
    return index == 0 ? Bytes{inputs_, fields_[kInput0]} : Bytes{inputs_ + fields_[kInput0], fields_[kInput1]};
  }
  ConstBytes output(uint16_t index) const override {
    return index == 0 ? ConstBytes{outputs_, fields_[kOutput0]}
                      : ConstBytes{outputs_ + fields_[kOutput0], fields_[kOutput1]};
  }

  Status invoke(OpObserver* observer) override {
    ++inferences_;
    for (uint16_t op = 0; op < op_count(); ++op) {
      if (observer != nullptr) observer->before_op(op);
      if (op + 1 == fields_[kFailingOp]) return {StatusCode::kEngineFailed, op, "op failed"};
      if (observer != nullptr) observer->after_op(op);
    }
    for (uint32_t i = 0; i < output_bytes(); ++i) {
      outputs_[i] = static_cast<uint8_t>((i < input_bytes() ? inputs_[i] : 0) + inferences_);
    }
    memset(inputs_, 0, input_bytes());
    return {};
  }

 private:
  uint32_t input_bytes() const { return fields_[kInput0] + fields_[kInput1]; }
  uint32_t output_bytes() const { return fields_[kOutput0] + fields_[kOutput1]; }

  uint16_t fields_[kFieldCount] = {};
  uint8_t* inputs_ = nullptr;
  uint8_t* outputs_ = nullptr;
  uint32_t inferences_ = 0;
};

FakeEngine fake_engine;

}  // namespace

Engine& engine() { return fake_engine; }

}  // namespace harness
