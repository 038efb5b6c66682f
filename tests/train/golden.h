// PyTorch's reference numbers, and the data that they were made from.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "lenet/error.h"
#include "lenet/fit.h"
#include "lenet/load_data.h"
#include "lenet/safetensors.h"
#include "reference/compare.h"

namespace lenet {

inline constexpr bool kUnderSanitizer =
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    true;
#else
    false;
#endif

/// Fashion-MNIST as Debian's package has it. Without it the tests that need it fail.
inline const std::pair<Dataset, Dataset>& fashion_mnist() {
  static const std::filesystem::path dir = "/usr/share/datasets/fashion-mnist";
  static const std::pair<Dataset, Dataset> data = [] {
    try {
      return load_idx_folder(dir);
    } catch (const Error& error) {
      throw std::runtime_error(std::string("this test needs Fashion-MNIST: install Debian's "
                                           "dataset-fashion-mnist (") +
                               error.what() + ")");
    }
  }();
  return data;
}

/// A safetensors file of tests/golden, by name of the tensor.
class GoldenTensors {
 public:
  explicit GoldenTensors(const std::string& file)
      : file_(read_safetensors(std::filesystem::path(LENET_GOLDEN_DIR) / file)) {}

  const std::vector<float>& operator[](const std::string& name) const {
    for (const NamedTensor& tensor : file_.tensors) {
      if (tensor.name == name) return tensor.values;
    }
    throw std::runtime_error("no golden tensor " + name);
  }

  std::vector<Label> labels() const {
    std::vector<Label> labels;
    for (const float y : (*this)["y"]) labels.push_back(static_cast<Label>(y));
    return labels;
  }

 private:
  SafeTensors file_;
};

inline nlohmann::json golden_json(const std::string& file) {
  std::ifstream in(std::filesystem::path(LENET_GOLDEN_DIR) / file);
  return nlohmann::json::parse(in);
}

/// The band of the chapter's stored runs, after ten epochs.
inline void expect_the_chapters_band(const Report& report) {
  EXPECT_GE(report.loss, 0.44);
  EXPECT_LE(report.loss, 0.48);
  EXPECT_GE(report.train_acc(), 0.82);
  EXPECT_LE(report.train_acc(), 0.84);
  EXPECT_GE(report.test_acc(), 0.74);
  EXPECT_LE(report.test_acc(), 0.83);
}

}  // namespace lenet
