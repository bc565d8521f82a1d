// Whether an untrusted file may be shown to the library, which believes every offset and index in it.
#pragma once

#include "bytes.h"
#include "engine.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

namespace harness {

// The flatbuffer is whole, its indices lead somewhere, its constants are as large as their shapes say, and `ops` has
// all its ops.
Status check_model(ConstBytes file, const tflite::MicroOpResolver& ops);

// What no plan of a checked model's activations can do with less than: the inputs and outputs of its hungriest op.
uint32_t least_activation_bytes(const tflite::Model& model, const tflite::SubGraph& graph);

}  // namespace harness
