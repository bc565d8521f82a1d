#include "recording_allocator.h"

namespace harness {

void* RecordingAllocator::AllocatePersistentBuffer(size_t bytes) {
  return counted(&PersistentUse::kernel_bytes, [&] { return MicroAllocator::AllocatePersistentBuffer(bytes); });
}

TfLiteStatus RecordingAllocator::AllocateNodeAndRegistrations(const tflite::Model* model,
                                                              tflite::SubgraphAllocations* allocations) {
  return counted(&PersistentUse::op_bytes,
                 [&] { return MicroAllocator::AllocateNodeAndRegistrations(model, allocations); });
}

TfLiteStatus RecordingAllocator::AllocateTfLiteEvalTensors(const tflite::Model* model,
                                                           tflite::SubgraphAllocations* allocations) {
  return counted(&PersistentUse::tensor_bytes,
                 [&] { return MicroAllocator::AllocateTfLiteEvalTensors(model, allocations); });
}

TfLiteTensor* RecordingAllocator::AllocatePersistentTfLiteTensorInternal() {
  return counted(&PersistentUse::in_out_bytes,
                 [&] { return MicroAllocator::AllocatePersistentTfLiteTensorInternal(); });
}

TfLiteStatus RecordingAllocator::PopulateTfLiteTensorFromFlatbuffer(const tflite::Model* model, TfLiteTensor* tensor,
                                                                    int tensor_index, int subgraph_index,
                                                                    bool allocate_temp) {
  return counted(&PersistentUse::in_out_bytes, [&] {
    return MicroAllocator::PopulateTfLiteTensorFromFlatbuffer(model, tensor, tensor_index, subgraph_index,
                                                              allocate_temp);
  });
}

}  // namespace harness
