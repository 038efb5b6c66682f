#include "run/layer_pictures.h"

#include <numeric>

#include "base/errors.h"

namespace lenet {
namespace {

/// Built for images of this shape, its parameters -1 but for the largest, 1.
Sequential network(const char* text, const Shape& input) {
  Sequential net = Sequential::parse(text);
  Generator generator;
  net.build(input, generator);
  std::ranges::fill(net.parameters(), -1.0f);
  return net;
}

TEST(FilterTiles, AreAPictureForEachPairOfChannels) {
  Sequential net = network("ReLU Conv2d(4, 3, groups=2)", {4, 5, 5});
  net.parameters()[9] = 0;
  net.parameters()[10] = 1;
  const Tiles tiles = filter_tiles(net, {});
  EXPECT_EQ(tiles.heading, "1 Conv2d(4, 3, groups=2)  1.weight 4x2x3x3, from -1 to 1");
  EXPECT_EQ(tiles.shape, (Shape{1, 3, 3}));
  EXPECT_EQ(tiles.per_group, 2);
  ASSERT_EQ(tiles.pictures.size(), 8u);
  EXPECT_EQ(tiles.pictures[0][8], 0);
  EXPECT_EQ(tiles.pictures[1][0], 128);  // 0 is mid-grey
  EXPECT_EQ(tiles.pictures[1][1], 255);
}

TEST(FilterTiles, OfColoursAreInColours) {
  const Tiles tiles = filter_tiles(network("Conv2d(2, 3)", {3, 5, 5}), {});
  EXPECT_EQ(tiles.shape, (Shape{3, 3, 3}));
  EXPECT_EQ(tiles.pictures.size(), 2u);
  EXPECT_EQ(picture_of({tiles}).shape[0], 3);
}

TEST(FilterTiles, OfALinearAreImagesWhereItReadsOne) {
  Sequential net = network("Flatten Linear(5) ReLU Linear(7)", {1, 4, 6});
  EXPECT_EQ(filter_tiles(net, {}).shape, (Shape{1, 4, 6}));
  EXPECT_EQ(filter_tiles(net, {}).pictures.size(), 5u);
  const Tiles matrix = filter_tiles(net, "3");
  EXPECT_EQ(matrix.shape, (Shape{1, 7, 5}));
  EXPECT_EQ(matrix.pictures.size(), 1u);
}

TEST(FilterTiles, OfALayerWithoutAreRefused) {
  const auto message = [](const char* text, const std::optional<std::string>& layer) {
    return error_of(ErrorKind::kUsage, [&] { filter_tiles(network(text, {1, 4, 4}), layer); });
  };
  EXPECT_EQ(message("Conv2d(2, 3) ReLU", "1"),
            "layer 1, ReLU: has no filters; want a convolution or a Linear");
  EXPECT_EQ(message("Residual[ Conv2d(1, 1) ]", "0"),
            "layer 0, Residual[ ]: has no filters; want a convolution or a Linear");
  EXPECT_TRUE(contains(message("ReLU Flatten", {}), "no convolution and no Linear"));
  EXPECT_TRUE(contains(message("ReLU Flatten", "7"), "layer 7"));
}

/// Values 0, 1, 2, ... of so many images.
Activation counting(const Shape& shape, std::int64_t images) {
  Activation a{"3", "ReLU", shape, {}};
  a.values.resize(static_cast<std::size_t>(images * element_count(shape)));
  std::iota(a.values.begin(), a.values.end(), 0.0f);
  return a;
}

TEST(MapTiles, AreAPictureForEachChannelOnOneScale) {
  const Tiles tiles = map_tiles(counting({2, 2, 2}, 3), 3);
  EXPECT_EQ(tiles.heading, "3 ReLU  2x2x2, from 0 to 23");
  EXPECT_EQ(tiles.per_group, 2);
  ASSERT_EQ(tiles.pictures.size(), 6u);
  EXPECT_EQ(tiles.pictures[0], (std::vector<std::uint8_t>{0, 11, 22, 33}));
  EXPECT_EQ(tiles.pictures[5][3], 255);
}

TEST(MapTiles, OfFeaturesAreOneStripAnImage) {
  const Tiles tiles = map_tiles(counting({40}, 2), 2);
  EXPECT_EQ(tiles.shape, (Shape{1, 2, 32}));
  ASSERT_EQ(tiles.pictures.size(), 2u);
  EXPECT_EQ(tiles.pictures[1][7], 152);       // 47 of 79
  EXPECT_EQ(tiles.pictures[1][8 + 32], 128);  // there are no more than 40
}

TEST(PictureOf, BeginsARowWithEachImage) {
  const Tiles tiles = map_tiles(counting({2, 56, 56}, 3), 3);
  const Image picture = picture_of({tiles, tiles});
  EXPECT_EQ(picture.shape[1], 2 * (13 + 2 + 2 + 3 * (56 + 2)));
  const Image one = picture_of({map_tiles(counting({1, 56, 56}, 3), 3)});
  EXPECT_EQ(one.shape[1], 13 + 2 + 2 + 56 + 2);  // of one channel each they share one
}

TEST(TextOf, FitsTheTerminal) {
  const auto lines = [](const std::string& text) { return std::ranges::count(text, '\n'); };
  const Tiles tiles = map_tiles(counting({4, 28, 28}, 2), 2);
  const std::string wide = text_of(tiles, 200, TerminalColors::kNone),
                    narrow = text_of(tiles, 40, TerminalColors::kNone),
                    tiny = text_of(tiles, 10, TerminalColors::kNone);
  EXPECT_EQ(lines(wide), 1 + (2 * 29 + 1 + 1) / 2);
  EXPECT_TRUE(contains(narrow, "and 5 more rows; --out writes all\n"));
  for (const std::string& text : {wide, narrow, tiny}) {
    EXPECT_TRUE(text.starts_with(tiles.heading + '\n'));
  }
  EXPECT_EQ(tiny.find('\n', tiles.heading.size() + 1), tiles.heading.size() + 11);
}

}  // namespace
}  // namespace lenet
