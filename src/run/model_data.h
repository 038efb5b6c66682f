// A saved model together with images to use it on: those that are given or, where nothing is said,
// those of its own data.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/model_file.h"
#include "run/data_options.h"
#include "run/model_argument.h"

namespace lenet {

/// Labels are the model's outputs, matched by name where both sides have names.
struct ModelOnData {
  Model model;
  Dataset train;
  Dataset test;       ///< empty for data without a test set
  std::string data;   ///< its name: as given, a path or "Fashion-MNIST"
  DataOptions read;   ///< where it was read, and how
  std::string known;  ///< " of 3 of the model's 10 classes" and the like; "" if they are all

  /// They are not the data that the model was trained on, where its file says what that was.
  bool other_data = false;

  /// The labelled images to judge the model on: the test set, or all where there is none.
  const Dataset& images() const { return test.size() > 0 ? test : train; }
  /// "81 test images", or "405 images, as there is no test set".
  std::string images_title() const;
  /// A line that says so of other data, else "".
  std::string other_data_line() const;
};

/// Opens a model and its data:
/// - what --data names. --size and --test-split are the run's if it is the data of the run, there
///   or in another place; else images take the run's size, and are all judged where there is no
///   test set;
/// - else that of the run.json beside the model's file, with the run's --size and --test-split;
/// - else Fashion-MNIST, if the file says that the model is of it.
/// --model's network is built for the images. Throws Error, kUsage if none of these tells, if a
/// class is unknown to the model, or for images of another shape than its input's.
ModelOnData open_model_on_data(const ModelOptions& model, const DataOptions& given,
                               const LoadSettings& settings);

/// What --data says as a user knows it: a path as it is seen from the working folder, fit for a
/// terminal, or "Fashion-MNIST".
std::string shown_data(const std::string& data);

/// Says that the images of this data have not the shape of the model's input, and what to do.
std::string other_shape(const DataOptions& data, const Shape& found, const Shape& input);

/// How the classes of the data were found among the model's: ", classes by number" where one side
/// has no names, " of 3 of the model's 10 classes", or "".
std::string known_classes(const std::vector<std::string>& data,
                          const std::vector<std::string>& model);

/// Data to train on, and the options that name it.
struct ModelData {
  DataOptions options;
  std::pair<Dataset, Dataset> sets;  ///< training and test
};

/// The same choice to train a model further: `own`, what its file says, or null for weights alone
/// in the network of model.network. Throws Error, also for data without a test set.
ModelData load_data_of_model(const ModelOptions& model, const Model* own, const DataOptions& given,
                             const LoadSettings& settings, std::optional<LossFunction> loss = {});

}  // namespace lenet
