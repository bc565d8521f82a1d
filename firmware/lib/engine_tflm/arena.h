// The arena as TensorFlow Lite Micro asks for it, through the library's own interfaces for memory.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine.h"
#include "tensorflow/lite/micro/arena_allocator/ibuffer_allocator.h"
#include "tensorflow/lite/micro/compatibility.h"

namespace harness {

// Activations and scratch from the front of the first piece on; what lives as long as the model from the back of the
// second, then of the first. What does not fit ends the load (escape.h): few of the library's callers look whether they
// got something.
class Arena final : public tflite::IPersistentBufferAllocator, public tflite::INonPersistentBufferAllocator {
 public:
  void open(ArenaMemory memory);

  // What is taken, or, once something did not fit, at least needed.
  uint32_t shared_bytes() const { return static_cast<uint32_t>(shared_bytes_); }
  uint32_t persistent_bytes() const { return static_cast<uint32_t>(GetPersistentUsedBytes()); }
  bool exceeded() const { return exceeded_; }

  uint8_t* AllocatePersistentBuffer(size_t size, size_t alignment) override;
  size_t GetPersistentUsedBytes() const override { return first_.taken_bytes + second_.taken_bytes + refused_bytes_; }

  uint8_t* AllocateTemp(size_t size, size_t alignment) override;
  void DeallocateTemp(uint8_t*) override {}
  bool IsAllTempDeallocated() override { return true; }
  TfLiteStatus ResetTempAllocations() override;
  uint8_t* AllocateResizableBuffer(size_t size, size_t alignment) override;
  TfLiteStatus ResizeBuffer(uint8_t* buffer, size_t size, size_t alignment) override;
  TfLiteStatus DeallocateResizableBuffer(uint8_t* buffer) override;
  uint8_t* GetOverlayMemoryAddress() const override { return front_; }
  TfLiteStatus ReserveNonPersistentOverlayMemory(size_t size, size_t alignment) override;
  size_t GetNonPersistentUsedBytes() const override { return shared_bytes_; }
  size_t GetAvailableMemory(size_t alignment) const override;

 private:
  // Memory whose back is given away piece by piece.
  struct Back {
    uint8_t* begin = nullptr;
    uint8_t* end = nullptr;
    size_t taken_bytes = 0;
    // Null where it does not fit.
    uint8_t* take(size_t size, size_t alignment);
  };

  size_t front_room() const { return static_cast<size_t>(first_.end - front_); }
  [[noreturn]] void exceed();

  uint8_t* front_ = nullptr;
  Back first_;  // begins where activations and scratch end
  Back second_;
  size_t shared_bytes_ = 0;
  size_t temporary_bytes_ = 0;  // from `front_` on: shared_bytes_, and what is temporary behind them
  size_t refused_bytes_ = 0;    // asked of the back, and not there
  bool exceeded_ = false;

  TF_LITE_REMOVE_VIRTUAL_DELETE
};

}  // namespace harness
