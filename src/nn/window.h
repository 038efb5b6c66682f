// The window rule of convolutions and poolings, and checks of layer arguments.
#pragma once

#include <cstdint>
#include <string>

#include "lenet/layers.h"

namespace lenet {

/// "5" or "(3, 5)".
std::string to_string(const Size2d& size);

/// Throws Error (kUsage), naming layer and argument, unless value >= least (and below 2^20).
void require_at_least(std::int64_t least, const Size2d& value, const std::string& layer,
                      const char* argument);

/// Throws Error (kUsage), naming the layer, unless `input` has the form {channels, height, width}.
void require_image(const Shape& input, const std::string& layer);

/// The padding of one behind the other.
Padding sum(const Padding& a, const Padding& b);

/// An image's height and width with this padding.
Size2d padded(const Shape& image, const Padding& padding);

/// Places of the window on an input {channels, height, width}: (padded size - span) / stride + 1,
/// rounded down. Throws Error (kUsage), naming layer, input and arguments, if it does not fit.
Size2d slide_over(const Window& window, const Shape& input, const std::string& layer);

/// Windows of a pooling on an axis of `size`; with ceil_mode as PyTorch has it, rounded up but for
/// a last one that would begin behind the axis. 0: none fits.
std::int64_t pooled_size(std::int64_t size, std::int64_t kernel, std::int64_t stride,
                         std::int64_t before, std::int64_t after, bool ceil_mode);

}  // namespace lenet
