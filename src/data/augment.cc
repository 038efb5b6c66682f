#include "lenet/augment.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "base/number_text.h"
#include "data/image_change.h"
#include "lenet/error.h"

namespace lenet {
namespace {

constexpr std::int64_t kMaxShift = 1024;
constexpr std::string_view kKnown =
    "flip, shift=PIXELS (or crop=PIXELS), erase=PROBABILITY, rotate=DEGREES, scale=FRACTION, "
    "brightness=FRACTION, contrast=FRACTION, saturation=FRACTION, hue=CIRCLES, mixup=ALPHA or "
    "cutmix=ALPHA, with commas between them, or none";

/// A setting that is a number from 0 to `most`.
struct Amount {
  std::string_view name, unit;
  double most;
  double Augmentation::*value;
};

constexpr std::array<Amount, 9> kAmounts = {
    {{"erase", "PROBABILITY", 1, &Augmentation::erase},
     {"rotate", "DEGREES", 180, &Augmentation::rotate},
     {"scale", "FRACTION", 0.9, &Augmentation::scale},
     {"brightness", "FRACTION", 1, &Augmentation::brightness},
     {"contrast", "FRACTION", 1, &Augmentation::contrast},
     {"saturation", "FRACTION", 1, &Augmentation::saturation},
     {"hue", "CIRCLES", 0.5, &Augmentation::hue},
     {"mixup", "ALPHA", 2, &Augmentation::mixup},
     {"cutmix", "ALPHA", 2, &Augmentation::cutmix}}};

[[noreturn]] void fail(std::string_view found, std::string_view wanted) {
  throw Error(ErrorKind::kUsage,
              fmt::format("augmentation: found \"{:.60}\", want {}", found, wanted));
}

std::string wanted_shift() {
  return fmt::format("shift=PIXELS, a whole number from 0 to {}", kMaxShift);
}

std::string wanted(const Amount& amount) {
  return fmt::format("{}={}, a number from 0 to {}", amount.name, amount.unit, amount.most);
}

bool in_range(std::int64_t shift) { return shift >= 0 && shift <= kMaxShift; }

/// False for not-a-number too.
bool in_range(const Amount& amount, double value) { return value >= 0 && value <= amount.most; }

void check_channels(const Augmentation& augmentation, const Shape& image) {
  const bool colored = augmentation.saturation != 0 || augmentation.hue != 0;
  if (image[0] == 3 || !augmentation.recolors() || (image[0] == 1 && !colored)) return;
  throw Error(
      ErrorKind::kUsage,
      fmt::format("augmentation: {} for images of shape {}, want {}", to_string(augmentation),
                  to_string(image),
                  colored ? "three channels (red, green, blue) for saturation and hue"
                          : "one channel or three (red, green, blue) for brightness and contrast"));
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> terms;
  for (std::size_t comma = text.find(','); comma != std::string_view::npos;
       comma = text.find(',')) {
    terms.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 1);
  }
  terms.push_back(text);
  return terms;
}

/// Takes in one term of the text, such as "shift=1", whose name is "shift".
void set(Augmentation& augmentation, std::string_view term, std::string_view name) {
  const std::size_t sign = std::min(term.size(), term.find('='));
  const std::string_view number = term.substr(std::min(term.size(), sign + 1));
  if (name == "flip") {
    if (term != name) fail(term, "flip, which takes no value");
    augmentation.flip = true;
    return;
  }
  if (name == "shift") {
    const auto shift = number_in<decltype(augmentation.shift)>(number);
    if (!shift || !in_range(*shift)) fail(term, wanted_shift());
    augmentation.shift = *shift;
    return;
  }
  for (const Amount& amount : kAmounts) {
    if (name != amount.name) continue;
    const auto value = number_in<double>(number);
    if (!value || !in_range(amount, *value)) fail(term, wanted(amount));
    augmentation.*amount.value = *value;
    return;
  }
  fail(term, kKnown);
}

}  // namespace

bool Augmentation::any() const {
  return flip || shift != 0 || erase != 0 || rotate != 0 || scale != 0 || recolors() || mixes();
}

Augmentation parse_augmentation(std::string_view text) {
  Augmentation augmentation;
  if (text.empty() || text == "none") return augmentation;
  std::vector<std::string_view> names;
  for (const std::string_view term : split_at_commas(text)) {
    std::string_view name = term.substr(0, term.find('='));
    if (name == "crop") name = "shift";  // torchvision's RandomCrop with so much padding
    if (std::ranges::find(names, name) != names.end()) {
      fail(text, fmt::format("{:.60} only once", name));
    }
    set(augmentation, term, name);
    names.push_back(name);
  }
  return augmentation;
}

std::string to_string(const Augmentation& augmentation) {
  std::string text;
  if (augmentation.flip) text += ",flip";
  if (augmentation.shift != 0) text += fmt::format(",shift={}", augmentation.shift);
  for (const Amount& amount : kAmounts) {
    const double value = augmentation.*amount.value;
    if (value != 0) text += fmt::format(",{}={}", amount.name, value);
  }
  return text.empty() ? "none" : text.substr(1);
}

void check(const Augmentation& augmentation, const Shape& image) {
  if (!in_range(augmentation.shift)) fail(to_string(augmentation), wanted_shift());
  for (const Amount& amount : kAmounts) {
    if (in_range(amount, augmentation.*amount.value)) continue;
    fail(to_string(augmentation), wanted(amount));
  }
  if (!augmentation.any()) return;
  if (image.size() != 3) {
    throw Error(ErrorKind::kUsage,
                fmt::format("augmentation: images of shape {}, want channels, height and width",
                            to_string(image)));
  }
  check_channels(augmentation, image);
  const std::int64_t size = std::min(image[1], image[2]);
  if (augmentation.shift < size) return;
  throw Error(ErrorKind::kUsage,
              fmt::format("augmentation: shift={} for images of shape {}, want at most {}",
                          augmentation.shift, to_string(image), size - 1));
}

void augment(const Augmentation& augmentation, const Shape& shape, std::uint64_t seed,
             std::int64_t epoch, std::int64_t index, const std::uint8_t* source,
             std::uint8_t* out) {
  apply(draw_change(augmentation, shape, seed, epoch, index), shape, source, out);
}

}  // namespace lenet
