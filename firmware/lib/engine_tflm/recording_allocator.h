// The library's allocator, which also counts what of the arena each kind of structure takes.
//
// The library has such a one, RecordingMicroAllocator, but for one piece of memory only.
#pragma once

#include <cstdint>

#include "arena.h"
#include "tensorflow/lite/micro/memory_planner/micro_memory_planner.h"
#include "tensorflow/lite/micro/micro_allocator.h"

namespace harness {

struct PersistentUse {
  uint32_t tensor_bytes = 0;  // shapes and types of all tensors
  uint32_t op_bytes = 0;      // ops with their inputs and outputs
  uint32_t kernel_bytes = 0;  // what kernels keep, such as multipliers of each channel
  uint32_t in_out_bytes = 0;  // the model's inputs and outputs as the program sees them
};

class RecordingAllocator final : public tflite::MicroAllocator {
 public:
  RecordingAllocator(Arena* arena, tflite::MicroMemoryPlanner* planner, PersistentUse* use)
      : MicroAllocator(arena, arena, planner), arena_(*arena), use_(*use) {}

  void* AllocatePersistentBuffer(size_t bytes) override;

 protected:
  TfLiteStatus AllocateNodeAndRegistrations(const tflite::Model* model,
                                            tflite::SubgraphAllocations* allocations) override;
  TfLiteStatus AllocateTfLiteEvalTensors(const tflite::Model* model, tflite::SubgraphAllocations* allocations) override;
  TfLiteTensor* AllocatePersistentTfLiteTensorInternal() override;
  TfLiteStatus PopulateTfLiteTensorFromFlatbuffer(const tflite::Model* model, TfLiteTensor* tensor, int tensor_index,
                                                  int subgraph_index, bool allocate_temp) override;

 private:
  // The result of `allocate`, whose persistent bytes are added to `bytes`.
  template <typename Allocate>
  auto counted(uint32_t PersistentUse::*bytes, Allocate allocate) {
    const uint32_t before = arena_.persistent_bytes();
    const auto result = allocate();
    use_.*bytes += arena_.persistent_bytes() - before;
    return result;
  }

  const Arena& arena_;
  PersistentUse& use_;

  TF_LITE_REMOVE_VIRTUAL_DELETE
};

}  // namespace harness
