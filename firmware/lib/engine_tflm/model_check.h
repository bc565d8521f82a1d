// Whether an untrusted file may be shown to the library, which believes every offset and index in it.
#pragma once

#include "bytes.h"
#include "engine.h"
#include "tensorflow/lite/micro/micro_op_resolver.h"

namespace harness {

// The flatbuffer is whole, its indices lead somewhere, its constants are as large as their shapes say, and `ops` has
// all its ops.
Status check_model(ConstBytes file, const tflite::MicroOpResolver& ops);

}  // namespace harness
