#include "run/layer_pictures.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

#include "base/plural.h"
#include "base/require.h"
#include "image/font.h"
#include "image/sheet.h"
#include "lenet/error.h"
#include "nn/graph.h"
#include "nn/user_layer.h"

namespace lenet {
namespace {

/// The weight of a node, (outputs, inputs, kernel) or (outputs, inputs); empty for what has none.
struct Weight {
  Shape shape;
  std::span<const float> values;
};

Weight weight_of(const Sequential& net, const Node& node) {
  if (is_join(node.op)) return {};
  std::int64_t first = node.parameters.first;
  for (const ParameterInfo& info : node.layer->parameters()) {
    const std::int64_t last = first + element_count(info.shape);
    if (info.kind == ParameterInfo::Kind::kWeight && info.shape.size() >= 2) {
      return {info.shape, part_of(net.parameters(), {first, last})};
    }
    first = last;
  }
  return {};
}

/// The first node with a weight, or the one of this path.
const Node& node_with_weight(const Sequential& net, const Graph& graph,
                             const std::optional<std::string>& layer) {
  if (layer) {
    const Node& node = find_layer(graph, *layer);
    require(!weight_of(net, node).shape.empty(),
            fmt::format("{}: has no filters; want a convolution or a Linear", name_of(node)));
    return node;
  }
  const auto found = std::ranges::find_if(
      graph.nodes, [&](const Node& node) { return !weight_of(net, node).shape.empty(); });
  require(found != graph.nodes.end(), "the network has no filters: no convolution and no Linear");
  return *found;
}

/// What the node reads, as it was before a Flatten.
const Shape& shape_read(const Graph& graph, const Node& node) {
  const std::vector<std::int64_t> memory = memory_of(graph);
  return graph.shape(memory[static_cast<std::size_t>(node.inputs.front())]);
}

/// The size of one picture, and how many of them are a filter. A matrix is one picture.
Tiles filter_layout(const Graph& graph, const Node& node, const Shape& weight) {
  const auto in_colour = [](std::int64_t channels) { return channels == 3 ? 3 : 1; };
  if (weight.size() == 4) {
    const std::int64_t depth = in_colour(weight[1]);
    return {{}, {depth, weight[2], weight[3]}, weight[1] / depth, {}};
  }
  const Shape& read = shape_read(graph, node);
  if (read.size() == 3 && element_count(read) == weight[1]) {
    const std::int64_t depth = in_colour(read[0]);
    return {{}, {depth, read[1], read[2]}, read[0] / depth, {}};
  }
  return {{}, {1, weight[0], element_count(weight) / weight[0]}, 1, {}};
}

std::vector<std::uint8_t> from_mid_grey(std::span<const float> values, double most) {
  std::vector<std::uint8_t> bytes;
  for (const float value : values) {
    const double part = std::isfinite(value) && most > 0 ? static_cast<double>(value) / most : 0;
    bytes.push_back(
        static_cast<std::uint8_t>(std::lround(127.5 + 127.5 * std::clamp(part, -1., 1.))));
  }
  return bytes;
}

/// "from -0.31 to 0.42".
std::string range_of(std::span<const float> values) {
  const auto [least, most] = std::ranges::minmax(values);
  return fmt::format("from {:.3g} to {:.3g}", least, most);
}

/// What a picture is enlarged to: strips of features want more room than maps.
std::int64_t least_side(const Tiles& tiles) {
  const bool strip = tiles.shape[2] >= 4 * tiles.shape[1];
  return strip ? 256 : 56;
}

/// Tiles beside each other, each group from a new row on if it has several.
struct Grid {
  std::int64_t columns, rows;

  Grid(const Tiles& tiles, std::int64_t most) {
    const auto count = static_cast<std::int64_t>(tiles.pictures.size());
    const std::int64_t in_row = tiles.per_group == 1 ? count : tiles.per_group;
    columns = std::clamp<std::int64_t>(in_row, 1, std::max<std::int64_t>(1, most));
    const std::int64_t groups = tiles.per_group == 1 ? 1 : count / tiles.per_group;
    rows = groups * ((in_row + columns - 1) / columns);
  }
};

/// Draws them onto a sheet, those beyond it left out.
Image draw(const Tiles& tiles, const Grid& grid, std::int64_t rows, SheetLayout layout) {
  layout.image_shape = tiles.shape;
  layout.rows = std::min(grid.rows, rows);
  layout.columns = grid.columns;
  ImageSheet sheet(layout, "a layer's output", "choose a --layer, or fewer images");
  const std::int64_t group = tiles.per_group == 1 ? std::ssize(tiles.pictures) : tiles.per_group;
  const std::int64_t rows_of_group = (group + grid.columns - 1) / grid.columns;
  for (std::int64_t i = 0; i < std::ssize(tiles.pictures); ++i) {
    const std::int64_t within = i % group;
    const std::int64_t row = i / group * rows_of_group + within / grid.columns;
    if (row >= layout.rows) break;
    sheet.place(row, within % grid.columns, tiles.pictures[static_cast<std::size_t>(i)].data());
  }
  return sheet.image();
}

/// Copies a grey or coloured picture to row `top` of a sheet of three channels or one.
void paste(const Image& image, std::int64_t top, Image& sheet) {
  for (std::int64_t c = 0; c < sheet.shape[0]; ++c) {
    const std::int64_t from = image.shape[0] == 3 ? c : 0;
    for (std::int64_t y = 0; y < image.shape[1]; ++y) {
      std::copy_n(image.pixels.begin() + (from * image.shape[1] + y) * image.shape[2],
                  image.shape[2],
                  sheet.pixels.begin() + (c * sheet.shape[1] + top + y) * sheet.shape[2]);
    }
  }
}

/// The image in so many columns and rows of pixels, smaller where it has more.
Image fitted(const Image& image, std::int64_t columns, std::int64_t rows) {
  const std::int64_t height = image.shape[1], width = image.shape[2];
  const double scale = std::min({1.0, static_cast<double>(columns) / static_cast<double>(width),
                                 static_cast<double>(rows) / static_cast<double>(height)});
  if (scale == 1) return image;
  const auto part = [&](std::int64_t side) {
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(scale * static_cast<double>(side)));
  };
  return resized(image, {image.shape[0], part(height), part(width)});
}

/// Tiles below each other, about so wide.
class Page {
 public:
  Page(const std::vector<Tiles>& all, std::int64_t width) : all_(all) {
    for (const Tiles& tiles : all) {
      const std::int64_t scale = enlargement(tiles.shape, least_side(tiles));
      grids_.emplace_back(tiles, width / (tiles.shape[2] * scale + kGap));
      height_ += kGap + kLetterHeight + kGap + grids_.back().rows * (tiles.shape[1] * scale + kGap);
    }
  }

  /// Nothing if it is too high.
  Image draw() const {
    if (height_ > kMostImageSide) return {};
    std::vector<Image> parts;
    Shape shape = {1, height_, 0};
    for (std::size_t i = 0; i < all_.size(); ++i) {
      parts.push_back(lenet::draw(all_[i], grids_[i], grids_[i].rows,
                                  {.ground = kWhite, .least_side = least_side(all_[i])}));
      shape[0] = std::max(shape[0], parts.back().shape[0]);
      shape[2] = std::max(
          {shape[2], parts.back().shape[2], letters(all_[i].heading) * kLetterWidth + kGap});
    }
    Image sheet{shape,
                std::vector<std::uint8_t>(static_cast<std::size_t>(element_count(shape)), kWhite)};
    std::int64_t top = kGap;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      draw_text(all_[i].heading, top, kGap, sheet);
      paste(parts[i], top + kLetterHeight, sheet);
      top += kLetterHeight + kGap + parts[i].shape[1];
    }
    return sheet;
  }

 private:
  static constexpr std::int64_t kGap = 2;
  static constexpr std::uint8_t kWhite = 255;

  const std::vector<Tiles>& all_;
  std::vector<Grid> grids_;
  std::int64_t height_ = 0;
};

}  // namespace

Tiles filter_tiles(const Sequential& net, const std::optional<std::string>& layer) {
  const Graph graph = graph_of(net);
  const Node& node = node_with_weight(net, graph, layer);
  const Weight weight = weight_of(net, node);
  Tiles tiles = filter_layout(graph, node, weight.shape);
  tiles.heading = fmt::format("{} {}  {}.weight {}, {}", node.path, text_of(*node.layer), node.path,
                              to_string(weight.shape), range_of(weight.values));
  double most = 0;
  for (const float value : weight.values) {
    if (std::isfinite(value)) most = std::max(most, std::abs(static_cast<double>(value)));
  }
  const auto size = static_cast<std::size_t>(element_count(tiles.shape));
  for (std::size_t at = 0; at < weight.values.size(); at += size) {
    tiles.pictures.push_back(from_mid_grey(weight.values.subspan(at, size), most));
  }
  return tiles;
}

Tiles map_tiles(const Activation& a, std::int64_t images) {
  constexpr std::int64_t kFeaturesInRow = 32;
  const bool maps = a.shape.size() == 3;
  const std::int64_t features = element_count(a.shape), width = std::min(features, kFeaturesInRow);
  Tiles tiles{.heading = fmt::format("{}{}{}  {}, {}", a.path, a.path.empty() ? "" : " ", a.text,
                                     to_string(a.shape), range_of(a.values)),
              .shape = maps ? Shape{1, a.shape[1], a.shape[2]}
                            : Shape{1, (features + width - 1) / width, width},
              .per_group = maps ? a.shape[0] : 1,
              .pictures = {}};
  const std::vector<std::uint8_t> bytes = as_grey(a.values.data(), std::ssize(a.values));
  const std::int64_t size = maps ? element_count(tiles.shape) : features;
  for (std::int64_t at = 0; at < images * features; at += size) {
    std::vector<std::uint8_t> picture(bytes.begin() + at, bytes.begin() + at + size);
    picture.resize(static_cast<std::size_t>(element_count(tiles.shape)), 128);
    tiles.pictures.push_back(std::move(picture));
  }
  return tiles;
}

Image picture_of(const std::vector<Tiles>& all) {
  Image sheet;
  for (std::int64_t width = 1000; width <= 4000; width *= 2) {
    sheet = Page(all, width).draw();
    if (!sheet.pixels.empty()) return sheet;
  }
  throw Error(ErrorKind::kUsage,
              fmt::format("--out: the picture would have more than {} rows of pixels; choose a "
                          "--layer, or fewer images",
                          kMostImageSide));
}

std::string text_of(const Tiles& tiles, int columns, TerminalColors colors) {
  constexpr std::int64_t kMostRows = 96, kGap = 1, kLeastSide = 10;  // of pixels, two a line
  const std::int64_t scale = enlargement(tiles.shape, kLeastSide);
  const Grid grid(tiles, (columns - kGap) / (tiles.shape[2] * scale + kGap));
  const std::int64_t rows = std::max<std::int64_t>(1, kMostRows / (tiles.shape[1] * scale + kGap));
  Image image = draw(tiles, grid, rows, {.least_side = kLeastSide, .gap = kGap});
  image = fitted(image, columns, kMostRows);
  std::string text = tiles.heading + '\n' + half_blocks(image, colors);
  if (grid.rows > rows) {
    text += fmt::format("and {}; --out writes all\n", counted(grid.rows - rows, "more row"));
  }
  return text;
}

}  // namespace lenet
