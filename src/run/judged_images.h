// What a model says of images whose targets are known.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lenet/dataset.h"
#include "lenet/loss_function.h"
#include "lenet/scores.h"
#include "run/output_name.h"

namespace lenet {

/// Refers to images and outputs. All throw Error (kBadInput) for outputs that are not finite.
struct JudgedImages {
  const Dataset& images;
  FloatRows outputs;  ///< a network's, a row an image
  LossFunction loss;
  std::vector<std::string> names;  ///< of the outputs, where known

  std::string name(std::int64_t k) const { return output_name(names, k, images.has_classes()); }
};

/// The outputs for image i as they are told: probabilities of classes or of labels, or numbers.
std::vector<double> said_of(const JudgedImages& judged, std::int64_t i);

/// The most likely class of an image; of equals the first.
struct Answer {
  std::vector<double> all;  ///< said_of()
  std::int64_t predicted = 0;
  double probability = 0;  ///< of that class
};

Answer answer_of(const JudgedImages& judged, std::int64_t i);

/// What is left where answers below a probability count as "none of these".
struct Coverage {
  double threshold = 0;
  std::int64_t covered = 0, right = 0, all = 0;  ///< images
};

/// Of images with a class each.
Coverage coverage_of(const JudgedImages& judged, double threshold);

/// The loss of image i.
double loss_of(const JudgedImages& judged, std::int64_t i);

/// Where the mean metric of rows lies in 95 of 100 cases: the accuracy, label accuracy or absolute
/// error of lenet/metrics.h. Nothing where an output is not finite.
std::optional<Interval> metric_interval(const JudgedImages& judged);

/// The images of the largest loss, at most so many; of classes those classified wrong alone.
std::vector<std::int64_t> worst_mistakes(const JudgedImages& judged, std::int64_t most);

}  // namespace lenet
