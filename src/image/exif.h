// How an image is to be turned before it is shown: the tag Orientation of Exif and TIFF.
#pragma once

#include <string_view>

#include "lenet/image.h"

namespace lenet {

/// The orientation, 1 to 8, in the Exif data of a file, with or without "Exif\0\0" before it: tag
/// 0x0112 of its first directory (TIFF 6.0, section 2). 1, as stored, for data without one and for
/// data that is broken: it is no part of the pixels.
int exif_orientation(std::string_view bytes);

/// The image as it is seen, of one that is stored with this orientation; any number but 2 to 8
/// leaves it as it is.
Image turned(Image image, int orientation);

}  // namespace lenet
