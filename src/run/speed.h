// How fast a network trains and classifies, beside what the machine could do at most.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "lenet/device.h"

namespace lenet {

struct SpeedOptions {
  std::string model = "lenet";       ///< parse_model_argument()'s
  std::optional<std::string> input;  ///< the shape of an image, as "1x28x28"
  std::int64_t batch_size = 256;
  int rounds = 7;
  double momentum = 0;
  std::string augment = "none";
  int threads = 0;
  std::string device = "auto";
};

/// A figure a round: images a second, GFLOP/s and, on the CPU, the share of its peak.
struct Speed {
  std::vector<double> examples_per_sec, gflops, share;

  void add(double examples, std::int64_t multiply_adds, std::optional<double> peak);
};

struct Measurements {
  std::vector<double> peak;  ///< GFLOP/s, on the CPU
  Speed train, inference;
  std::vector<double> single_image_us;  ///< of one image on one thread, sorted; on the CPU
  int threads = 0;
  Device device;

  bool on_cpu() const { return device.kind == Device::Kind::kCpu; }
};

double median(std::vector<double> values);

/// Throws Error.
Measurements measure(const SpeedOptions& options);

}  // namespace lenet
