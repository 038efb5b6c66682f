#include <fmt/format.h>

#include <map>

#include "lenet/sequential.h"

namespace lenet {
namespace {

/// What every preset ends with, for ten classes.
constexpr const char* kHead = "Linear(10)";

const std::map<std::string, std::string, std::less<>>& texts() {
  static const std::map<std::string, std::string, std::less<>> all = {
      {"lenet", make_lenet().text()},
      {"lenet-relu",
       "Conv2d(6, 5, padding=2) ReLU MaxPool2d(2) Conv2d(16, 5) ReLU MaxPool2d(2) Flatten "
       "Linear(120) ReLU Linear(84) ReLU Linear(10)"},
      {"lenet5",
       "Conv2d(6, 5, padding=2) ScaledTanh AvgPool2d(2) Affine2d ScaledTanh LeNet5C3 ScaledTanh "
       "AvgPool2d(2) Affine2d ScaledTanh Conv2d(120, 5) ScaledTanh Flatten Linear(84) ScaledTanh "
       "Linear(10)"},
      {"best",
       "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(16, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
       "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(32, 3, padding=1, bias=False) BatchNorm2d ReLU MaxPool2d(2) "
       "Conv2d(48, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "Conv2d(48, 3, padding=1, bias=False) BatchNorm2d ReLU "
       "AdaptiveAvgPool2d(1) Flatten Linear(10)"},
      {"lenet-bn",
       "Conv2d(6, 5, padding=2) BatchNorm2d Sigmoid AvgPool2d(2) Conv2d(16, 5) BatchNorm2d Sigmoid "
       "AvgPool2d(2) Flatten Linear(120) BatchNorm1d Sigmoid Linear(84) BatchNorm1d Sigmoid "
       "Linear(10)"}};
  return all;
}

}  // namespace

std::optional<Sequential> make_preset(std::string_view name, std::int64_t classes) {
  const auto found = texts().find(name);
  if (found == texts().end()) return std::nullopt;
  const std::string& text = found->second;
  const auto body = text.substr(0, text.size() - std::string_view(kHead).size());
  return Sequential::parse(fmt::format("{}Linear({})", body, classes));
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const auto& [name, text] : texts()) names.push_back(name);
  return names;
}

}  // namespace lenet
