#include "run/judged_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/file.h"
#include "image/font.h"
#include "image/sheet.h"
#include "run/csv_cell.h"

namespace lenet {
namespace {

using Lines = std::vector<std::string>;

/// "is coat", "said shirt 0.97".
Lines lines_of_class(const JudgedImages& judged, std::int64_t i) {
  const Answer answer = answer_of(judged, i);
  return {fmt::format("is {}", judged.name(judged.images.label(i))),
          fmt::format("said {} {:.2f}", judged.name(answer.predicted), answer.probability)};
}

/// "price is 3.2", "said 5.1": the output that is furthest off.
Lines lines_of_row(const JudgedImages& judged, std::int64_t i) {
  const std::vector<double> said = said_of(judged, i);
  const std::span<const float> targets = judged.images.rows()[i];
  std::size_t worst = 0;
  const auto error = [&](std::size_t k) {
    return std::abs(said[k] - static_cast<double>(targets[k]));
  };
  for (std::size_t k = 0; k < said.size(); ++k) worst = error(k) > error(worst) ? k : worst;
  return {
      fmt::format("{} is {:.4g}", judged.name(static_cast<std::int64_t>(worst)), targets[worst]),
      fmt::format("said {:.4g}", said[worst])};
}

std::int64_t longest(const std::vector<Lines>& captions) {
  constexpr std::int64_t kMost = 30;
  std::int64_t most = 1;
  for (const Lines& lines : captions) {
    for (const std::string& line : lines) most = std::max(most, letters(line));
  }
  return std::min(most, kMost);
}

void add_cells(std::string& csv, const std::vector<double>& values) {
  for (const double value : values) {
    fmt::format_to(std::back_inserter(csv), ",{}", static_cast<float>(value));
  }
}

/// "image,class,predicted,probability,shirt,coat", or "image,price,said price".
std::string header_of(const JudgedImages& judged) {
  const bool classes = judged.images.has_classes();
  std::string header = classes ? "image,class,predicted,probability" : "image";
  const auto add_names = [&](const char* before) {
    for (std::int64_t k = 0; k < judged.outputs.width; ++k) {
      header += ',' + csv_cell(before + judged.name(k));
    }
  };
  add_names("");
  if (!classes) add_names("said ");
  return header + '\n';
}

void add_answer(const JudgedImages& judged, std::int64_t i, double threshold, std::string& csv) {
  const Answer answer = answer_of(judged, i);
  const bool named = answer.probability >= threshold;
  csv += ',' + csv_cell(judged.name(judged.images.label(i)));
  csv += ',' + (named ? csv_cell(judged.name(answer.predicted)) : "");
  add_cells(csv, {answer.probability});
  add_cells(csv, answer.all);
}

void add_row(const JudgedImages& judged, std::int64_t i, std::string& csv) {
  const std::span<const float> targets = judged.images.rows()[i];
  add_cells(csv, {targets.begin(), targets.end()});
  add_cells(csv, said_of(judged, i));
}

}  // namespace

std::vector<std::uint8_t> picture_of(const Dataset& images, std::int64_t i) {
  const std::int64_t size = element_count(images.image_shape());
  if (!images.has_bytes()) return as_grey(images.floats(i), size);
  return {images.image(i), images.image(i) + size};
}

Image mistakes_sheet(const JudgedImages& judged, std::int64_t most) {
  constexpr std::int64_t kColumns = 8;
  constexpr std::uint8_t kWhite = 255;
  const std::vector<std::int64_t> worst = worst_mistakes(judged, most);
  std::vector<Lines> captions;
  for (const std::int64_t i : worst) {
    captions.push_back(judged.images.has_classes() ? lines_of_class(judged, i)
                                                   : lines_of_row(judged, i));
  }
  const std::int64_t count = std::ssize(worst);
  ImageSheet sheet({.image_shape = judged.images.image_shape(),
                    .rows = std::max<std::int64_t>(1, (count + kColumns - 1) / kColumns),
                    .columns = std::clamp<std::int64_t>(count, 1, kColumns),
                    .lines = 2,
                    .letters = longest(captions),
                    .ground = kWhite,
                    .least_side = 112},
                   "--wrong", "give fewer --wrong-images");
  for (std::int64_t n = 0; n < count; ++n) {
    const auto i = static_cast<std::size_t>(n);
    sheet.place(n / kColumns, n % kColumns, picture_of(judged.images, worst[i]).data(),
                captions[i]);
  }
  return sheet.image();
}

void write_predictions(const std::filesystem::path& csv, const JudgedImages& judged,
                       double threshold) {
  constexpr std::size_t kAtOnce = 1 << 20;
  AtomicFile file(csv);
  std::string text = header_of(judged);
  for (std::int64_t i = 0; i < judged.images.size(); ++i) {
    text += fmt::format("{}", i);
    judged.images.has_classes() ? add_answer(judged, i, threshold, text) : add_row(judged, i, text);
    text += '\n';
    if (text.size() < kAtOnce) continue;
    file.write(text);
    text.clear();
  }
  file.write(text);
  file.commit();
}

}  // namespace lenet
