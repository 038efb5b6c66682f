// Which array of a data set holds what, by the words of its name: x_train and y_train as Keras has
// them, train_images and train_labels as MedMNIST, kmnist-train-imgs as Kuzushiji-MNIST.
#pragma once

#include <string>
#include <vector>

#include "formats/subset.h"

namespace lenet {

/// The names of the arrays of one subset; empty where there is none.
struct ArrayPair {
  std::string images, labels;

  bool empty() const { return images.empty() && labels.empty(); }
};

using ArrayNames = Subsets<ArrayPair>;

/// Gives each name its place: images by x, image(s), img(s), data or pixels, labels by y, label(s)
/// or target(s), which win over the others; the subset as subset_of() says. Names without a subset
/// are the training set where no name says train; names of neither are left out. Throws Error
/// (kBadInput), starting with `source`, if two have the same place.
ArrayNames name_arrays(const std::vector<std::string>& names, const std::string& source);

}  // namespace lenet
