// The engine that a firmware with this library gets.
#include <cstring>
#include <iterator>

#include "engine.h"
#include "loader.h"

namespace harness {
namespace {

class BuiltinEngine final : public Engine {
 public:
  const char* name() const override { return "builtin"; }
  const char* version() const override { return "0.1.0"; }

  Status load(ConstBytes model, ArenaMemory arena) override {
    model_ = {};
    return Loader(model, arena).load(&model_);
  }

  ArenaUse arena_use() const override { return model_.arena_use; }
  ArenaPart arena_part(uint16_t index) const override {
    const ArenaUse use = model_.arena_use;
    const ArenaPart parts[] = {
        {"activations", use.total_bytes - use.persistent_bytes},
        {"steps", model_.step_bytes},
        {"op parameters", model_.parameter_bytes},
        {"inputs, outputs, variables", use.persistent_bytes - model_.step_bytes - model_.parameter_bytes},
    };
    return index < std::size(parts) ? parts[index] : ArenaPart{};
  }
  uint16_t op_count() const override { return model_.step_count; }
  uint16_t input_count() const override { return model_.input_count; }
  uint16_t output_count() const override { return model_.output_count; }
  Bytes input(uint16_t index) override { return index < model_.input_count ? model_.inputs[index] : Bytes{}; }
  ConstBytes output(uint16_t index) const override {
    return index < model_.output_count ? model_.outputs[index] : ConstBytes{};
  }

  Status invoke(OpObserver* observer) override {
    if (model_.steps == nullptr) return {StatusCode::kNoModel, 0, "no model is loaded"};
    for (uint16_t i = 0; i < model_.variable_count; ++i) {
      const Variable& variable = model_.variables[i];
      std::memset(variable.bytes.data, variable.initial, variable.bytes.size);
    }
    if (observer == nullptr) {
      for (uint16_t op = 0; op < model_.step_count; ++op) model_.steps[op].run(model_.steps[op].params);
      return {};
    }
    for (uint16_t op = 0; op < model_.step_count; ++op) {
      observer->before_op(op);
      model_.steps[op].run(model_.steps[op].params);
      observer->after_op(op);
    }
    return {};
  }

 private:
  LoadedModel model_;
};

BuiltinEngine builtin_engine;

}  // namespace

Engine& engine() { return builtin_engine; }

}  // namespace harness
