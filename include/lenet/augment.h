// Random changes of the images that a network trains on.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lenet/export.h"
#include "lenet/shape.h"

namespace LENET_PUBLIC lenet {

/// Random changes of training images, made in this order: rotate and scale about the centre, flip,
/// shift, colours, erase, mixup or cutmix. The defaults change nothing.
struct Augmentation {
  bool flip = false;       ///< mirror left to right, with probability 1/2
  std::int64_t shift = 0;  ///< by 0 to so many pixels (at most 1024) either way, the gap black
  double erase = 0;        ///< probability of blackening a rectangle: torchvision's RandomErasing
  double rotate = 0;       ///< by up to so many degrees (at most 180) either way, outside black
  double scale = 0;        ///< by a factor of 1 - scale to 1 + scale; at most 0.9

  /// The colours, as torchvision's ColorJitter draws them: the first three by a factor of 1 - value
  /// to 1 + value, at most 1; the hue by up to so many circles either way, at most 0.5. Saturation
  /// and hue want images of three channels, red, green and blue; the others take one too. On the
  /// CPU.
  double brightness = 0, contrast = 0, saturation = 0, hue = 0;

  /// Alphas of mixup (Zhang et al. 2018) and CutMix (Yun et al. 2019), at most 2: an image is
  /// blended with that at the other end of the batch, or a rectangle of that takes its place, by a
  /// share drawn from Beta(alpha, alpha); its target has both classes by their shares. On the CPU.
  double mixup = 0, cutmix = 0;

  /// Whether anything changes at all.
  bool any() const;
  /// Whether images are mixed.
  bool mixes() const { return mixup != 0 || cutmix != 0; }
  /// Whether colours are changed.
  bool recolors() const { return brightness != 0 || contrast != 0 || saturation != 0 || hue != 0; }
  /// Whether it is made on the CPU alone.
  bool on_cpu() const { return mixes() || recolors(); }
};

/// "flip,shift=1,erase=0.1,rotate=5,scale=0.1,brightness=0.4,contrast=0.4,saturation=0.4,hue=0.1,
/// mixup=0.2,cutmix=1", any of these in any order; crop is another name for shift, as torchvision's
/// RandomCrop with so much padding; "" and "none" change nothing. Throws Error (kUsage), naming
/// what was found and what is known.
Augmentation parse_augmentation(std::string_view text);

/// The text that parse_augmentation turns into the same settings; "none" if nothing changes.
std::string to_string(const Augmentation& augmentation);

/// Throws Error (kUsage) unless the settings are in their ranges and fit images of this shape:
/// channels, height, width, with height and width above `shift` and the channels that colours want.
void check(const Augmentation& augmentation, const Shape& image);

/// Writes the image as one epoch sees it before it is mixed to `out`: a function of the settings,
/// seed, epoch, index (the image's, in the data set) and the bytes of `source` alone. Both are in
/// the order channels, height, width and must not overlap; all channels move alike. Settings and
/// shape must pass check(); epoch and index are 0 to 2^48 - 1. Allocates nothing.
void augment(const Augmentation& augmentation, const Shape& shape, std::uint64_t seed,
             std::int64_t epoch, std::int64_t index, const std::uint8_t* source, std::uint8_t* out);

}  // namespace lenet
