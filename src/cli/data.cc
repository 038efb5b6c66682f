#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "base/plural.h"
#include "base/require.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "lenet/class_weights.h"
#include "lenet/load_data.h"
#include "lenet/pixel_statistics.h"
#include "run/json_document.h"
#include "run/output_name.h"
#include "run/sample_sheet.h"

namespace lenet::cli {
namespace {

using Json = nlohmann::ordered_json;

struct DataCommand {
  CommonOptions common;
  std::string sheet;
};

PixelStatistics statistics_of(const Dataset& data) {
  std::vector<std::int32_t> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), 0);
  return pixel_statistics(data, all);
}

/// $LENET_DATA may hold other data in files of Fashion-MNIST's names.
std::string format_name(const CommonOptions& o, const Dataset& train) {
  if (const std::string path = data_path(o); !path.empty()) {
    return std::string(to_string(data_format(path)));
  }
  return is_fashion_mnist(train) ? "Fashion-MNIST" : std::string(to_string(DataFormat::kIdx));
}

/// What is said of any data.
Json about(const CommonOptions& o, const Dataset& train, const Dataset& test) {
  const PixelStatistics pixels = statistics_of(train);
  return {{"format", format_name(o, train)},
          {"train", train.size()},
          {"test", test.size()},
          {"image_shape", to_string(train.image_shape())},
          {"mean", pixels.mean},
          {"deviation", pixels.deviation}};
}

Json classes_of(const Dataset& train, const Dataset& test) {
  const auto in_train = class_counts(train.labels(), train.classes()),
             in_test = class_counts(test.labels(), train.classes());
  Json classes = Json::array();
  for (std::int64_t k = 0; k < train.classes(); ++k) {
    const auto i = static_cast<std::size_t>(k);
    classes.push_back({{"name", output_name(train.class_names(), k, true)},
                       {"train", in_train[i]},
                       {"test", in_test[i]}});
  }
  return classes;
}

/// The least, the mean and the largest of each column of the training targets.
Json targets_of(const Dataset& train) {
  Json targets = Json::array();
  const FloatRows rows = train.rows();
  for (std::int64_t k = 0; k < rows.width; ++k) {
    float least = rows[0][static_cast<std::size_t>(k)], most = least;
    double sum = 0;
    for (std::int64_t i = 0; i < rows.size(); ++i) {
      const float value = rows[i][static_cast<std::size_t>(k)];
      least = std::min(least, value);
      most = std::max(most, value);
      sum += static_cast<double>(value);
    }
    targets.push_back({{"name", output_name(train.class_names(), k, false)},
                       {"least", least},
                       {"mean", sum / static_cast<double>(rows.size())},
                       {"largest", most}});
  }
  return targets;
}

Json document_of(const CommonOptions& o, const Dataset& train, const Dataset& test) {
  Json document = about(o, train, test);
  if (train.has_classes()) {
    document["classes"] = classes_of(train, test);
  } else {
    document["targets"] = targets_of(train);
  }
  return document;
}

std::size_t width_of_names(const Json& rows) {
  std::size_t width = 6;
  for (const Json& row : rows) width = std::max(width, row["name"].get<std::string>().size());
  return width;
}

void print_classes(const Json& classes) {
  const std::size_t width = width_of_names(classes);
  fmt::print("{:<{}}  {:>8}  {:>8}\n", "class", width, "training", "test");
  for (const Json& c : classes) {
    fmt::print("{:<{}}  {:>8}  {:>8}\n", c["name"].get<std::string>(), width,
               c["train"].get<std::int64_t>(), c["test"].get<std::int64_t>());
  }
}

/// As many as a screen holds.
void print_targets(const Json& targets) {
  constexpr std::size_t kShown = 100;
  const std::size_t width = width_of_names(targets);
  fmt::print("{:<{}}  {:>10}  {:>10}  {:>10}\n", "target", width, "least", "mean", "largest");
  for (std::size_t k = 0; k < std::min(targets.size(), kShown); ++k) {
    const Json& t = targets[k];
    fmt::print("{:<{}}  {:>10.4g}  {:>10.4g}  {:>10.4g}\n", t["name"].get<std::string>(), width,
               t["least"].get<double>(), t["mean"].get<double>(), t["largest"].get<double>());
  }
  if (targets.size() > kShown) fmt::print("and {} more\n", targets.size() - kShown);
}

void print_document(const Json& d, bool floats) {
  const bool classes = d.contains("classes");
  const auto count = static_cast<std::int64_t>(d[classes ? "classes" : "targets"].size());
  fmt::print(
      "{}: {} training and {} test images of {}, {}\n", d["format"].get<std::string>(),
      d["train"].get<std::int64_t>(), d["test"].get<std::int64_t>(),
      d["image_shape"].get<std::string>(),
      classes ? class_count(count) : fmt::format("{} number{} each", count, count == 1 ? "" : "s"));
  fmt::print("{}: mean {:.4f}, deviation {:.4f}\n\n",
             floats ? "values as they are" : "pixels from 0 to 1",
             fmt::join(d["mean"].get<std::vector<double>>(), " "),
             fmt::join(d["deviation"].get<std::vector<double>>(), " "));
  classes ? print_classes(d["classes"]) : print_targets(d["targets"]);
}

void run_data(const DataCommand& c) {
  if (!c.sheet.empty()) {
    require_output("--sheet", c.sheet, {".png"}, {.data = c.common});
  }
  const auto [train, test] =
      load_data(c.common, load_settings(c.common.threads), {.test_optional = true});
  if (!c.sheet.empty()) write_png(c.sheet, sample_sheet(train));
  const Json document = document_of(c.common, train, test);
  if (c.common.json) {
    fmt::print("{}", json_text(document));
  } else {
    print_document(document, !train.has_bytes());
  }
}

}  // namespace

void add_data_command(const Command& app) {
  auto c = std::make_shared<DataCommand>();
  const Command command =
      app.add_command("data", "Describe a data set, and draw a sheet of samples");
  command.option("PATH", &c->common.path, "What train's --data takes. Default: Fashion-MNIST")
      .check(given_path());
  add_data_options(command, c->common);
  command.option("--sheet", &c->sheet, "Draw each class' first ten images into this PNG")
      .check(given_path());
  add_json(command, c->common.json);
  command.runs([c] { run_data(*c); });
}

}  // namespace lenet::cli
