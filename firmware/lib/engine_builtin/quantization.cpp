#include "quantization.h"

#include <cmath>

namespace harness {
namespace {

bool usable_scale(float scale) { return std::isfinite(scale) && scale > 0; }

}  // namespace

bool make_scale_factor(double factor, ScaleFactor* result) {
  constexpr int kMaxShift = 31;
  *result = {};
  if (!std::isfinite(factor) || factor < 0) return false;
  int shift = 0;
  const double fraction = std::frexp(factor, &shift);
  int64_t multiplier = static_cast<int64_t>(std::round(fraction * static_cast<double>(int64_t{1} << 31)));
  if (multiplier == int64_t{1} << 31) {  // the fraction rounded up to 1
    multiplier /= 2;
    ++shift;
  }
  if (shift > kMaxShift) return false;
  if (shift < -31 || multiplier == 0) return true;  // every int32 times this rounds to 0
  *result = {static_cast<int32_t>(multiplier), shift};
  return true;
}

Status read_affine(ModelView& model, const Op& op, const Tensor& tensor, Affine* affine) {
  const Quantization& quantization = tensor.quantization;
  if (quantization.scales.size == 0 || quantization.zero_points.size == 0) {
    return op.malformed("integer tensor without scale or zero point");
  }
  if (quantization.scales.size != 1 || quantization.zero_points.size != 1) {
    return op.not_supported("activation quantized per channel");
  }
  affine->scale = quantization.scales.get<float>(model.reader(), 0);
  const int64_t zero_point = quantization.zero_points.get<int64_t>(model.reader(), 0);
  if (!usable_scale(affine->scale)) return op.malformed("scale is not positive and finite");
  if (tensor.type != TensorType::kInt8 && zero_point != 0) return op.not_supported("zero point other than 0");
  if (zero_point < kInt8Min || zero_point > kInt8Max) return op.malformed("zero point out of int8's range");
  affine->zero_point = static_cast<int32_t>(zero_point);
  return {};
}

Status check_same_quantization(const Op& op, Affine a, Affine b) {
  constexpr float kScaleTolerance = 1e-6F;
  if (std::abs(a.scale - b.scale) <= kScaleTolerance && a.zero_point == b.zero_point) return {};
  return op.not_supported("tensors that must be quantized alike are not");
}

Status FilterScales::open(ModelView& model, const Op& op, const Tensor& filter, int32_t axis, int32_t channels) {
  const Quantization& quantization = filter.quantization;
  scales_ = quantization.scales;
  if (scales_.size == 0) return op.malformed("int8 filter without scale");
  if (scales_.size != 1 && scales_.size != static_cast<uint32_t>(channels)) {
    return op.malformed("filter with neither one scale nor one for each channel");
  }
  if (per_channel() && quantization.axis != axis) return op.not_supported("filter quantized along another axis");
  if (quantization.zero_points.size > scales_.size) return op.malformed("filter with more zero points than scales");
  for (uint32_t i = 0; i < scales_.size; ++i) {
    if (!usable_scale(scales_.get<float>(model.reader(), i))) {
      return op.malformed("filter scale not positive and finite");
    }
  }
  for (uint32_t i = 0; i < quantization.zero_points.size; ++i) {
    if (quantization.zero_points.get<int64_t>(model.reader(), i) != 0) {
      return op.not_supported("filter with a zero point other than 0");
    }
  }
  return {};
}

}  // namespace harness
