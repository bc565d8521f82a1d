// The kernels for the core that the firmware is compiled for. Those in portable/ say what is computed; a core with the
// DSP extension has others in dsp/ that compute the same bytes.
#pragma once

#include "ops/portable/convolution.h"
#include "ops/portable/depthwise.h"
#include "ops/portable/pooling.h"
#include "ops/portable/sum.h"

#if defined(__ARM_FEATURE_SIMD32)
#include "ops/dsp/convolution.h"
#include "ops/dsp/depthwise.h"
#include "ops/dsp/pooling.h"
#include "ops/dsp/sum.h"
#endif

namespace harness {
namespace kernels {

using portable::convolve;
using portable::convolve_depthwise;
using portable::make_sum;
using portable::pool;

#if defined(__ARM_FEATURE_SIMD32)
using dsp::convolve;
using dsp::convolve_depthwise;
using dsp::Int8Weights;
using dsp::make_sum;
using dsp::pool;
#else
using harness::Int8Weights;
#endif

}  // namespace kernels
}  // namespace harness
