#include "run/start_network.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/plural.h"
#include "base/require.h"
#include "lenet/class_matching.h"
#include "lenet/error.h"
#include "lenet/head.h"
#include "run/model_argument.h"
#include "run/model_data.h"
#include "run/option_words.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;
using Names = std::vector<std::string>;

constexpr const char* kOffer =
    "; --new-head replaces the last Linear by a new one for the classes of the data";

/// What to do where the file tells other classes apart.
std::string offer(const Sequential& net) {
  if (find_head(net)) return kOffer;
  return fmt::format(
      "; its network, {}, ends in no Linear that --new-head could replace: want data "
      "of its classes, or --model for a network that begins anew, without --weights",
      net.text());
}

/// "3 classes (circle, square, star)".
std::string classes_text(std::int64_t count, const Names& names) {
  constexpr std::ptrdiff_t kShown = 20;
  if (names.empty()) return class_count(count);
  const std::ptrdiff_t shown = std::min(std::ssize(names), kShown);
  return fmt::format("{} ({}{})", class_count(count),
                     fmt::join(names.begin(), names.begin() + shown, ", "),
                     shown < std::ssize(names) ? ", ..." : "");
}

/// For each class of the data the output of the file's network; empty where they are in the same
/// order, by name or, where one side has no names, by number. Throws Error (kUsage), with the offer
/// of a new head, for other classes.
std::vector<Label> outputs_of(const std::string& path, const Model& file, const Dataset& train) {
  const Names& data = train.class_names();
  const std::int64_t outputs = element_count(file.net.output_shape());
  require(outputs == train.outputs(),
          fmt::format("{}: tells {} apart, the data has {}{}", path,
                      classes_text(outputs, file.class_names), classes_text(train.classes(), data),
                      offer(file.net)));
  if (file.class_names.empty() || data.empty() || file.class_names == data) return {};
  require(train.has_classes(),
          fmt::format("{}: its outputs are {}, the targets of the data {}{}", path,
                      fmt::join(file.class_names, ","), fmt::join(data, ","), offer(file.net)));
  std::vector<Label> order;
  try {
    order = match_classes(data, file.class_names);
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("{}: {}{}", path, e.what(), offer(file.net)));
  }
  require(
      find_head(file.net).has_value(),
      fmt::format("{}: its classes are in the order {}, those of the data in the order {}, and "
                  "its network, {}, ends in no Linear whose outputs could be brought into it; "
                  "want data with the classes in the order of the file",
                  path, fmt::join(file.class_names, ", "), fmt::join(data, ", "), file.net.text()));
  return order;
}

/// The layers, not built: those of --model, else the file's, else the chapter's.
NamedNetwork layers_of(const RunOptions& o, bool from_file, std::int64_t classes) {
  return parse_model_argument(o.model ? *o.model : from_file ? o.weights : kUsualModel, classes);
}

/// As PyTorch and the chapter draw them.
void draw(Sequential& net, const Shape& images, Generator& generator) {
  net.build(images, generator);
  xavier_uniform(net, generator);
}

/// The file of --weights, what it says beside its weights, and how these find their layers.
struct WeightsFile {
  const std::string& path;
  const std::optional<Model>& model;
  WeightsBy by;
};

/// The outputs of the network whose weights a file holds.
std::int64_t outputs_in(const WeightsFile& file, const std::string& head_weight) {
  if (file.model) return element_count(file.model->net.output_shape());
  if (const auto outputs = outputs_in_weights(file.path, head_weight, file.by)) return *outputs;
  throw Error(ErrorKind::kBadInput, fmt::format("{}: no tensor {}, the weight of the last Linear",
                                                file.path, head_weight));
}

/// `net` with the head and the weights that the file has.
Sequential with_head_of_file(const WeightsFile& file, const Sequential& net) {
  Sequential whole = with_new_head(net, outputs_in(file, head_parameters(net)[0]));
  Generator unused;
  whole.build(net.input_shape(), unused);
  read_weights(file.path, whole, file.by);
  return whole;
}

/// Replaces the parameters and buffers of `net` by the file's, but for those of its head.
void read_all_but_the_head(const WeightsFile& file, Sequential& net) {
  const Names head = head_parameters(net);
  Sequential whole = with_head_of_file(file, net);
  const std::vector<NamedParameter> from = whole.named_parameters(), to = net.named_parameters();
  for (std::size_t i = 0; i < to.size(); ++i) {
    if (std::ranges::find(head, to[i].name) == head.end()) {
      std::ranges::copy(from[i].values, to[i].values.begin());
    }
  }
  std::ranges::copy(whole.buffers(), net.buffers().begin());
}

/// What would make weights fit that do not: a new head, the tensors' order, or both.
std::string remedy(const WeightsFile& file, bool new_head, Sequential& net) {
  const WeightsFile ordered{file.path, file.model, WeightsBy::kOrder};
  const auto with_head = [&](const WeightsFile& of) {
    return fits([&] { with_head_of_file(of, net); });
  };
  if (!new_head && with_head(file)) return kOffer;
  if (file.by == WeightsBy::kOrder) return "";
  const bool order_does =
      new_head ? with_head(ordered) : fits([&] { read_weights(file.path, net, ordered.by); });
  if (order_does) return kOrderOffer;
  return !new_head && with_head(ordered) ? std::string(kOrderOffer) + kOffer : "";
}

/// Replaces all of them, or all but the head's. Where something else would do, the message offers
/// it.
void read_into(const WeightsFile& file, bool new_head, Sequential& net) {
  try {
    new_head ? read_all_but_the_head(file, net) : read_weights(file.path, net, file.by);
  } catch (const Error& e) {
    throw Error(e.kind(), e.what() + remedy(file, new_head, net));
  }
}

/// Draws `net` for the images of the data and gives it the file's weights. Where that fails, and
/// the file's network takes images of another shape, the message says so.
void bring_weights(const RunOptions& o, const std::optional<Model>& file, const Shape& images,
                   Generator& generator, Sequential& net) {
  try {
    draw(net, images, generator);
    read_into({o.weights, file, o.weights_by}, o.new_head, net);
  } catch (const Error& e) {
    if (!file || file->net.input_shape() == images) throw;
    throw Error(
        ErrorKind::kUsage,
        fmt::format("{} ({})", other_shape(o.data, images, file->net.input_shape()), e.what()));
  }
}

const Names& names_of(const Dataset& train, const Names& others) {
  const bool fit = train.class_names().empty() && std::ssize(others) == train.classes();
  return fit ? others : train.class_names();
}

/// The numbers under this key; none if there are none.
std::vector<float> numbers_of(const Json& object, const char* key) {
  const auto list = object.find(key);
  const bool good = list != object.end() && list->is_array() &&
                    std::ranges::all_of(*list, [](const Json& v) { return v.is_number(); });
  return good ? list->get<std::vector<float>>() : std::vector<float>();
}

/// The class names of a run, as its record has them or, for one of lenet 0.2.0, its model.
Names names_of_run(const Json& run, const std::filesystem::path& folder) {
  if (const auto names = run.find("class_names"); names != run.end()) {
    const bool good = names->is_array() &&
                      std::ranges::all_of(*names, [](const Json& v) { return v.is_string(); });
    return good ? names->get<Names>() : Names();
  }
  try {
    return load_model(folder / "model.safetensors").class_names;
  } catch (const Error&) {
    return {};  // a run that was killed has no model yet
  }
}

void require_same_classes(const Names& run, const Names& data,
                          const std::filesystem::path& folder) {
  if (run.empty() || data.empty() || run == data) return;
  throw Error(
      ErrorKind::kBadInput,
      fmt::format(
          "{}: the run has {}, the data {}, and a label would no longer mean what it meant; "
          "want the same names in the same order (train --weights {} takes them in any)",
          folder.string(), classes_text(std::ssize(run), run), classes_text(std::ssize(data), data),
          folder.string()));
}

}  // namespace

std::optional<Model> read_start(const RunOptions& o) {
  return o.weights.empty() ? std::nullopt : find_saved_model(o.weights);
}

void require_no_normalization(const RunOptions& o) {
  const std::optional<Model> file = read_start(o);
  require(!file || file->net.normalization().mean.empty(),
          fmt::format("--no-normalize: the weights of {} are for standardised pixels and keep its "
                      "mean and deviation; leave --no-normalize out, or take those of the new data "
                      "with --normalize",
                      o.weights));
}

StartedNetwork start_network(const RunOptions& o, const std::optional<Model>& file,
                             const Dataset& train, Generator& generator) {
  NamedNetwork layers = layers_of(o, file.has_value(), train.outputs());
  StartedNetwork started{std::move(layers.net), std::move(layers.name), train.class_names()};
  std::vector<Label> order;
  if (file && !o.new_head) {
    order = outputs_of(o.weights, *file, train);
    started.class_names = names_of(train, file->class_names);
  }
  if (o.new_head && !o.weights.empty()) started.net = with_new_head(started.net, train.outputs());
  if (o.weights.empty()) {
    draw(started.net, train.image_shape(), generator);
    return started;
  }
  bring_weights(o, file, train.image_shape(), generator, started.net);
  if (!order.empty()) reorder_outputs(started.net, order);
  if (file && !o.fit.normalize) started.net.set_normalization(file->net.normalization());
  return started;
}

StartedNetwork resumed_network(const RunOptions& o, const Json& run,
                               const std::filesystem::path& folder, const Dataset& train,
                               Generator& generator) {
  const Names names = names_of_run(run, folder);
  require_same_classes(names, train.class_names(), folder);
  NamedNetwork layers = parse_model_argument(o.model.value_or(kUsualModel), train.outputs());
  StartedNetwork resumed{std::move(layers.net), std::move(layers.name), names_of(train, names)};
  draw(resumed.net, train.image_shape(), generator);
  if (const auto n = run.find("normalization"); n != run.end() && n->is_object()) {
    resumed.net.set_normalization({numbers_of(*n, "mean"), numbers_of(*n, "deviation")});
  }
  return resumed;
}

void record_start(const StartedNetwork& network, Json& run) {
  if (const Normalization& n = network.net.normalization(); !n.mean.empty()) {
    run["normalization"] = Json{{"mean", n.mean}, {"deviation", n.deviation}};
  }
  if (!network.class_names.empty()) run["class_names"] = network.class_names;
}

std::optional<Model> read_teacher(const RunOptions& o, const Dataset& train) {
  if (o.teacher.empty()) return {};
  require_classes(train, "--teacher");
  Model teacher = read_saved_model(o.teacher);
  const std::int64_t outputs = element_count(teacher.net.output_shape());
  const Names &known = teacher.class_names, &data = train.class_names();
  require(teacher.origin.tells_classes() && outputs == train.classes(),
          fmt::format("--teacher {}: has {} outputs, the data {}; want a teacher of these classes",
                      o.teacher, outputs, classes_text(train.classes(), data)));
  if (known.empty() || data.empty() || known == data) return teacher;
  try {
    reorder_outputs(teacher.net, match_classes(data, known));
  } catch (const Error& e) {
    throw Error(e.kind(), fmt::format("--teacher {}: {}", o.teacher, e.what()));
  }
  teacher.class_names = data;
  return teacher;
}

}  // namespace lenet
