#include <fmt/format.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "base/require.h"
#include "base/text.h"
#include "cli/commands.h"
#include "cli/options.h"
#include "cli/run_display.h"
#include "cli/say.h"
#include "lenet/activations.h"
#include "lenet/safetensors.h"
#include "nn/graph.h"
#include "plot/live.h"
#include "run/image_files.h"
#include "run/layer_pictures.h"
#include "run/model_data.h"

namespace lenet::cli {
namespace {

struct ShowOptions {
  DataOptions data;
  ModelOptions model;
  std::vector<std::string> files;
  std::vector<std::string> test;  ///< numbers of images of the model's own data
  std::optional<std::string> layer;
  std::string out;
};

/// The most images that are shown together.
constexpr std::int64_t kMostImages = 64;

/// Numbers of images of a data set.
std::vector<std::int32_t> indices_of(const std::vector<std::string>& words, std::int64_t images) {
  std::vector<std::int32_t> indices;
  for (const std::string& word : words) {
    const std::string wrong = whole_number(0, static_cast<std::uint64_t>(images - 1))(word);
    require(wrong.empty(), "--test: " + wrong);
    indices.push_back(std::stoi(word));
  }
  return indices;
}

/// Images to show, as the network takes them.
struct Shown {
  Model model;
  Dataset images;
  std::vector<std::int32_t> indices;
  FilesRead read = {};
};

/// Those of files, or those of the data that --test names.
Shown open_shown(const ShowOptions& o) {
  if (!o.test.empty()) {
    ModelOnData on = open_model_on_data(o.model, o.data, load_settings(0));
    std::vector<std::int32_t> indices = indices_of(o.test, on.images().size());
    Dataset images = on.images().selected(indices);
    std::iota(indices.begin(), indices.end(), 0);
    return {std::move(on.model), std::move(images), std::move(indices), {.data = on.read}};
  }
  Model model = open_model(o.model);
  if (o.files.empty()) return {std::move(model), Dataset(), {}, {}};
  ImagesOfFiles read = read_image_files(
      o.files, {.shape = model.net.input_shape(), .floats = model.origin.float_images}, say_note);
  std::vector<std::int32_t> indices(read.sources.size());
  std::iota(indices.begin(), indices.end(), 0);
  return {std::move(model),
          std::move(read.images),
          std::move(indices),
          {.data = {}, .files = {o.files.begin(), o.files.end()}}};
}

/// The images themselves, as an output in front of all layers.
Activation input_of(const Shown& shown) {
  Activation input{"", "the images", shown.images.image_shape(), {}};
  const std::int64_t size = element_count(input.shape);
  for (const std::int32_t i : shown.indices) {
    if (shown.images.has_bytes()) {
      input.values.insert(input.values.end(), shown.images.image(i), shown.images.image(i) + size);
    } else {
      input.values.insert(input.values.end(), shown.images.floats(i),
                          shown.images.floats(i) + size);
    }
  }
  return input;
}

/// The outputs of all layers for the images, or that of the chosen one.
std::vector<Activation> outputs_of(const ShowOptions& o, const Shown& shown) {
  constexpr std::int64_t kMostValues = std::int64_t{1} << 27;
  const auto images = std::ssize(shown.indices);
  require(images <= kMostImages,
          fmt::format("{} images, want at most {}; choose some by --test or as files of their own",
                      images, kMostImages));
  const Graph graph = graph_of(shown.model.net);
  std::int64_t values = 0;
  for (const Node& node : graph.nodes) {
    if (!o.layer) values += images * element_count(graph.output_of(node));
  }
  require(values <= kMostValues, fmt::format("{} values of all layers, want at most {}; choose a "
                                             "--layer, or fewer images",
                                             values, kMostValues));
  if (!o.layer) return activations(shown.model.net, shown.images, shown.indices);
  const Node& node = find_layer(graph, *o.layer);
  return {activation(shown.model.net, shown.images, shown.indices, node.path)};
}

TerminalColors terminal_colors() {
  if (!live_options(stdout).color) return TerminalColors::kNone;
  const char* color = std::getenv("COLORTERM");
  const std::string_view term = color ? color : "";
  return term == "truecolor" || term == "24bit" ? TerminalColors::kAll : TerminalColors::k256;
}

void write_numbers(const std::string& file, const std::vector<Activation>& all,
                   std::int64_t images) {
  std::vector<NamedTensor> tensors;
  for (const Activation& a : all) {
    Shape shape = {images};
    shape.insert(shape.end(), a.shape.begin(), a.shape.end());
    tensors.push_back({a.path, std::move(shape), a.values});
  }
  write_safetensors(file, tensors);
}

void run_show(const ShowOptions& o) {
  require(o.files.empty() || o.test.empty(), "IMAGES and --test: want one of them");
  require(!o.test.empty() || (o.data.path.empty() && !says_how_to_read(o.data)),
          "--data and how it is read: of --test alone, which names images of it");
  const std::string extension = lower_case(std::filesystem::path(o.out).extension().string());
  const bool numbers = extension == ".safetensors";
  const Shown shown = open_shown(o);
  const auto images = static_cast<std::int64_t>(shown.indices.size());
  require(
      !numbers || images > 0,
      fmt::format("--out {}: the outputs for images; the filters are in the model's file", o.out));
  if (!o.out.empty()) {
    FilesRead read = shown.read;
    read.files.push_back(saved_model_file(o.model.path));
    require_output("--out", o.out, {".png", ".safetensors"}, read);
  }
  std::vector<Tiles> tiles;
  if (images == 0) {
    tiles.push_back(filter_tiles(shown.model.net, o.layer));
  } else {
    const std::vector<Activation> all = outputs_of(o, shown);
    if (numbers) return write_numbers(o.out, all, images);
    tiles.push_back(map_tiles(input_of(shown), images));
    for (const Activation& a : all) tiles.push_back(map_tiles(a, images));
  }
  if (!o.out.empty()) return write_png(o.out, picture_of(tiles));
  for (const Tiles& t : tiles) {
    fmt::print("{}", text_of(t, terminal_columns(stdout), terminal_colors()));
  }
}

}  // namespace

void add_show(const Command& app) {
  auto options = std::make_shared<ShowOptions>();
  const Command command = app.add_command(
      "show", "The filters of a saved model, or what its layers make of images, as pictures");
  add_model(command, options->model);
  command.option("IMAGES", &options->files,
                 "Image files, as lenet predict takes them. Without any: the filters");
  command
      .option("--test", &options->test,
              "Numbers of test images of the model's data in place of files, as 0,1")
      .split_at_commas()
      .one_at_a_time();
  command.option("--layer", &options->layer,
                 "This layer, as lenet summary numbers it: 3 or 3.0. Default: all; of filters the "
                 "first that has some");
  command
      .option("-o,--out", &options->out,
              "Write a PNG, or the numbers as .safetensors, in place of showing them")
      .check(given_path());
  add_data(command, options->data, kOwnData);
  command.runs([options] { run_show(*options); });
}

}  // namespace lenet::cli
