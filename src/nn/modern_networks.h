// Networks of D2L's chapter 7, modern convolutional networks, as model texts for so many classes.
#pragma once

#include <cstdint>
#include <string>

namespace lenet {

/// What many networks end with.
std::string mean_and_linear(std::int64_t classes);

std::string alexnet(std::int64_t classes);    ///< D2L 7.1, of 1x224x224
std::string vgg(std::int64_t classes);        ///< D2L 7.2, VGG-11 of a quarter of the channels
std::string nin(std::int64_t classes);        ///< D2L 7.3, of 1x224x224
std::string googlenet(std::int64_t classes);  ///< D2L 7.4, of 1x96x96
std::string resnet18(std::int64_t classes);   ///< D2L 7.6, of 1x96x96
std::string densenet(std::int64_t classes);   ///< D2L 7.7, of 1x96x96

// Built like them for 1x28x28, with less halving and other channels.
std::string alexnet_28(std::int64_t classes);
std::string vgg_28(std::int64_t classes);
std::string nin_28(std::int64_t classes);
std::string googlenet_28(std::int64_t classes);
std::string resnet18_28(std::int64_t classes);
std::string densenet_28(std::int64_t classes);

}  // namespace lenet
