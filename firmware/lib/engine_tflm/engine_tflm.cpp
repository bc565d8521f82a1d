// The engine that a firmware with this library gets: TensorFlow Lite Micro.
#include <algorithm>
#include <iterator>
#include <new>

#include "arena.h"
#include "engine.h"
#include "escape.h"
#include "log.h"
#include "model_check.h"
#include "recording_allocator.h"
#include "tensorflow/lite/micro/memory_planner/greedy_memory_planner.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/micro/micro_profiler_interface.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace harness {
namespace {

constexpr unsigned kOpCount = 0
#define OP(name, add, types) +1
#include "ops.def"
#undef OP
    ;

using Ops = tflite::MicroMutableOpResolver<kOpCount>;

// An object that is never destroyed: the library's classes have virtual destructors, which at exit would need the
// heap's delete.
template <typename T>
T& forever() {
  alignas(T) static uint8_t memory[sizeof(T)];
  static T* const object = new (memory) T();
  return *object;
}

Ops* add_all(Ops* ops) {
#define OP(name, add, types) ops->add();
#include "ops.def"
#undef OP
  return ops;
}

const Ops& all_ops() {
  static const Ops* const ops = add_all(&forever<Ops>());
  return *ops;
}

// The library's profiler is called around each op of an inference, in execution order.
class OpHooks final : public tflite::MicroProfilerInterface {
 public:
  void start(OpObserver* observer) {
    observer_ = observer;
    op_ = 0;
  }

  uint32_t BeginEvent(const char*) override {
    if (observer_ != nullptr) observer_->before_op(op_);
    return op_;
  }

  void EndEvent(uint32_t op) override {
    if (observer_ != nullptr) observer_->after_op(static_cast<uint16_t>(op));
    ++op_;
  }

  // The one that runs, where one does.
  uint16_t op() const { return op_; }

 private:
  OpObserver* observer_ = nullptr;
  uint16_t op_ = 0;

  TF_LITE_REMOVE_VIRTUAL_DELETE
};

class TflmEngine final : public Engine {
 public:
  const char* name() const override { return HARNESS_ENGINE; }
  const char* version() const override { return HARNESS_ENGINE_VERSION; }

  Status load(ConstBytes model, ArenaMemory arena) override;
  ArenaUse arena_use() const override {
    return {arena_.shared_bytes() + arena_.persistent_bytes(), arena_.persistent_bytes()};
  }
  ArenaPart arena_part(uint16_t index) const override;
  uint16_t op_count() const override { return loaded() ? static_cast<uint16_t>(graph().operators()->size()) : 0; }
  uint16_t input_count() const override { return loaded() ? static_cast<uint16_t>(interpreter_->inputs_size()) : 0; }
  uint16_t output_count() const override { return loaded() ? static_cast<uint16_t>(interpreter_->outputs_size()) : 0; }
  Bytes input(uint16_t index) override;
  ConstBytes output(uint16_t index) const override;
  Status invoke(OpObserver* observer) override;

 private:
  bool loaded() const { return interpreter_ != nullptr; }
  const tflite::SubGraph& graph() const { return *model_->subgraphs()->Get(0); }
  void allocate_tensors();
  void run();
  Status why_not_loaded() const;

  const tflite::Model* model_ = nullptr;
  tflite::MicroInterpreter* interpreter_ = nullptr;
  bool succeeded_ = false;  // the library's work that ran last
  Arena arena_;
  uint32_t arena_bytes_ = 0;
  PersistentUse use_;
  OpHooks hooks_;
  alignas(tflite::MicroInterpreter) uint8_t interpreter_memory_[sizeof(tflite::MicroInterpreter)];
};

Status TflmEngine::load(ConstBytes file, ArenaMemory arena) {
  interpreter_ = nullptr;
  const Status checked = check_model(file, all_ops());
  if (!checked.ok()) return checked;
  model_ = tflite::GetModel(file.data);
  arena_.open(arena);
  arena_bytes_ = static_cast<uint32_t>(arena.first.size + arena.second.size);
  use_ = {};
  hooks_.start(nullptr);
  library_log().clear();
  succeeded_ = false;
  library_escape().guard([](void* self) { static_cast<TflmEngine*>(self)->allocate_tensors(); }, this);
  if (succeeded_) return {};
  interpreter_ = nullptr;
  return why_not_loaded();
}

// Planner and allocator stand in the arena as they do for every user of the library. Nothing here is ever destroyed:
// the destructors would read a model that may be overwritten by then.
void TflmEngine::allocate_tensors() {
  auto* planner =
      new (arena_.AllocatePersistentBuffer(sizeof(tflite::GreedyMemoryPlanner), alignof(tflite::GreedyMemoryPlanner)))
          tflite::GreedyMemoryPlanner();
  auto* allocator = new (arena_.AllocatePersistentBuffer(sizeof(RecordingAllocator), alignof(RecordingAllocator)))
      RecordingAllocator(&arena_, planner, &use_);
  interpreter_ = new (interpreter_memory_) tflite::MicroInterpreter(model_, all_ops(), allocator, nullptr, &hooks_);
  succeeded_ = interpreter_->AllocateTensors() == kTfLiteOk;
}

Status TflmEngine::why_not_loaded() const {
  const LibraryLog& log = library_log();
  if (arena_.exceeded() || log.planner_is_full()) {
    const uint32_t shared_bytes = std::max(arena_.shared_bytes(), least_activation_bytes(*model_, graph()));
    const uint32_t needed_bytes = std::max(shared_bytes + arena_.persistent_bytes(), arena_bytes_ + 1);
    return {StatusCode::kArenaTooSmall, needed_bytes, "arena too small; at least:"};
  }
  if (log.op() == LibraryLog::kNoOp) return {StatusCode::kBadModel, 0, log.text()};
  return {StatusCode::kUnsupported, static_cast<uint32_t>(log.op()), log.text()};
}

ArenaPart TflmEngine::arena_part(uint16_t index) const {
  const uint32_t named_bytes = use_.tensor_bytes + use_.op_bytes + use_.kernel_bytes + use_.in_out_bytes;
  const ArenaPart parts[] = {
      {"activations and scratch", arena_.shared_bytes()},
      {"tensors", use_.tensor_bytes},
      {"ops", use_.op_bytes},
      {"kernels", use_.kernel_bytes},
      {"inputs and outputs", use_.in_out_bytes},
      {"allocator, op parameters, variables", arena_.persistent_bytes() - named_bytes},
  };
  return index < std::size(parts) ? parts[index] : ArenaPart{};
}

Bytes TflmEngine::input(uint16_t index) {
  if (index >= input_count()) return {};
  TfLiteTensor* const tensor = interpreter_->input(index);
  return {tensor->data.uint8, tensor->bytes};
}

ConstBytes TflmEngine::output(uint16_t index) const {
  if (index >= output_count()) return {};
  const TfLiteTensor* const tensor = interpreter_->output(index);
  return {tensor->data.uint8, tensor->bytes};
}

Status TflmEngine::invoke(OpObserver* observer) {
  if (!loaded()) return {StatusCode::kNoModel, 0, "no model is loaded"};
  hooks_.start(observer);
  library_log().clear();
  succeeded_ = false;
  library_escape().guard([](void* self) { static_cast<TflmEngine*>(self)->run(); }, this);
  if (succeeded_) return {};
  const LibraryLog& log = library_log();
  const uint32_t op = log.op() == LibraryLog::kNoOp ? hooks_.op() : static_cast<uint32_t>(log.op());
  return {StatusCode::kEngineFailed, op, log.text()};
}

void TflmEngine::run() { succeeded_ = interpreter_->Reset() == kTfLiteOk && interpreter_->Invoke() == kTfLiteOk; }

}  // namespace

Engine& engine() { return forever<TflmEngine>(); }

}  // namespace harness
