// One image alone: positions or channels in the lanes in place of images. Layouts are plain, (C, H,
// W) or (features). Behind its values every buffer has room for 2 * kPack floats, which may be
// read, and of which the first kPack may be overwritten.
//
// Each sum has the order of the kernels on packs: the results have the same bits.
#pragma once

#include <cstdint>

#include "kernels/conv2d.h"
#include "kernels/pool2d.h"

namespace lenet::kernels {

/// x[i] = pixels[i] / 255.
void image_scale(const std::uint8_t* pixels, std::int64_t count, float* x);

/// Floats of scratch memory that image_conv2d needs.
std::int64_t image_conv2d_scratch(const Conv2dShape& shape);

/// Whether image_conv2d can do it: without dilation, and with columns that slide by at most 4,
/// beyond which a pack with fifteen blank lanes is as fast.
bool image_conv2d_fits(const Conv2dShape& shape);

/// conv2d_forward for one image. weight_cto: as there. scratch: aligned to
/// 64 bytes.
void image_conv2d(const Conv2dShape& shape, const float* weight_cto, const float* bias,
                  const float* x, float* y, float* scratch);

/// linear_forward for one image.
void image_linear(std::int64_t inputs, std::int64_t outputs, const float* weight_io,
                  const float* bias, const float* x, float* y);

/// image_pool2d can do it: windows of 2x2 side by side, without padding.
bool image_pool2d_fits(const Pool2dShape& shape);

/// pool2d_forward for one image, without activation.
void image_pool2d(const Pool2dShape& shape, Pooling pooling, const float* x, float* y);

}  // namespace lenet::kernels
