// Networks of MLPerf Tiny (mlcommons/tiny), as model texts for so many classes: Keras's, whose eps
// they have, and TensorFlow's padding, which at a stride of 2 has more behind.
#pragma once

#include <cstdint>
#include <string>

namespace lenet {

std::string resnet8(std::int64_t classes);        ///< of 3x32x32
std::string ds_cnn(std::int64_t classes);         ///< of spectra, 1x49x10
std::string mobilenet_025(std::int64_t classes);  ///< MobileNet v1, a quarter as wide, of 3x96x96

/// Of 640 numbers; `outputs`: as many, as each image is its own target.
std::string autoencoder(std::int64_t outputs);

}  // namespace lenet
