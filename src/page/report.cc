#include "page/report.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <set>
#include <thread>

#include "base/text.h"
#include "lenet/error.h"
#include "page/network_view.h"
#include "page/page_text.h"
#include "run/json_document.h"

namespace lenet {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMostRows = 4000;
constexpr std::size_t kImagesOfCell = 8;
constexpr std::int64_t kMostImageBytes = std::int64_t{2} << 20;  ///< of a run

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    unsigned group = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u);
    }
    for (int k = 3; k >= 0; --k) text += kDigits[group >> (6 * k) & 63];
  }
  const std::size_t missing = (3 - bytes.size() % 3) % 3;
  std::fill(text.end() - static_cast<std::ptrdiff_t>(missing), text.end(), '=');
  return text;
}

/// The evaluation, once it is there; null for a run that has none.
std::shared_ptr<const ModelSnapshot> wait_for(PageRun& run) {
  constexpr std::chrono::milliseconds kPause{20};
  for (;; std::this_thread::sleep_for(kPause)) {
    try {
      return run.snapshot();
    } catch (const StillReading&) {
    }
  }
}

/// The cells of the confusion that are not on its diagonal, and the images that they and the list
/// of mistakes show, as far as there is room for them.
struct Cells {
  Json cells = Json::object();
  std::set<std::int64_t> images;

  Cells(const ModelSnapshot& test, const Json& evaluation) {
    const auto room = static_cast<std::size_t>(
        kMostImageBytes / std::max<std::int64_t>(1, element_count(test.images->image_shape())));
    for (const Json& mistake : evaluation["mistakes"]) take(mistake, room);
    for (std::size_t label = 0; label < evaluation["classes"].size(); ++label) {
      for (std::size_t said = 0; said < evaluation["classes"].size(); ++said) {
        if (label != said) add(test, label, said, room);
      }
    }
  }

 private:
  bool take(const Json& judged, std::size_t room) {
    const auto image = judged["image"].get<std::int64_t>();
    if (images.size() >= room && !images.contains(image)) return false;
    images.insert(image);
    return true;
  }

  void add(const ModelSnapshot& test, std::size_t label, std::size_t said, std::size_t room) {
    Json kept = Json::array();
    for (const Json& judged :
         cell_of(test, static_cast<std::int64_t>(label), static_cast<std::int64_t>(said))) {
      if (kept.size() < kImagesOfCell && take(judged, room)) kept.push_back(judged);
    }
    if (!kept.empty()) cells[fmt::format("{},{}", label, said)] = std::move(kept);
  }
};

Json images_of(const ModelSnapshot& test, const std::set<std::int64_t>& numbers) {
  const std::vector<std::int64_t> ids(numbers.begin(), numbers.end());
  const std::vector<std::uint8_t> bytes = pictures_of(*test.images, ids);
  const Shape shape = shown_shape(*test.images);
  return {{"shape", {ids.size(), shape[0], shape[1], shape[2]}},
          {"ids", ids},
          {"base64", base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()})}};
}

/// What an HTML parser looks for within a script cannot occur in it.
std::string embedded(const Json& data) {
  std::string text;
  for (const char c : json_line(data))
    text += c == '<' ? std::string("\\u003c") : std::string(1, c);
  return text;
}

/// What each layer makes of the first images that are shown.
Json layers_of(const ModelSnapshot& model, const std::set<std::int64_t>& images) {
  constexpr std::size_t kImages = 4, kMostBytes = std::size_t{1} << 20;
  Json layers = Json::object();
  for (const std::int64_t image : images) {
    const std::string file = layers_file(model, image);
    if (layers.size() == kImages || file.size() > kMostBytes) break;
    layers[std::to_string(image)] = base64(file);
  }
  return layers;
}

/// Adds the network of a run, and what it says of the test images.
void add_network(PageRun& run, std::size_t id, Json& data) {
  const std::shared_ptr<const ModelSnapshot> model = wait_for(run);
  if (!model) return;
  data["networks"].push_back(with_run(id, network_of(*model)));
  data["weights"].push_back(with_run(id, run.weights().document()));
  const std::string key = std::to_string(id);
  std::set<std::int64_t> images;
  if (!model->predicted.empty()) {
    Json evaluation = with_run(id, evaluation_of(*model));
    Cells cells(*model, evaluation);
    images = std::move(cells.images);
    data["cells"][key] = std::move(cells.cells);
    data["evaluations"].push_back(std::move(evaluation));
  }
  images.insert({0, 1, 2, 3});
  std::erase_if(images, [&](std::int64_t i) { return i >= model->images->size(); });
  data["images"][key] = images_of(*model, images);
  data["layers"][key] = layers_of(*model, images);
}

/// web/src/embedded_source.ts: Report.
Json data_of(std::vector<std::unique_ptr<PageRun>>& runs, const Note& note) {
  Json data = {{"schema", 1}};
  for (const char* list : {"runs", "rows", "networks", "weights", "evaluations"})
    data[list] = Json::array();
  for (const char* by_run : {"cells", "images", "layers"}) data[by_run] = Json::object();
  for (std::size_t i = 0; i < runs.size(); ++i) {
    PageRun& run = *runs[i];
    data["rows"].push_back(rows_of(i, "points", run.points(), 0, kMostRows));
    Json info = run_info(i, run);
    try {
      add_network(run, i, data);
    } catch (const Error& e) {
      note(fmt::format("{}: nothing of its network: {}", printable(info["name"].get<std::string>()),
                       e.what()));
      info["evaluation"] = 0;
    }
    data["runs"].push_back(std::move(info));
    run.forget();
  }
  return data;
}

}  // namespace

std::string report_html(std::vector<std::unique_ptr<PageRun>>& runs, const Note& note) {
  constexpr std::string_view kPlace = "id=\"data\">null</script>", kNull = "null";
  std::string html(page_html());
  const std::size_t place = html.find(kPlace);
  if (place == html.npos) throw Error(ErrorKind::kFailed, "the page has no place for data");
  return html.replace(place + kPlace.find(kNull), kNull.size(), embedded(data_of(runs, note)));
}

}  // namespace lenet
